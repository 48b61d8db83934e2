//! Who is in which chat, by ids alone.

use diesel::dsl::count_star;
use diesel::prelude::*;
use gigline_domain::{ChatId, UserId};

use crate::any::AnyConn;
use crate::schema::{chats, participants};
use crate::{Conn, StoreResult, WriteTx};

/// Everybody in a chat, in the order in which they joined; nobody if there is no such chat.
pub fn members(conn: &mut Conn, chat: ChatId) -> StoreResult<Vec<UserId>> {
    let ids: Vec<i64> = participants::table
        .filter(participants::chat_id.eq(chat.get()))
        .order((participants::joined_at, participants::user_id))
        .select(participants::user_id)
        .load(conn.db())?;
    Ok(ids.into_iter().map(UserId::new).collect())
}

/// Whether somebody is in a chat; false if there is no such chat.
pub fn is_participant(conn: &mut Conn, chat: ChatId, user: UserId) -> StoreResult<bool> {
    let count: i64 = participants::table
        .filter(participants::chat_id.eq(chat.get()))
        .filter(participants::user_id.eq(user.get()))
        .select(count_star())
        .get_result(conn.db())?;
    Ok(count > 0)
}

/// The chats that somebody is in, in the order of their ids.
pub fn of_user(conn: &mut Conn, user: UserId) -> StoreResult<Vec<ChatId>> {
    let ids: Vec<i64> = participants::table
        .filter(participants::user_id.eq(user.get()))
        .order(participants::chat_id)
        .select(participants::chat_id)
        .load(conn.db())?;
    Ok(ids.into_iter().map(ChatId::new).collect())
}

/// The participants under another name, for those who share a chat with one of them.
mod alias {
    diesel::alias!(crate::schema::participants as others: Others);
}
use alias::others;

/// Up to `limit` people who share a chat with `user`.
pub fn contacts(conn: &mut Conn, user: UserId, limit: u16) -> StoreResult<Vec<UserId>> {
    let theirs = participants::table.filter(participants::user_id.eq(user.get())).select(participants::chat_id);
    let ids: Vec<i64> = others
        .filter(others.field(participants::chat_id).eq_any(theirs))
        .filter(others.field(participants::user_id).ne(user.get()))
        .select(others.field(participants::user_id))
        .distinct()
        .limit(i64::from(limit))
        .load(conn.db())?;
    Ok(ids.into_iter().map(UserId::new).collect())
}

/// Locks all chats that somebody is in, who goes: their ids. Others wait for these rows, one after the other in order.
pub(crate) fn lock_all_of(tx: &mut WriteTx<'_>, user: UserId) -> StoreResult<Vec<ChatId>> {
    let theirs = participants::table.filter(participants::user_id.eq(user.get())).select(participants::chat_id);
    let query = chats::table.filter(chats::id.eq_any(theirs)).order(chats::id).select(chats::id);
    let ids: Vec<i64> = match tx.db() {
        AnyConn::Pg(conn) => query.for_update().load(conn)?,
        AnyConn::Sqlite(conn) => query.load(conn)?,
    };
    Ok(ids.into_iter().map(ChatId::new).collect())
}
