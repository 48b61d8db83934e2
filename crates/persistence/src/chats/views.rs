//! Chats with the people and messages around them, in a fixed number of statements for one or for a page of them.

use std::collections::HashMap;

use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use gigline_domain::{ChatId, Timestamp, UserId};

use super::kind_word;
use crate::any::{AnyConn, capped};
use crate::messages::{self, MESSAGE, MessageRow, message, seq};
use crate::records::{Chat, ChatKind, Message, Person};
use crate::rows::{PERSON, PersonRow, person};
use crate::schema::{chats, messages as said, participants, users};
use crate::{Conn, Entity, Page, PageRequest, StoreError, StoreResult};

/// How many messages come with a chat.
const MESSAGES: usize = 100;
/// How many of a chat's people are shown with it.
const PEOPLE: i64 = 100;

/// Where a page of chats ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChatCursor {
    /// The last chat's activity.
    pub last_at: Timestamp,
    /// The last chat.
    pub id: ChatId,
}

/// Id, kind, admin, last message, last activity, how far the viewer has read.
type Row = (i64, String, Option<i64>, i64, i64, i64);
type Columns = (chats::id, chats::kind, chats::admin_id, chats::last_seq, chats::last_at, participants::read_seq);
const CHAT: Columns =
    (chats::id, chats::kind, chats::admin_id, chats::last_seq, chats::last_at, participants::read_seq);

/// A chat with its newest hundred messages. Errors: `NotFound(Chat)`, also for who is not in it.
pub fn get(conn: &mut Conn, chat: ChatId, viewer: UserId) -> StoreResult<Chat> {
    conn.snapshot(|conn| {
        let row: Option<Row> = participants::table
            .inner_join(chats::table)
            .filter(participants::chat_id.eq(chat.get()))
            .filter(participants::user_id.eq(viewer.get()))
            .select(CHAT)
            .get_result(conn.db())
            .optional()?;
        let row = row.ok_or(StoreError::NotFound(Entity::Chat))?;
        let newest = HashMap::from([(chat.get(), messages::newest_of_chat(conn, chat, MESSAGES)?)]);
        assemble(conn.db(), vec![row], viewer, newest)?.pop().ok_or(StoreError::NotFound(Entity::Chat))
    })
}

/// A page of the chats that `viewer` is in, from the last activity back, the oldest first within it; each with its last
/// message alone.
pub fn list(conn: &mut Conn, viewer: UserId, page: PageRequest<ChatCursor>) -> StoreResult<Page<Chat, ChatCursor>> {
    let mut query = participants::table
        .inner_join(chats::table)
        .filter(participants::user_id.eq(viewer.get()))
        .order((chats::last_at.desc(), chats::id.desc()))
        .select(CHAT)
        .into_boxed();
    if let Some(ChatCursor { last_at, id }) = page.after {
        let as_late = chats::last_at.eq(last_at.micros()).and(chats::id.lt(id.get()));
        query = query.filter(chats::last_at.lt(last_at.micros()).or(as_late));
    }
    let cursor = |chat: &Chat| ChatCursor { last_at: chat.last_at, id: chat.id };
    conn.snapshot(|conn| {
        let rows: Vec<Row> = capped(query, Some(page.probe())).load(conn.db())?;
        let end = |row: &Row| ChatCursor { last_at: Timestamp::from_micros(row.4), id: ChatId::new(row.0) };
        let Page { items, next } = Page::cut(rows, page.limit, end);
        let last = last_messages(conn.db(), &items)?;
        let page = Page { items: assemble(conn.db(), items, viewer, last)?, next };
        Ok(page.within_budget(weight, cursor).reversed())
    })
}

/// How many bytes its texts take.
fn weight(chat: &Chat) -> usize {
    chat.messages.iter().map(|message| message.text.len()).sum()
}

