//! Rooms by names: what clients show that know people by their usernames alone.

use diesel::prelude::*;
use gigline_domain::{ChatId, UserId, Username};

use super::{is_participant, kind_word};
use crate::records::ChatKind;
use crate::schema::{chats, participants, users};
use crate::{Conn, Entity, StoreError, StoreResult};

/// Who is in a chat, by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Whose room it is; none in a direct chat, or if the account is erased.
    pub admin: Option<String>,
    /// Everybody, in the order in which they joined.
    pub participants: Vec<String>,
}

/// The rooms that somebody is in, in the order of their ids.
pub fn rooms_of(conn: &mut Conn, user: UserId) -> StoreResult<Vec<ChatId>> {
    let ids: Vec<i64> = participants::table
        .inner_join(chats::table)
        .filter(participants::user_id.eq(user.get()))
        .filter(chats::kind.eq(kind_word(ChatKind::Room)))
        .order(chats::id)
        .select(chats::id)
        .load(conn.db())?;
    Ok(ids.into_iter().map(ChatId::new).collect())
}

/// Who is in a chat, for somebody in it. Errors: `NotFound(Chat)`, also for who is not in it.
pub fn named(conn: &mut Conn, chat: ChatId, viewer: UserId) -> StoreResult<Named> {
    conn.snapshot(|conn| {
        if !is_participant(conn, chat, viewer)? {
            return Err(StoreError::NotFound(Entity::Chat));
        }
        let admin = users::table
            .inner_join(chats::table.on(chats::admin_id.eq(users::id.nullable())))
            .filter(chats::id.eq(chat.get()))
            .select(users::username)
            .get_result(conn.db())
            .optional()?;
        let participants = participants::table
            .inner_join(users::table)
            .filter(participants::chat_id.eq(chat.get()))
            .order((participants::joined_at, participants::user_id))
            .select(users::username)
            .load(conn.db())?;
        Ok(Named { admin, participants })
    })
}

/// Up to `limit` usernames with `part` in them, without regard to case, in alphabetical order.
pub fn usernames_with(conn: &mut Conn, part: &str, limit: u16) -> StoreResult<Vec<String>> {
    let part = part.to_ascii_lowercase();
    if part.len() > Username::MAX || !part.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c)) {
        // No username is so long, or has such a letter.
        return Ok(Vec::new());
    }
    let pattern = format!("%{}%", part.replace('_', "\\_"));
    let names = users::table
        .filter(users::username_key.like(pattern).escape('\\'))
        .order(users::username_key)
        .limit(i64::from(limit))
        .select(users::username)
        .load(conn.db())?;
    Ok(names)
}

/// Whose this username is, without regard to case. Errors: `NotFound(User)`.
pub fn who_is(conn: &mut Conn, name: &Username) -> StoreResult<UserId> {
    let id: Option<i64> =
        users::table.filter(users::username_key.eq(name.key())).select(users::id).get_result(conn.db()).optional()?;
    id.map(UserId::new).ok_or(StoreError::NotFound(Entity::User))
}

/// The usernames of some people; who is erased is not among them.
pub fn usernames_of(conn: &mut Conn, ids: &[UserId]) -> StoreResult<Vec<(UserId, String)>> {
    let ids: Vec<i64> = ids.iter().copied().map(UserId::get).collect();
    let rows: Vec<(i64, String)> =
        users::table.filter(users::id.eq_any(ids)).select((users::id, users::username)).load(conn.db())?;
    Ok(rows.into_iter().map(|(id, name)| (UserId::new(id), name)).collect())
}
