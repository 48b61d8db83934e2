//! Logins and their tokens: of two uses of one update token exactly one is the first, and a login ends as a whole.
//!
//! Whoever changes a login's tokens locks the login's row first, so that a refresh and a logout come one after the
//! other on PostgreSQL too.

use std::time::Duration;

use diesel::prelude::*;
use gigline_domain::{LoginId, Role, SessionId, Timestamp, UserId};

use crate::any::AnyConn;
use crate::log::Happening;
use crate::schema::{logins, sessions, update_tokens, users};
use crate::{Conflict, Conn, Entity, StoreError, StoreResult, WriteTx, locks, log, rows};

mod purge;

pub use purge::purge_expired;

/// How many sessions, and how many update tokens, a login keeps; the oldest make room.
const KEPT_PER_LOGIN: i64 = 1_024;

/// What a token is stored and found by: the SHA-256 of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// Wraps the 32 bytes of a SHA-256.
    pub const fn new(sha256: [u8; 32]) -> Self {
        Self(sha256)
    }

    /// The bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn stored(bytes: Vec<u8>) -> StoreResult<Self> {
        let sha256 = bytes.try_into().map_err(|_| StoreError::Corrupt("a token digest is not 32 bytes".to_owned()))?;
        Ok(Self(sha256))
    }
}

/// A session as it was read; whether it has expired is for the reader to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub session_id: SessionId,
    /// The login that it belongs to.
    pub login_id: LoginId,
    /// Whose it is.
    pub user_id: UserId,
    /// What that account may do.
    pub role: Role,
    /// From this moment on it is dead.
    pub expires_at: Timestamp,
}

/// A pair of tokens that is to be stored.
#[derive(Debug, Clone, Copy)]
pub struct NewTokens {
    /// The session token's digest.
    pub session: TokenDigest,
    /// The update token's digest.
    pub update: TokenDigest,
    /// When they were made.
    pub made_at: Timestamp,
    /// When the session token expires.
    pub session_until: Timestamp,
    /// When the update token expires.
    pub update_until: Timestamp,
}

/// Where a new pair of tokens belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// Whose it is.
    pub user_id: UserId,
    /// The login.
    pub login_id: LoginId,
    /// The new session.
    pub session_id: SessionId,
}

/// A session that is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedSession {
    /// Its id.
    pub id: SessionId,
    /// What its token was found by.
    pub digest: TokenDigest,
}

/// What came of presenting an update token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// The new pair is stored.
    Renewed {
        /// Where it belongs.
        opened: Opened,
        /// The old session, at the first use, and sessions that made room.
        ended: Vec<EndedSession>,
    },
    /// The token had been used longer ago: its login, with these sessions, is deleted.
    Betrayed(Vec<EndedSession>),
    /// There is no such token, or it has expired.
    Unknown,
}

/// Opens a login with its first pair of tokens. Errors: `NotFound(User)`.
pub fn open_login(tx: &mut WriteTx<'_>, user: UserId, tokens: &NewTokens) -> StoreResult<Opened> {
    let login: i64 = diesel::insert_into(logins::table)
        .values((
            logins::user_id.eq(user.get()),
            logins::created_at.eq(tokens.made_at.micros()),
            logins::expires_at.eq(last_expiry(tokens)),
        ))
        .returning(logins::id)
        .get_result(tx.db())
        .map_err(ownerless)?;
    let session_id = add_pair(tx, login, tokens)?;
    Ok(Opened { user_id: user, login_id: LoginId::new(login), session_id })
}

/// The session with this token, dead or alive.
pub fn find(conn: &mut Conn, token: &TokenDigest) -> StoreResult<Option<Session>> {
    let row: Option<(i64, i64, i64, String, i64)> = sessions::table
        .inner_join(logins::table.inner_join(users::table))
        .filter(sessions::token_digest.eq(token.bytes().as_slice()))
        .select((sessions::id, logins::id, users::id, users::role, sessions::expires_at))
        .get_result(conn.db())
        .optional()?;
    row.map(|(session, login, user, role, expires_at)| {
        Ok(Session {
            session_id: SessionId::new(session),
            login_id: LoginId::new(login),
            user_id: UserId::new(user),
            role: rows::role(&role)?,
            expires_at: Timestamp::from_micros(expires_at),
        })
    })
    .transpose()
}

