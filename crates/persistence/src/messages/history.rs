//! What was said in a chat, a stretch at a time.

use std::collections::HashMap;

use diesel::prelude::*;
use gigline_domain::{ChatId, Seq, UserId};

use super::rows::{MESSAGE, MessageRow, message, seq};
use crate::any::{AnyConn, capped};
use crate::kept::{kept, named};
use crate::many::{newest_of, one_of};
use crate::records::Message;
use crate::schema::{chats, messages, participants};
use crate::{Conn, Entity, Page, PageRequest, StoreError, StoreResult};

/// Which stretch of a chat is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// What came next after this message.
    After(Seq),
    /// What came last before this message.
    Before(Seq),
    /// What came last.
    Newest,
}

/// A stretch of a chat without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// In their order; those deleted are there without their text.
    pub messages: Vec<Message>,
    /// The number of the chat's newest message, at the same moment.
    pub last_seq: Seq,
}

/// Up to `limit` messages of a chat, fewer where their texts are long. Errors: `NotFound(Chat)`, also for who is not in it.
pub fn history(conn: &mut Conn, chat: ChatId, viewer: UserId, range: Range, limit: usize) -> StoreResult<History> {
    conn.snapshot(|conn| {
        let (_, last_seq) = marks(conn, chat, viewer)?;
        Ok(History { messages: stretch(conn.db(), chat, range, limit)?, last_seq })
    })
}

/// The newest `limit` messages of a chat for several people at once, and which of them are in it, in ascending order.
///
/// Errors: `NotFound(Chat)` if none of them is.
pub fn newest_for(
    conn: &mut Conn,
    chat: ChatId,
    people: &[UserId],
    limit: usize,
) -> StoreResult<(History, Vec<UserId>)> {
    let ids: Vec<i64> = people.iter().copied().map(UserId::get).collect();
    conn.snapshot(|conn| {
        let mut rows: Vec<(i64, i64)> = participants::table
            .inner_join(chats::table)
            .filter(participants::chat_id.eq(chat.get()))
            .filter(one_of("participants.user_id", &ids))
            .select((participants::user_id, chats::last_seq))
            .load(conn.db())?;
        let last_seq = rows.first().map(|row| row.1).ok_or(StoreError::NotFound(Entity::Chat))?;
        rows.sort_unstable();
        let history = History { messages: stretch(conn.db(), chat, Range::Newest, limit)?, last_seq: seq(last_seq)? };
        Ok((history, rows.into_iter().map(|row| UserId::new(row.0)).collect()))
    })
}

fn stretch(conn: &mut AnyConn, chat: ChatId, range: Range, limit: usize) -> StoreResult<Vec<Message>> {
    // One of a few limits stands in the text; what is more than asked for is cut off again.
    let most = Some(PageRequest::<Seq> { limit, after: None }.probe());
    let of_chat = messages::table.filter(messages::chat_id.eq(chat.get())).select(MESSAGE);
    let rows: Vec<MessageRow> = match range {
        Range::After(seen) => {
            capped(of_chat.filter(messages::seq.gt(seen.get())).order(messages::seq.asc()), most).load(conn)?
        }
        Range::Before(seen) => {
            capped(of_chat.filter(messages::seq.lt(seen.get())).order(messages::seq.desc()), most).load(conn)?
        }
        Range::Newest => capped(of_chat.order(messages::seq.desc()), most).load(conn)?,
    };
    let page = Page::cut(rows, limit, |row| row.2).within_budget(|row| row.5.len(), |row| row.2);
    let page = if matches!(range, Range::After(_)) { page } else { page.reversed() };
    page.items.into_iter().map(message).collect()
}

/// The newest `limit` messages of a chat, oldest first.
pub(crate) fn newest_of_chat(conn: &mut Conn, chat: ChatId, limit: usize) -> StoreResult<Vec<Message>> {
    stretch(conn.db(), chat, Range::Newest, limit)
}

/// How far `who` has read a chat, and its newest message's number. Errors: `NotFound(Chat)`.
pub(super) fn marks(conn: &mut Conn, chat: ChatId, who: UserId) -> StoreResult<(Seq, Seq)> {
    let row: Option<(i64, i64)> = participants::table
        .inner_join(chats::table)
        .filter(participants::chat_id.eq(chat.get()))
        .filter(participants::user_id.eq(who.get()))
        .select((participants::read_seq, chats::last_seq))
        .get_result(conn.db())
        .optional()?;
    let (read, last) = row.ok_or(StoreError::NotFound(Entity::Chat))?;
    Ok((seq(read)?, seq(last)?))
}

named!(SentBy);

/// How many messages are shown with their sender.
const SENT: i64 = 20;

/// The newest messages that each of `senders` sent, oldest first.
pub(crate) fn newest_sent(conn: &mut AnyConn, senders: &[i64]) -> StoreResult<HashMap<i64, Vec<Message>>> {
    let query = messages::table.filter(not_deleted()).order(messages::id.desc()).select(MESSAGE);
    let rows: Vec<MessageRow> = match senders {
        [] => return Ok(HashMap::new()),
        [one] => kept(SentBy, *one, capped(query.filter(messages::sender_id.eq(*one)), Some(SENT))).load(conn)?,
        many => query.filter(newest_of("messages", "sender_id", many, "NOT deleted", SENT)).load(conn)?,
    };
    let mut sent: HashMap<i64, Vec<Message>> = HashMap::new();
    for row in rows.into_iter().rev() {
        if let Some(sender) = row.3 {
            sent.entry(sender).or_default().push(message(row)?);
        }
    }
    Ok(sent)
}

/// Without a bound value, for queries whose text is kept.
fn not_deleted() -> diesel::expression::SqlLiteral<diesel::sql_types::Bool> {
    diesel::dsl::sql("NOT messages.deleted")
}
