//! Row locks for PostgreSQL, where several transactions write at once; on SQLite the one writer needs none.
//!
//! Whoever changes a job, its candidates or its parties locks the job's row first, so two such changes come one after
//! the other and the second sees what the first did.

use diesel::prelude::*;
use gigline_domain::{JobId, JobLife, RatingId, UserId};

use crate::any::AnyConn;
use crate::rows::status;
use crate::schema::{jobs, ratings, users};
use crate::{Entity, StoreError, StoreResult, WriteTx};

/// Locks a job and tells its life as of now. Errors: `NotFound(Job)`.
pub(crate) fn job(tx: &mut WriteTx<'_>, id: JobId) -> StoreResult<JobLife> {
    let query = jobs::table.filter(jobs::id.eq(id.get())).select((jobs::poster_id, jobs::status, jobs::receiver_id));
    let row: Option<(Option<i64>, String, Option<i64>)> = match tx.db() {
        AnyConn::Pg(conn) => query.for_update().first(conn).optional()?,
        AnyConn::Sqlite(conn) => query.first(conn).optional()?,
    };
    let (poster, word, receiver) = row.ok_or(StoreError::NotFound(Entity::Job))?;
    Ok(JobLife { poster: poster.map(UserId::new), status: status(&word)?, receiver: receiver.map(UserId::new) })
}

/// Locks an account. Errors: `NotFound(User)`.
pub(crate) fn user(tx: &mut WriteTx<'_>, id: UserId) -> StoreResult<()> {
    let query = users::table.filter(users::id.eq(id.get())).select(users::id);
    let row: Option<i64> = match tx.db() {
        AnyConn::Pg(conn) => query.for_update().first(conn).optional()?,
        AnyConn::Sqlite(conn) => query.first(conn).optional()?,
    };
    row.map(drop).ok_or(StoreError::NotFound(Entity::User))
}

/// Locks a rating. Errors: `NotFound(Rating)`.
pub(crate) fn rating(tx: &mut WriteTx<'_>, id: RatingId) -> StoreResult<()> {
    let query = ratings::table.filter(ratings::id.eq(id.get())).select(ratings::id);
    let row: Option<i64> = match tx.db() {
        AnyConn::Pg(conn) => query.for_update().first(conn).optional()?,
        AnyConn::Sqlite(conn) => query.first(conn).optional()?,
    };
    row.map(drop).ok_or(StoreError::NotFound(Entity::Rating))
}