/// Takes an update token for a fresh pair, as of `fresh.made_at`.
///
/// The first use ends the session that came with it. A further use up to `grace` after the first gives a pair beside
/// the others; later it deletes the login. Each outcome is to be committed, the refusals too.
pub fn refresh(
    tx: &mut WriteTx<'_>,
    presented: &TokenDigest,
    fresh: &NewTokens,
    grace: Duration,
) -> StoreResult<Refreshed> {
    let now = fresh.made_at;
    let Some((login, user)) = lock_login_of(tx, presented, now)? else { return Ok(Refreshed::Unknown) };
    let mut ended = match use_first(tx, presented, now)? {
        Some(session) => end_session(tx, session)?,
        None if used_within(tx, presented, now, grace)? => Vec::new(),
        None => return end_login(tx, LoginId::new(login), now).map(Refreshed::Betrayed),
    };
    let session_id = add_pair(tx, login, fresh)?;
    outlive(tx, login, last_expiry(fresh))?;
    ended.extend(make_room(tx, login)?);
    tell(tx, &ended, now)?;
    let opened = Opened { user_id: UserId::new(user), login_id: LoginId::new(login), session_id };
    Ok(Refreshed::Renewed { opened, ended })
}

/// Deletes a login and all its tokens; gives the sessions that were in it, none if it is gone already.
pub fn end_login(tx: &mut WriteTx<'_>, login: LoginId, now: Timestamp) -> StoreResult<Vec<EndedSession>> {
    let query = logins::table.filter(logins::id.eq(login.get())).select(logins::id);
    let _locked: Option<i64> = match tx.db() {
        AnyConn::Pg(conn) => query.for_update().get_result(conn).optional()?,
        AnyConn::Sqlite(conn) => query.get_result(conn).optional()?,
    };
    let ended = sessions::table
        .filter(sessions::login_id.eq(login.get()))
        .select((sessions::id, sessions::token_digest))
        .load(tx.db())?;
    diesel::delete(logins::table.filter(logins::id.eq(login.get()))).execute(tx.db())?;
    let ended = ended_sessions(ended)?;
    tell(tx, &ended, now)?;
    Ok(ended)
}

/// Deletes all logins of an account. Errors: `NotFound(User)`.
pub fn end_all(tx: &mut WriteTx<'_>, user: UserId, now: Timestamp) -> StoreResult<Vec<EndedSession>> {
    // Nobody opens another one, or refreshes one of these, until this transaction is over.
    locks::user(tx, user)?;
    let ended = close_all(tx, user)?;
    tell(tx, &ended, now)?;
    Ok(ended)
}

/// Tells the log that sessions ended before their time, so that nobody goes on serving them.
pub(crate) fn tell(tx: &mut WriteTx<'_>, ended: &[EndedSession], now: Timestamp) -> StoreResult<()> {
    let sessions: Vec<SessionId> = ended.iter().map(|session| session.id).collect();
    if sessions.is_empty() { Ok(()) } else { log::record(tx, Happening::SessionsEnded { sessions }, now) }
}

/// Deletes all logins of a locked account.
pub(crate) fn close_all(tx: &mut WriteTx<'_>, user: UserId) -> StoreResult<Vec<EndedSession>> {
    let theirs = logins::table.filter(logins::user_id.eq(user.get())).select(logins::id);
    if let AnyConn::Pg(conn) = tx.db() {
        let _locked: Vec<i64> = theirs.order(logins::id).for_update().load(conn)?;
    }
    let ended = sessions::table
        .filter(sessions::login_id.eq_any(theirs))
        .select((sessions::id, sessions::token_digest))
        .load(tx.db())?;
    diesel::delete(logins::table.filter(logins::user_id.eq(user.get()))).execute(tx.db())?;
    ended_sessions(ended)
}

/// A row of an account that is gone says so, instead of that a reference is broken.
pub(crate) fn ownerless(error: diesel::result::Error) -> StoreError {
    match error.into() {
        StoreError::Conflict(Conflict::Reference(_)) => StoreError::NotFound(Entity::User),
        other => other,
    }
}

fn last_expiry(tokens: &NewTokens) -> i64 {
    tokens.session_until.max(tokens.update_until).micros()
}

fn add_pair(tx: &mut WriteTx<'_>, login: i64, tokens: &NewTokens) -> StoreResult<SessionId> {
    let session: i64 = diesel::insert_into(sessions::table)
        .values((
            sessions::login_id.eq(login),
            sessions::token_digest.eq(tokens.session.bytes().as_slice()),
            sessions::created_at.eq(tokens.made_at.micros()),
            sessions::expires_at.eq(tokens.session_until.micros()),
        ))
        .returning(sessions::id)
        .get_result(tx.db())?;
    diesel::insert_into(update_tokens::table)
        .values((
            update_tokens::login_id.eq(login),
            update_tokens::session_id.eq(session),
            update_tokens::token_digest.eq(tokens.update.bytes().as_slice()),
            update_tokens::created_at.eq(tokens.made_at.micros()),
            update_tokens::expires_at.eq(tokens.update_until.micros()),
        ))
        .execute(tx.db())?;
    Ok(SessionId::new(session))
}

