//! Requests that may come twice: of several with one key exactly one runs, and the others get its answer.

use std::time::Duration;

use diesel::prelude::*;
use gigline_domain::{Timestamp, UserId};

use crate::any::{AnyConn, Both};
use crate::schema::idempotency_keys as keys;
use crate::sessions::ownerless;
use crate::{StoreError, StoreResult, WriteTx};

/// How long an answer is kept.
pub const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// How many keys of one account are kept; the oldest make room.
const KEPT_PER_ACCOUNT: i64 = 1_000;
/// After this a request that has not answered counts as dead, and its key is free.
pub const ABANDONED_AFTER: Duration = Duration::from_secs(60);

/// An answer that was given, for giving it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Names and values of the headers worth keeping; without line breaks, as headers are.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Fingerprint, status, headers, body.
type Row = (Vec<u8>, Option<i64>, String, Vec<u8>);

/// The right to run the one request of a key, and to say how it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation(i64);

/// What to do with a request that carries a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// Run it, then [`finish`] or [`abandon`].
    Fresh(Reservation),
    /// The first one is still running.
    Running,
    /// Answer with this.
    Replay(StoredAnswer),
    /// The key was used for another request.
    Mismatch,
}

/// Reserves `key` of `user` for the request with this `fingerprint` (a SHA-256 over all that makes it what it is).
///
/// Of several at once exactly one gets [`Begin::Fresh`]. A key whose request has not answered for a minute, or whose
/// answer is a day old, is free again. Errors: `NotFound(User)`.
pub fn begin(
    tx: &mut WriteTx<'_>,
    user: UserId,
    key: &str,
    fingerprint: &[u8; 32],
    now: Timestamp,
) -> StoreResult<Begin> {
    free(tx, user, key, now)?;
    if let Some(id) = reserve(tx, user, key, fingerprint, now)? {
        make_room(tx, user)?;
        return Ok(Begin::Fresh(Reservation(id)));
    }
    let row: Option<Row> = keys::table
        .filter(keys::user_id.eq(user.get()))
        .filter(keys::key.eq(key))
        .select((keys::fingerprint, keys::status, keys::headers, keys::body))
        .get_result(tx.db())
        .optional()?;
    Ok(match row {
        Some((stored, ..)) if stored != fingerprint => Begin::Mismatch,
        Some((_, Some(status), headers, body)) => Begin::Replay(answer(status, &headers, body)?),
        // The row can also have gone this very moment (PostgreSQL); then trying again is right as well.
        Some((_, None, ..)) | None => Begin::Running,
    })
}

/// Keeps the answer of a reserved request; false if it took so long that its key went to another.
pub fn finish(tx: &mut WriteTx<'_>, reserved: Reservation, answer: &StoredAnswer) -> StoreResult<bool> {
    let headers: Vec<String> = answer.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let kept = diesel::update(keys::table.filter(keys::id.eq(reserved.0)).filter(keys::status.is_null()))
        .set((
            keys::status.eq(i64::from(answer.status)),
            keys::headers.eq(headers.join("\n")),
            keys::body.eq(&answer.body),
        ))
        .execute(tx.db())?;
    Ok(kept == 1)
}

/// Frees the key of a request that came to nothing, so that it may be tried again; an answer that was kept stays.
pub fn abandon(tx: &mut WriteTx<'_>, reserved: Reservation) -> StoreResult<()> {
    diesel::delete(keys::table.filter(keys::id.eq(reserved.0)).filter(keys::status.is_null())).execute(tx.db())?;
    Ok(())
}

/// Deletes at most `limit` keys that are a day old; how many. As long as that is `limit` there may be more.
pub fn purge(tx: &mut WriteTx<'_>, now: Timestamp, limit: u16) -> StoreResult<usize> {
    let old = keys::table
        .filter(keys::created_at.le(now.minus(KEPT_FOR).micros()))
        .order(keys::created_at)
        .select(keys::id)
        .limit(i64::from(limit));
    let ids: Vec<i64> = match tx.db() {
        // Rows that go with an account just now are left to that.
        AnyConn::Pg(conn) => old.for_update().skip_locked().load(conn)?,
        AnyConn::Sqlite(conn) => old.load(conn)?,
    };
    Ok(diesel::delete(keys::table.filter(keys::id.eq_any(ids))).execute(tx.db())?)
}

/// Forgets the answers of an account beyond its newest thousand.
fn make_room(tx: &mut WriteTx<'_>, user: UserId) -> StoreResult<()> {
    let of_user = keys::user_id.eq(user.get());
    let last: Option<i64> = keys::table
        .filter(of_user)
        .order(keys::id.desc())
        .select(keys::id)
        .offset(KEPT_PER_ACCOUNT)
        .limit(1)
        .get_result(tx.db())
        .optional()?;
    if let Some(last) = last {
        diesel::delete(keys::table.filter(of_user).filter(keys::id.le(last)).filter(keys::status.is_not_null()))
            .execute(tx.db())?;
    }
    Ok(())
}

/// Deletes the key's row if nobody stands for it any more.
fn free(tx: &mut WriteTx<'_>, user: UserId, key: &str, now: Timestamp) -> StoreResult<()> {
    let abandoned = keys::status.is_null().and(keys::created_at.le(now.minus(ABANDONED_AFTER).micros()));
    let outdated = keys::created_at.le(now.minus(KEPT_FOR).micros());
    diesel::delete(
        keys::table.filter(keys::user_id.eq(user.get())).filter(keys::key.eq(key)).filter(abandoned.or(outdated)),
    )
    .execute(tx.db())?;
    Ok(())
}

fn reserve(
    tx: &mut WriteTx<'_>,
    user: UserId,
    key: &str,
    fingerprint: &[u8; 32],
    now: Timestamp,
) -> StoreResult<Option<i64>> {
    let insert = diesel::insert_into(keys::table)
        .values((
            keys::user_id.eq(user.get()),
            keys::key.eq(key),
            keys::fingerprint.eq(fingerprint.as_slice()),
            keys::created_at.eq(now.micros()),
            keys::headers.eq(""),
            keys::body.eq(b"".as_slice()),
        ))
        .on_conflict_do_nothing()
        .returning(keys::id);
    Both(insert).get_result(tx.db()).optional().map_err(ownerless)
}

fn answer(status: i64, headers: &str, body: Vec<u8>) -> StoreResult<StoredAnswer> {
    let corrupt = || StoreError::Corrupt("a kept answer cannot be read".to_owned());
    let headers = headers
        .lines()
        .map(|line| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(corrupt))
        .collect::<StoreResult<_>>()?;
    Ok(StoredAnswer { status: u16::try_from(status).map_err(|_| corrupt())?, headers, body })
}

#[cfg(test)]
mod tests;
