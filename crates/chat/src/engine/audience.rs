//! Who is in a chat, remembered: a message to a lively chat costs no query to find its receivers.

use std::array;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gigline_domain::{ChatId, UserId};
use gigline_persistence::StoreResult;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// How many chats are remembered about.
const CHATS: usize = 16_384;
/// How many participants are remembered in all, 8 bytes each.
const PARTICIPANTS: u64 = 1_000_000;
/// Chats share a generation with this part of the others.
const GENERATIONS: usize = 256;

/// The participants of some chats, in ascending order.
pub(super) type Users = Arc<[UserId]>;

/// A bounded cache from chats to their participants.
///
/// Only the publisher says what is outdated, in the order of the log. Each entry carries the generation that its
/// look-up began in, so a look-up that raced with a change is never believed.
pub(super) struct Audience {
    entries: Cache<ChatId, Entry, ByParticipants>,
    generations: [AtomicU64; GENERATIONS],
}

/// When a look-up began.
#[derive(Clone, Copy)]
pub(super) struct Begun(u64);

#[derive(Clone)]
struct Entry {
    users: Users,
    generation: u64,
}

#[derive(Clone)]
struct ByParticipants;

impl Weighter<ChatId, Entry> for ByParticipants {
    fn weight(&self, _chat: &ChatId, entry: &Entry) -> u64 {
        u64::try_from(entry.users.len()).unwrap_or(u64::MAX).saturating_add(1)
    }
}

impl Audience {
    pub(super) fn new() -> Self {
        let entries = Cache::with_weighter(CHATS, PARTICIPANTS, ByParticipants);
        Self { entries, generations: array::from_fn(|_| AtomicU64::new(0)) }
    }

    /// Who is in `chat`: as remembered, else as `look_up` finds.
    pub(super) fn of(&self, chat: ChatId, look_up: impl FnOnce() -> StoreResult<Vec<UserId>>) -> StoreResult<Users> {
        if let Some(users) = self.get(chat) {
            return Ok(users);
        }
        let begun = self.begin(chat);
        Ok(self.put(chat, look_up()?, begun))
    }

    /// Who is in `chat`, if that is remembered.
    pub(super) fn get(&self, chat: ChatId) -> Option<Users> {
        let entry = self.entries.get(&chat)?;
        (entry.generation == self.generation(chat).load(Ordering::SeqCst)).then_some(entry.users)
    }

    /// A look-up's place in time: to be taken before the database is read.
    pub(super) fn begin(&self, chat: ChatId) -> Begun {
        Begun(self.generation(chat).load(Ordering::SeqCst))
    }

    /// Remembers what was found.
    pub(super) fn put(&self, chat: ChatId, mut users: Vec<UserId>, begun: Begun) -> Users {
        users.sort_unstable();
        let users = Users::from(users);
        self.entries.insert(chat, Entry { users: Arc::clone(&users), generation: begun.0 });
        users
    }

    /// To be called when the log tells that who is in `chat` has changed.
    pub(super) fn forget(&self, chat: ChatId) {
        self.generation(chat).fetch_add(1, Ordering::SeqCst);
        self.entries.remove(&chat);
    }

    /// To be called when a part of the log was passed over.
    pub(super) fn forget_all(&self) {
        for generation in &self.generations {
            generation.fetch_add(1, Ordering::SeqCst);
        }
        self.entries.clear();
    }

    #[expect(clippy::indexing_slicing, reason = "a remainder by the number of places is a place")]
    fn generation(&self, chat: ChatId) -> &AtomicU64 {
        let [low, ..] = chat.get().to_le_bytes();
        &self.generations[usize::from(low)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: ChatId = ChatId::new(7);

    fn ids(ids: &[i64]) -> Vec<UserId> {
        ids.iter().copied().map(UserId::new).collect()
    }

    #[test]
    fn a_chat_is_looked_up_once_until_it_changes() {
        let audience = Audience::new();
        assert_eq!(*audience.of(CHAT, || Ok(ids(&[3, 1]))).unwrap(), ids(&[1, 3]));
        assert_eq!(*audience.of(CHAT, || panic!("it is known")).unwrap(), ids(&[1, 3]));
        audience.forget(CHAT);
        assert_eq!(*audience.of(CHAT, || Ok(ids(&[1, 2, 3]))).unwrap(), ids(&[1, 2, 3]));
        audience.forget_all();
        assert_eq!(*audience.of(CHAT, || Ok(ids(&[9]))).unwrap(), ids(&[9]));
    }

    #[test]
    fn a_look_up_that_raced_with_a_change_is_not_believed() {
        let audience = Audience::new();
        let old = audience.of(CHAT, || {
            let read = ids(&[1]);
            audience.forget(CHAT); // somebody joins after the read and before it is put here
            Ok(read)
        });
        assert_eq!(*old.unwrap(), ids(&[1]));
        assert_eq!(*audience.of(CHAT, || Ok(ids(&[1, 2]))).unwrap(), ids(&[1, 2]));
    }

    #[test]
    fn a_failed_look_up_is_not_remembered() {
        let audience = Audience::new();
        assert!(audience.of(CHAT, || Err(gigline_persistence::StoreError::Busy)).is_err());
        assert_eq!(*audience.of(CHAT, || Ok(ids(&[1]))).unwrap(), ids(&[1]));
    }
}
