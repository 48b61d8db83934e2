//! The open sessions, found by their `sid`. Sixteen maps, so that threads seldom wait for one another.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gigline_chat::CloseReason;
use gigline_chat::engineio::Sid;

use super::link::Link;

const SHARDS: usize = 16;
/// How many sessions may be open. Anybody can open one; what nobody uses goes away with its first ping.
const MOST: usize = 100_000;

/// One open session: what runs it, and for whom it was opened.
pub(super) struct Entry<G> {
    pub(super) link: Link,
    pub(super) guest: G,
}

type Shard<G> = Mutex<HashMap<Sid, Arc<Entry<G>>>>;

/// The sessions of one door.
pub(super) struct Registry<G> {
    shards: [Shard<G>; SHARDS],
    hasher: RandomState,
}

impl<G> Default for Registry<G> {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new() }
    }
}

impl<G> Registry<G> {
    pub(super) fn insert(&self, sid: &Sid, entry: Arc<Entry<G>>) {
        self.shard(sid, |shard| shard.insert(sid.clone(), entry));
    }

    pub(super) fn get(&self, sid: &Sid) -> Option<Arc<Entry<G>>> {
        self.shard(sid, |shard| shard.get(sid).cloned())
    }

    pub(super) fn remove(&self, sid: &Sid) {
        self.shard(sid, |shard| shard.remove(sid));
    }

    /// How many sessions are open.
    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    /// Whether there are so many that no more are opened.
    pub(super) fn is_full(&self) -> bool {
        self.len() >= MOST
    }

    /// Closes every session.
    pub(super) fn close_all(&self, reason: CloseReason) {
        for shard in &self.shards {
            // Not while the shard is held: closing a session may forget it.
            let entries: Vec<_> = lock(shard).values().cloned().collect();
            for entry in entries {
                entry.link.close(reason);
            }
        }
    }

    fn shard<T>(&self, sid: &Sid, act: impl FnOnce(&mut HashMap<Sid, Arc<Entry<G>>>) -> T) -> T {
        let hash = usize::try_from(self.hasher.hash_one(sid) % 16).unwrap_or(0);
        let [first, ..] = &self.shards;
        act(&mut lock(self.shards.get(hash).unwrap_or(first)))
    }
}

/// A map is whole whatever panicked while it was held.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