/// Locks the login of an update token that has not expired; its id and its user's.
fn lock_login_of(tx: &mut WriteTx<'_>, token: &TokenDigest, now: Timestamp) -> StoreResult<Option<(i64, i64)>> {
    let of_token = update_tokens::table
        .filter(update_tokens::token_digest.eq(token.bytes().as_slice()))
        .filter(update_tokens::expires_at.gt(now.micros()))
        .select(update_tokens::login_id);
    let query = logins::table.filter(logins::id.eq_any(of_token)).select((logins::id, logins::user_id));
    let row = match tx.db() {
        AnyConn::Pg(conn) => query.for_update().get_result(conn).optional()?,
        AnyConn::Sqlite(conn) => query.get_result(conn).optional()?,
    };
    Ok(row)
}

/// Marks a token as used if nobody has; then the session that it came with.
fn use_first(tx: &mut WriteTx<'_>, token: &TokenDigest, now: Timestamp) -> StoreResult<Option<i64>> {
    let unused = update_tokens::table
        .filter(update_tokens::token_digest.eq(token.bytes().as_slice()))
        .filter(update_tokens::used_at.is_null());
    let session = diesel::update(unused)
        .set(update_tokens::used_at.eq(now.micros()))
        .returning(update_tokens::session_id)
        .get_result(tx.db())
        .optional()?;
    Ok(session)
}

fn used_within(tx: &mut WriteTx<'_>, token: &TokenDigest, now: Timestamp, grace: Duration) -> StoreResult<bool> {
    let used_at: Option<Option<i64>> = update_tokens::table
        .filter(update_tokens::token_digest.eq(token.bytes().as_slice()))
        .select(update_tokens::used_at)
        .get_result(tx.db())
        .optional()?;
    Ok(used_at.flatten().is_some_and(|used_at| now.since(Timestamp::from_micros(used_at)) <= grace))
}

fn end_session(tx: &mut WriteTx<'_>, session: i64) -> StoreResult<Vec<EndedSession>> {
    let ended = diesel::delete(sessions::table.filter(sessions::id.eq(session)))
        .returning((sessions::id, sessions::token_digest))
        .get_results(tx.db())?;
    ended_sessions(ended)
}

/// Lets a login last at least until `until`.
fn outlive(tx: &mut WriteTx<'_>, login: i64, until: i64) -> StoreResult<()> {
    diesel::update(logins::table.filter(logins::id.eq(login)).filter(logins::expires_at.lt(until)))
        .set(logins::expires_at.eq(until))
        .execute(tx.db())?;
    Ok(())
}

/// Drops what a login has beyond its share: without this a client that refreshes without end would fill the disk.
fn make_room(tx: &mut WriteTx<'_>, login: i64) -> StoreResult<Vec<EndedSession>> {
    let oldest_token: Option<i64> = update_tokens::table
        .filter(update_tokens::login_id.eq(login))
        .order(update_tokens::id.desc())
        .select(update_tokens::id)
        .offset(KEPT_PER_LOGIN - 1)
        .first(tx.db())
        .optional()?;
    let Some(oldest_token) = oldest_token else { return Ok(Vec::new()) };
    diesel::delete(
        update_tokens::table.filter(update_tokens::login_id.eq(login)).filter(update_tokens::id.lt(oldest_token)),
    )
    .execute(tx.db())?;
    // As many sessions as there are tokens at most: each session came with a token.
    let first_kept: i64 = update_tokens::table
        .filter(update_tokens::id.eq(oldest_token))
        .select(update_tokens::session_id)
        .get_result(tx.db())?;
    let ended =
        diesel::delete(sessions::table.filter(sessions::login_id.eq(login)).filter(sessions::id.lt(first_kept)))
            .returning((sessions::id, sessions::token_digest))
            .get_results(tx.db())?;
    ended_sessions(ended)
}

fn ended_sessions(rows: Vec<(i64, Vec<u8>)>) -> StoreResult<Vec<EndedSession>> {
    let ended = |(id, digest)| Ok(EndedSession { id: SessionId::new(id), digest: TokenDigest::stored(digest)? });
    rows.into_iter().map(ended).collect()
}
