//! Row locks for PostgreSQL, where several transactions write at once; on SQLite the one writer needs none.
//!
//! Whoever changes a job, its candidates or its parties locks the job's row before that, so two such changes come one
//! after the other and the second sees what the first did. Who needs several rows takes accounts first, then jobs, then
//! what belongs to them, then chats, each kind in the order of its ids, and last of all an event's number: so no two
//! transactions ever wait for each other.

use diesel::prelude::*;
use gigline_domain::{ChatId, JobId, JobLife, RatingId, UserId};

use crate::any::AnyConn;
use crate::rows::status;
use crate::schema::{chats, jobs, ratings, users};
use crate::{Entity, StoreError, StoreResult, WriteTx};

/// Locks a job and tells its life as of now. Errors: `NotFound(Job)`.
pub(crate) fn job(tx: &mut WriteTx<'_>, id: JobId) -> StoreResult<JobLife> {
    let query = jobs::table.filter(jobs::id.eq(id.get())).select((jobs::poster_id, jobs::status, jobs::receiver_id));
    let row: Option<(Option<i64>, String, Option<i64>)> = match tx.db() {
        AnyConn::Pg(conn) => query.for_update().get_result(conn).optional()?,
        AnyConn::Sqlite(conn) => query.get_result(conn).optional()?,
    };
    let (poster, word, receiver) = row.ok_or(StoreError::NotFound(Entity::Job))?;
    Ok(JobLife { poster: poster.map(UserId::new), status: status(&word)?, receiver: receiver.map(UserId::new) })
}

/// Locks a chat that is to change or to go. Errors: `NotFound(Chat)`.
pub(crate) fn chat(tx: &mut WriteTx<'_>, id: ChatId) -> StoreResult<()> {
    let query = chats::table.filter(chats::id.eq(id.get())).select(chats::id);
    let row: Option<i64> = match tx.db() {
        AnyConn::Pg(conn) => query.for_update().get_result(conn).optional()?,
        // The one writer needs no lock, and whoever goes on finds out by itself whether it is there.
        AnyConn::Sqlite(_) => Some(id.get()),
    };
    row.map(drop).ok_or(StoreError::NotFound(Entity::Chat))
}

/// Locks an account that is to change or to go. Errors: `NotFound(User)`.
pub(crate) fn user(tx: &mut WriteTx<'_>, id: UserId) -> StoreResult<()> {
    let query = users::table.filter(users::id.eq(id.get())).select(users::id);
    let row: Option<i64> = match tx.db() {
        AnyConn::Pg(conn) => query.for_update().get_result(conn).optional()?,
        AnyConn::Sqlite(conn) => query.get_result(conn).optional()?,
    };
    row.map(drop).ok_or(StoreError::NotFound(Entity::User))
}

/// Sees to it that an account is not erased before this transaction ends; others may ask for the same. Errors:
/// `NotFound(User)`.
pub(crate) fn user_stays(tx: &mut WriteTx<'_>, id: UserId) -> StoreResult<()> {
    let query = users::table.filter(users::id.eq(id.get())).select(users::id);
    let row: Option<i64> = match tx.db() {
        AnyConn::Pg(conn) => query.for_key_share().get_result(conn).optional()?,
        AnyConn::Sqlite(conn) => query.get_result(conn).optional()?,
    };
    row.map(drop).ok_or(StoreError::NotFound(Entity::User))
}

/// Sees to it that neither of two accounts is erased, and that nothing else between the two is decided, before this
/// transaction ends. Errors: `NotFound(User)`.
pub(crate) fn pair(tx: &mut WriteTx<'_>, one: UserId, other: UserId) -> StoreResult<()> {
    let query =
        users::table.filter(users::id.eq_any([one.get(), other.get()])).order(users::id.asc()).select(users::id);
    let rows: Vec<i64> = match tx.db() {
        AnyConn::Pg(conn) => query.for_no_key_update().load(conn)?,
        AnyConn::Sqlite(conn) => query.load(conn)?,
    };
    if rows.len() == 2 { Ok(()) } else { Err(StoreError::NotFound(Entity::User)) }
}

/// Loads the rows of a query, locked on PostgreSQL: those that others delete meanwhile are not among them.
macro_rules! load_locked {
    ($tx:expr, $query:expr) => {
        match $tx.db() {
            $crate::any::AnyConn::Pg(conn) => $query.for_update().load(conn),
            $crate::any::AnyConn::Sqlite(conn) => $query.load(conn),
        }
    };
}
pub(crate) use load_locked;

/// Locks a rating. Errors: `NotFound(Rating)`.
pub(crate) fn rating(tx: &mut WriteTx<'_>, id: RatingId) -> StoreResult<()> {
    let query = ratings::table.filter(ratings::id.eq(id.get())).select(ratings::id);
    let row: Option<i64> = match tx.db() {
        AnyConn::Pg(conn) => query.for_update().get_result(conn).optional()?,
        AnyConn::Sqlite(conn) => query.get_result(conn).optional()?,
    };
    row.map(drop).ok_or(StoreError::NotFound(Entity::Rating))
}
