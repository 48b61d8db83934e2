//! Sessions that were looked up a moment ago; never one that ended in this process.

use std::array;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gigline_domain::Timestamp;
use gigline_persistence::sessions::{Session, TokenDigest};
use quick_cache::sync::Cache;

/// How long a look-up is believed: what another process does to a session or a role shows after this.
const FRESH_FOR: Duration = Duration::from_secs(1);
/// Tokens share a generation with this part of the others, so that one logout costs few of them a look-up.
const GENERATIONS: usize = 256;

/// A bounded cache from token digests to sessions.
///
/// Each entry carries the generation that its look-up began in, and counts only as long as that is the present one.
/// Ending a session advances the generation after the commit; a look-up that raced with it began in the old one,
/// so what it puts here is never used, however late it comes.
pub(crate) struct SessionCache {
    entries: Cache<TokenDigest, Entry>,
    generations: [AtomicU64; GENERATIONS],
}

/// A look-up's place in time: to be taken before the database is read.
#[derive(Clone, Copy)]
pub(crate) struct Begun {
    generation: u64,
    at: Timestamp,
}

#[derive(Clone, Copy)]
struct Entry {
    session: Session,
    begun: Begun,
}

impl SessionCache {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { entries: Cache::new(capacity.max(1)), generations: array::from_fn(|_| AtomicU64::new(0)) }
    }

    pub(crate) fn get(&self, token: &TokenDigest, now: Timestamp) -> Option<Session> {
        let entry = self.entries.get(token)?;
        let current = entry.begun.generation == self.generation(token).load(Ordering::SeqCst);
        // A clock that stepped back says nothing about the age, so such an entry is as good as old.
        let fresh = now >= entry.begun.at && now.since(entry.begun.at) < FRESH_FOR;
        (current && fresh).then_some(entry.session)
    }

    pub(crate) fn begin(&self, token: &TokenDigest, now: Timestamp) -> Begun {
        Begun { generation: self.generation(token).load(Ordering::SeqCst), at: now }
    }

    pub(crate) fn put(&self, token: TokenDigest, session: Session, begun: Begun) {
        self.entries.insert(token, Entry { session, begun });
    }

    /// To be called after the commit that ended the session.
    pub(crate) fn forget(&self, token: &TokenDigest) {
        self.generation(token).fetch_add(1, Ordering::SeqCst);
        self.entries.remove(token);
    }

    #[expect(clippy::indexing_slicing, reason = "a byte is an index of 256 places")]
    fn generation(&self, token: &TokenDigest) -> &AtomicU64 {
        &self.generations[usize::from(token.bytes()[0])]
    }
}

#[cfg(test)]
mod tests {
    use gigline_domain::{LoginId, Role, SessionId, UserId};

    use super::*;

    const TOKEN: TokenDigest = TokenDigest::new([7; 32]);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_micros(1_000_000_000 + millis * 1000)
    }

    fn session() -> Session {
        Session {
            session_id: SessionId::new(1),
            login_id: LoginId::new(1),
            user_id: UserId::new(1),
            role: Role::Member,
            expires_at: at(1_000_000),
        }
    }

    #[test]
    fn an_entry_is_believed_for_less_than_a_second() {
        let cache = SessionCache::new(8);
        cache.put(TOKEN, session(), cache.begin(&TOKEN, at(0)));
        assert_eq!(cache.get(&TOKEN, at(0)), Some(session()));
        assert_eq!(cache.get(&TOKEN, at(999)), Some(session()));
        assert_eq!(cache.get(&TOKEN, at(1000)), None);
        assert_eq!(cache.get(&TOKEN, at(-1)), None, "the clock stepped back");
    }

    #[test]
    fn a_look_up_that_raced_with_a_logout_puts_nothing_back() {
        let cache = SessionCache::new(8);
        let begun = cache.begin(&TOKEN, at(0)); // reads the session, still alive …
        cache.forget(&TOKEN); // … which ends …
        cache.put(TOKEN, session(), begun); // … before the reader comes to put it here
        assert_eq!(cache.get(&TOKEN, at(0)), None);
        cache.put(TOKEN, session(), cache.begin(&TOKEN, at(0)));
        assert_eq!(cache.get(&TOKEN, at(0)), Some(session()), "a look-up begun afterwards counts");
    }

    #[test]
    fn the_cache_is_bounded() {
        let cache = SessionCache::new(100);
        for n in 0..=u8::MAX {
            for m in 0..=u8::MAX {
                let mut bytes = [n; 32];
                bytes[1] = m;
                let token = TokenDigest::new(bytes);
                cache.put(token, session(), cache.begin(&token, at(0)));
            }
        }
        assert!(cache.entries.len() <= 100, "{}", cache.entries.len());
    }
}
