//! The sessions of everyone: opened, looked up, renewed and ended; a dead one is never taken for alive.

use std::sync::Arc;
use std::time::Duration;

use gigline_domain::{LoginId, SessionId, Timestamp, UserId};
use gigline_persistence::sessions::{self as table, EndedSession, NewTokens, Opened, Refreshed, Session};
use gigline_persistence::{Store, StoreError, WriteTx};

use crate::clock::Clock;
use crate::session_cache::SessionCache;
use crate::token::{SessionToken, UpdateToken};

/// How long tokens last.
#[derive(Debug, Clone, Copy)]
pub struct SessionPolicy {
    /// A session token.
    pub session_life: Duration,
    /// An update token.
    pub update_life: Duration,
    /// How long after its first use an update token may be used again, for a second tab or a lost answer.
    pub reuse_grace: Duration,
    /// How many looked-up sessions are kept in memory, about 200 bytes each.
    pub cached: usize,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        const HOUR: u64 = 60 * 60;
        Self {
            session_life: Duration::from_secs(24 * HOUR),
            update_life: Duration::from_secs(30 * 24 * HOUR),
            reuse_grace: Duration::from_secs(10),
            cached: 50_000,
        }
    }
}

/// A new pair of tokens, for the one answer that shows it.
#[derive(Debug, Clone)]
pub struct Issued {
    /// Opens the session.
    pub session_token: SessionToken,
    /// Fetches the next pair.
    pub update_token: UpdateToken,
    /// When the session expires.
    pub expires_at: Timestamp,
    /// Whose it is.
    pub user_id: UserId,
    /// The login that it belongs to.
    pub login_id: LoginId,
    /// The session.
    pub session_id: SessionId,
}

/// What came of presenting an update token.
#[derive(Debug)]
pub enum Renewal {
    /// A new pair; `ended` are the sessions that are dead by it.
    Renewed {
        /// The new pair.
        issued: Issued,
        /// The session that the token came with, unless that was dead already.
        ended: Vec<EndedSession>,
    },
    /// Unknown, expired, or used before: then its login was ended, with the sessions in `ended`.
    Refused {
        /// The sessions of the login that was ended.
        ended: Vec<EndedSession>,
    },
}

/// The sessions of a store. Clones share it and its cache.
#[derive(Clone)]
pub struct Sessions(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    policy: SessionPolicy,
    /// None where other processes end sessions too.
    cache: Option<SessionCache>,
}

impl Sessions {
    /// Sessions in `store`, timed by `clock`.
    pub fn new(store: Store, clock: Arc<dyn Clock>, policy: SessionPolicy) -> Self {
        let cache = (!store.is_shared()).then(|| SessionCache::new(policy.cached));
        Self(Arc::new(Inner { store, clock, policy, cache }))
    }

    /// Opens a login for `user` in the caller's transaction; the tokens are good once that is committed.
    ///
    /// Errors: `NotFound(User)`.
    pub fn open(&self, tx: &mut WriteTx<'_>, user: UserId) -> Result<Issued, StoreError> {
        let pair = self.new_pair();
        let opened = table::open_login(tx, user, &pair.stored)?;
        Ok(pair.issue(opened))
    }

    /// The live session of a token; `None` if there is none or it has expired.
    ///
    /// On a store that is not shared the answer may be up to a second old, except that a session that was ended
    /// through this object is dead at once, and that expiry goes by the clock at every call.
    pub async fn resolve(&self, token: &SessionToken) -> Result<Option<Session>, StoreError> {
        let digest = token.digest();
        let now = self.0.clock.now();
        if let Some(session) = self.0.cache.as_ref().and_then(|cache| cache.get(&digest, now)) {
            return Ok(alive(session, now));
        }
        let begun = self.0.cache.as_ref().map(|cache| cache.begin(&digest, now));
        let found = self.0.store.read_point(move |conn| table::find(conn, &digest)).await?;
        if let (Some(cache), Some(session), Some(begun)) = (&self.0.cache, found, begun) {
            cache.put(digest, session, begun);
        }
        Ok(found.and_then(|session| alive(session, self.0.clock.now())))
    }

