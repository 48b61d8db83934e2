//! Chats: one for each two people who talk, and rooms; who is in one, and how they come and go.

mod lines;
mod people;
mod rooms;
mod views;

use diesel::prelude::*;
use gigline_domain::{ChatId, RuleViolation, Timestamp, UserId};

pub(crate) use self::lines::lines_of;
pub(crate) use self::people::lock_all_of;
pub use self::people::{contacts, is_participant, members, of_user};

pub use self::rooms::{Named, named, rooms_of, usernames_of, usernames_with, who_is};
pub use self::views::{ChatCursor, get, list};
use crate::any::Both;
use crate::log::Happening;
use crate::records::{Chat, ChatKind};
use crate::schema::{chats, participants};
use crate::{Conn, Entity, StoreError, StoreResult, WriteTx, locks, log};

/// A chat that is open now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// As the one sees it who opened it.
    pub chat: Chat,
    /// Whether it was not there before.
    pub new: bool,
}

/// Opens the one chat of two people, or finds it. Of several calls at once exactly one makes it.
///
/// Errors: `NotFound(User)`, `Refused(OwnChat)`.
pub fn open_direct(tx: &mut WriteTx<'_>, me: UserId, other: UserId, now: Timestamp) -> StoreResult<Opened> {
    if me == other {
        return Err(RuleViolation::OwnChat.into());
    }
    if let Some(chat) = existing(tx, me, other)? {
        return Ok(Opened { chat, new: false });
    }
    locks::pair(tx, me, other)?;
    if tx.is_postgres()
        && let Some(chat) = existing(tx, me, other)?
    {
        return Ok(Opened { chat, new: false });
    }
    let id = insert(tx, ChatKind::Direct, Some((me.min(other), me.max(other))), None, now)?;
    add(tx, id, me, 0, now)?;
    add(tx, id, other, 0, now)?;
    log::record(tx, Happening::ChatCreated { chat: id }, now)?;
    Ok(Opened { chat: get(tx, id, me)?, new: true })
}

/// Opens a room with `admin` in it. Errors: `NotFound(User)`.
pub fn create_room(tx: &mut WriteTx<'_>, admin: UserId, now: Timestamp) -> StoreResult<ChatId> {
    locks::user_stays(tx, admin)?;
    let id = insert(tx, ChatKind::Room, None, Some(admin), now)?;
    add(tx, id, admin, 0, now)?;
    log::record(tx, Happening::ChatCreated { chat: id }, now)?;
    Ok(id)
}

/// Lets `whom` into a room, as its admin's word; what was said before counts as read. False if they are in it already.
///
/// Errors: `NotFound(User)`; `NotFound(Chat)`, also if `by` is not in it; `Refused(NotTheChatAdmin)`.
pub fn add_participant(
    tx: &mut WriteTx<'_>,
    chat: ChatId,
    by: UserId,
    whom: UserId,
    now: Timestamp,
) -> StoreResult<bool> {
    locks::user_stays(tx, whom)?;
    locks::chat(tx, chat)?;
    let last_seq = admin_only(tx, chat, by)?;
    let added = add(tx, chat, whom, last_seq, now)?;
    if added {
        log::record(tx, Happening::Joined { chat, user: whom }, now)?;
    }
    Ok(added)
}

/// Deletes a chat with all that was said in it, for everybody; gives it as it was. A direct one by either, a room by its
/// admin.
///
/// Errors: `NotFound(Chat)`, also for who is not in it; `Refused(NotTheChatAdmin)`.
pub fn delete(tx: &mut WriteTx<'_>, id: ChatId, by: UserId, now: Timestamp) -> StoreResult<Chat> {
    locks::chat(tx, id)?;
    let was = get(tx, id, by)?;
    if was.kind == ChatKind::Room && was.admin_id != Some(by) {
        return Err(RuleViolation::NotTheChatAdmin.into());
    }
    let participants = members(tx, id)?;
    diesel::delete(chats::table.filter(chats::id.eq(id.get()))).execute(tx.db())?;
    log::record(tx, Happening::ChatDeleted { chat: id, participants }, now)?;
    Ok(was)
}

/// The one chat of two people.
pub fn find_direct(conn: &mut Conn, one: UserId, other: UserId) -> StoreResult<Option<ChatId>> {
    let id: Option<i64> = chats::table
        .filter(chats::lo_user.eq(one.min(other).get()))
        .filter(chats::hi_user.eq(one.max(other).get()))
        .select(chats::id)
        .get_result(conn.look())
        .optional()?;
    Ok(id.map(ChatId::new))
}

/// The word under which a kind is stored.
pub(crate) fn kind_word(kind: ChatKind) -> &'static str {
    match kind {
        ChatKind::Direct => "direct",
        ChatKind::Room => "room",
    }
}

/// The chat of two, unless it is deleted this very moment.
fn existing(tx: &mut WriteTx<'_>, me: UserId, other: UserId) -> StoreResult<Option<Chat>> {
    let Some(id) = find_direct(tx, me, other)? else { return Ok(None) };
    match get(tx, id, me) {
        Err(StoreError::NotFound(Entity::Chat)) => Ok(None),
        found => found.map(Some),
    }
}

fn insert(
    tx: &mut WriteTx<'_>,
    kind: ChatKind,
    pair: Option<(UserId, UserId)>,
    admin: Option<UserId>,
    now: Timestamp,
) -> StoreResult<ChatId> {
    let id: i64 = diesel::insert_into(chats::table)
        .values((
            chats::kind.eq(kind_word(kind)),
            chats::lo_user.eq(pair.map(|(lo, _)| lo.get())),
            chats::hi_user.eq(pair.map(|(_, hi)| hi.get())),
            chats::admin_id.eq(admin.map(UserId::get)),
            chats::last_seq.eq(0),
            chats::last_at.eq(now.micros()),
            chats::created_at.eq(now.micros()),
        ))
        .returning(chats::id)
        .get_result(tx.db())?;
    Ok(ChatId::new(id))
}

/// Adds somebody who has read up to `read_seq`; false if they are in the chat already.
fn add(tx: &mut WriteTx<'_>, chat: ChatId, user: UserId, read_seq: i64, now: Timestamp) -> StoreResult<bool> {
    let row = diesel::insert_into(participants::table)
        .values((
            participants::chat_id.eq(chat.get()),
            participants::user_id.eq(user.get()),
            participants::read_seq.eq(read_seq),
            participants::joined_at.eq(now.micros()),
        ))
        .on_conflict_do_nothing();
    Ok(Both(row).execute(tx.db())? == 1)
}

/// The newest message's number of a room that is `by`'s to fill.
fn admin_only(tx: &mut WriteTx<'_>, chat: ChatId, by: UserId) -> StoreResult<i64> {
    let row: Option<(String, Option<i64>, i64)> = participants::table
        .inner_join(chats::table)
        .filter(participants::chat_id.eq(chat.get()))
        .filter(participants::user_id.eq(by.get()))
        .select((chats::kind, chats::admin_id, chats::last_seq))
        .get_result(tx.db())
        .optional()?;
    let (kind, admin, last_seq) = row.ok_or(StoreError::NotFound(Entity::Chat))?;
    let theirs = kind == kind_word(ChatKind::Room) && admin == Some(by.get());
    if theirs { Ok(last_seq) } else { Err(RuleViolation::NotTheChatAdmin.into()) }
}