/// Everything around some chats.
fn assemble(
    conn: &mut AnyConn,
    rows: Vec<Row>,
    viewer: UserId,
    mut messages: HashMap<i64, Vec<Message>>,
) -> StoreResult<Vec<Chat>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let mut people = people(conn, &ids)?;
    let unread = unread(conn, &ids, viewer)?;
    let chat = |(id, word, admin, last_seq, last_at, read_seq): Row| {
        let kind = kind(&word)?;
        Ok(Chat {
            id: ChatId::new(id),
            kind,
            users: shown(kind, people.remove(&id).unwrap_or_default()),
            admin_id: admin.map(UserId::new),
            last_at: Timestamp::from_micros(last_at),
            last_seq: seq(last_seq)?,
            read_seq: seq(read_seq)?,
            unread: unread.get(&id).copied().unwrap_or(0),
            messages: messages.remove(&id).unwrap_or_default(),
        })
    };
    rows.into_iter().map(chat).collect()
}

fn kind(word: &str) -> StoreResult<ChatKind> {
    let kind = [ChatKind::Direct, ChatKind::Room].into_iter().find(|kind| kind_word(*kind) == word);
    kind.ok_or_else(|| StoreError::Corrupt(format!("unknown kind of chat {word:?}")))
}

/// A direct chat always has two: in place of an account that is erased there is nobody.
fn shown(kind: ChatKind, people: Vec<Person>) -> Vec<Option<Person>> {
    let places = if kind == ChatKind::Direct { 2 } else { people.len() };
    let mut people: Vec<_> = people.into_iter().map(Some).collect();
    people.resize(places.max(people.len()), None);
    people
}

fn last_messages(conn: &mut AnyConn, rows: &[Row]) -> StoreResult<HashMap<i64, Vec<Message>>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let last: Vec<MessageRow> = said::table
        .inner_join(chats::table)
        .filter(said::chat_id.eq_any(ids))
        .filter(said::seq.eq(chats::last_seq))
        .select(MESSAGE)
        .load(conn)?;
    last.into_iter().map(|row| Ok((row.1, vec![message(row)?]))).collect()
}

/// The first people of each chat, in the order in which they joined.
fn people(conn: &mut AnyConn, ids: &[i64]) -> StoreResult<HashMap<i64, Vec<Person>>> {
    let rows: Vec<(i64, PersonRow)> = participants::table
        .inner_join(users::table)
        .filter(first_of_each(ids))
        .order((participants::joined_at, participants::user_id))
        .select((participants::chat_id, PERSON))
        .load(conn)?;
    let mut people: HashMap<i64, Vec<Person>> = HashMap::new();
    for (chat, row) in rows {
        people.entry(chat).or_default().push(person(row));
    }
    Ok(people)
}

fn first_of_each(ids: &[i64]) -> SqlLiteral<Bool> {
    diesel::dsl::sql(&format!(
        "(participants.chat_id, participants.user_id) IN (SELECT ranked.chat_id, ranked.user_id FROM (SELECT chat_id, \
         user_id, ROW_NUMBER() OVER (PARTITION BY chat_id ORDER BY joined_at, user_id) AS place FROM participants \
         WHERE chat_id IN ({})) AS ranked WHERE ranked.place <= {PEOPLE})",
        in_text(ids)
    ))
}

/// The ids are numbers of ours, so they may stand in the text.
pub(super) fn in_text(ids: &[i64]) -> String {
    if ids.is_empty() { "NULL".to_owned() } else { ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",") }
}

/// Counts within the newest thousand, however far behind the viewer is.
const UNREAD: &str = "(SELECT count(*) FROM messages WHERE messages.chat_id = participants.chat_id AND messages.seq > \
    CASE WHEN participants.read_seq > chats.last_seq - 1000 THEN participants.read_seq ELSE chats.last_seq - 1000 END \
    AND messages.sender_id <> participants.user_id AND NOT messages.deleted)";

fn unread(conn: &mut AnyConn, ids: &[i64], viewer: UserId) -> StoreResult<HashMap<i64, i64>> {
    let rows: Vec<(i64, i64)> = participants::table
        .inner_join(chats::table)
        .filter(participants::user_id.eq(viewer.get()))
        .filter(participants::chat_id.eq_any(ids))
        .select((participants::chat_id, diesel::dsl::sql::<BigInt>(UNREAD)))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