    /// Takes an update token for a new pair.
    ///
    /// Its first use ends the session that it came with. Once more within the grace it gives another pair beside
    /// that one; later it ends the whole login.
    pub async fn refresh(&self, token: &UpdateToken) -> Result<Renewal, StoreError> {
        let (presented, sessions) = (token.digest(), self.clone());
        to_its_end(async move {
            let pair = sessions.new_pair();
            let (stored, grace) = (pair.stored, sessions.0.policy.reuse_grace);
            let refreshed = sessions.0.store.write(move |tx| table::refresh(tx, &presented, &stored, grace)).await?;
            let renewal = match refreshed {
                Refreshed::Renewed { opened, ended } => Renewal::Renewed { issued: pair.issue(opened), ended },
                Refreshed::Betrayed(ended) => Renewal::Refused { ended },
                Refreshed::Unknown => Renewal::Refused { ended: Vec::new() },
            };
            let (Renewal::Renewed { ended, .. } | Renewal::Refused { ended }) = &renewal;
            sessions.forget(ended);
            Ok(renewal)
        })
        .await
    }

    /// Ends a login: all its sessions and update tokens are dead. Gives those sessions; none if it had ended before.
    pub async fn logout(&self, login: LoginId) -> Result<Vec<EndedSession>, StoreError> {
        let now = self.0.clock.now();
        self.end(move |tx| table::end_login(tx, login, now)).await
    }

    /// Ends all logins of an account. Errors: `NotFound(User)`.
    ///
    /// Where the account itself goes, call [`gigline_persistence::accounts::erase`] within [`Sessions::end_with`].
    pub async fn end_all(&self, user: UserId) -> Result<Vec<EndedSession>, StoreError> {
        let now = self.0.clock.now();
        self.end(move |tx| table::end_all(tx, user, now)).await
    }

    /// Runs a write that ends sessions beside what else it does; it gives them after what it made.
    ///
    /// Once it is committed they are dead in this process at once, even if the caller has gone away.
    pub async fn end_with<T, E>(
        &self,
        work: impl FnOnce(&mut WriteTx<'_>) -> Result<(T, Vec<EndedSession>), E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let sessions = self.clone();
        to_its_end(async move {
            let (made, ended) = sessions.0.store.write(work).await?;
            sessions.forget(&ended);
            Ok(made)
        })
        .await
    }

    fn forget(&self, ended: &[EndedSession]) {
        if let Some(cache) = &self.0.cache {
            for session in ended {
                cache.forget(&session.digest);
            }
        }
    }

    /// Deletes what has expired, at most `limit` rows of a kind; how many. As long as that is not zero there may be
    /// more.
    pub async fn purge(&self, limit: u16) -> Result<usize, StoreError> {
        let now = self.0.clock.now();
        self.0.store.write(move |tx| table::purge_expired(tx, now, limit)).await
    }

    async fn end(
        &self,
        ending: impl FnOnce(&mut WriteTx<'_>) -> Result<Vec<EndedSession>, StoreError> + Send + 'static,
    ) -> Result<Vec<EndedSession>, StoreError> {
        self.end_with(move |tx| ending(tx).map(|ended| (ended.clone(), ended))).await
    }

    fn new_pair(&self) -> Pair {
        let (session_token, update_token) = (SessionToken::generate(), UpdateToken::generate());
        let made_at = self.0.clock.now();
        let stored = NewTokens {
            session: session_token.digest(),
            update: update_token.digest(),
            made_at,
            session_until: made_at.plus(self.0.policy.session_life),
            update_until: made_at.plus(self.0.policy.update_life),
        };
        Pair { session_token, update_token, stored }
    }
}

/// A pair of tokens that is not handed out before it is stored.
struct Pair {
    session_token: SessionToken,
    update_token: UpdateToken,
    stored: NewTokens,
}

impl Pair {
    fn issue(self, opened: Opened) -> Issued {
        Issued {
            session_token: self.session_token,
            update_token: self.update_token,
            expires_at: self.stored.session_until,
            user_id: opened.user_id,
            login_id: opened.login_id,
            session_id: opened.session_id,
        }
    }
}

fn alive(session: Session, now: Timestamp) -> Option<Session> {
    (now < session.expires_at).then_some(session)
}

/// Runs `work` even if its caller goes away: a write that was committed must also be made known to the cache.
async fn to_its_end<T, E>(work: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    tokio::spawn(work).await.unwrap_or_else(|_| Err(StoreError::Died.into()))
}

#[cfg(test)]
mod tests;
