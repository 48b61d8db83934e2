//! What is remembered of sessions that poll: how far each has been shown each chat, and who has just ended a poll that is
//! still on its way.
//!
//! Only what is remembered answers less: of whom nothing is known any more, the next poll answers at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gigline_chat::Seq;
use gigline_domain::{ChatId, SessionId, Timestamp};

/// A session and a chat that it polls.
pub(crate) type Key = (SessionId, ChatId);

/// How many pairs are remembered, and for how long.
const SHOWN: usize = 65_536;
const SHOWN_FOR: Duration = Duration::from_secs(600);
/// How many polls that have not come may be ended, and for how long that counts.
const MARKS: usize = 4_096;
const MARKED_FOR: Duration = Duration::from_secs(2);

/// The memory, shared by all workers.
#[derive(Clone)]
pub(crate) struct Polls(Arc<Mutex<Memory>>);

struct Memory {
    shown: Recent<Seq>,
    marks: Recent<()>,
}

/// A map of what is recent: when it is full, the older half goes.
struct Recent<V> {
    young: HashMap<Key, (V, Timestamp)>,
    old: HashMap<Key, (V, Timestamp)>,
    half: usize,
    lasts: Duration,
}

impl<V: Copy> Recent<V> {
    fn new(most: usize, lasts: Duration) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), half: most / 2, lasts }
    }

    fn get(&self, key: Key, now: Timestamp) -> Option<V> {
        let (value, at) = self.young.get(&key).or_else(|| self.old.get(&key))?;
        (now.since(*at) <= self.lasts).then_some(*value)
    }

    fn put(&mut self, key: Key, value: V, now: Timestamp) {
        if self.young.len() >= self.half && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(&key);
        self.young.insert(key, (value, now));
    }

    fn remove(&mut self, key: Key) {
        self.young.remove(&key);
        self.old.remove(&key);
    }
}

impl Default for Polls {
    fn default() -> Self {
        let memory = Memory { shown: Recent::new(SHOWN, SHOWN_FOR), marks: Recent::new(MARKS, MARKED_FOR) };
        Self(Arc::new(Mutex::new(memory)))
    }
}

impl Polls {
    /// Up to which message a session has been shown a chat, as far as is known.
    pub(crate) fn shown(&self, key: Key, now: Timestamp) -> Seq {
        self.memory().shown.get(key, now).unwrap_or(Seq::NONE)
    }

    /// Notes that a session is shown a chat up to `to`; up to where it was shown it before.
    pub(crate) fn note(&self, key: Key, to: Seq, now: Timestamp) -> Seq {
        let mut memory = self.memory();
        let before = memory.shown.get(key, now).unwrap_or(Seq::NONE);
        memory.shown.put(key, to.max(before), now);
        before
    }

    /// Takes back that a session was shown a chat up to `to` rather than up to `before`, unless it has been shown more
    /// since.
    pub(crate) fn take_back(&self, key: Key, to: Seq, before: Seq, now: Timestamp) {
        let mut memory = self.memory();
        if memory.shown.get(key, now) == Some(to) {
            memory.shown.put(key, before.min(to), now);
        }
    }

    /// Has the next poll answer at once, if it comes soon.
    pub(crate) fn mark(&self, key: Key, now: Timestamp) {
        self.memory().marks.put(key, (), now);
    }

    /// Takes such a mark away; whether there was one.
    pub(crate) fn take_mark(&self, key: Key, now: Timestamp) -> bool {
        let mut memory = self.memory();
        let marked = memory.marks.get(key, now).is_some();
        memory.marks.remove(key);
        marked
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = (SessionId::new(1), ChatId::new(2));

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn what_was_shown_only_grows_and_is_forgotten_in_the_end() {
        let (polls, five) = (Polls::default(), Seq::parse(5).unwrap());
        assert_eq!(polls.shown(KEY, at(0)), Seq::NONE);
        assert_eq!(polls.note(KEY, five, at(0)), Seq::NONE);
        assert_eq!(polls.note(KEY, Seq::parse(3).unwrap(), at(1)), five);
        assert_eq!((polls.shown(KEY, at(601)), polls.shown(KEY, at(602))), (five, Seq::NONE));
    }

    #[test]
    fn what_did_not_arrive_is_taken_back_unless_more_was_shown_since() {
        let (polls, [three, five, six]) = (Polls::default(), [3, 5, 6].map(|seq| Seq::parse(seq).unwrap()));
        polls.note(KEY, three, at(0));
        let before = polls.note(KEY, five, at(0));
        polls.take_back(KEY, five, before, at(0));
        assert_eq!(polls.shown(KEY, at(0)), three);
        let before = polls.note(KEY, five, at(0));
        polls.note(KEY, six, at(0));
        polls.take_back(KEY, five, before, at(0));
        assert_eq!(polls.shown(KEY, at(0)), six);
        // What is older than what was shown before changes nothing, arrived or not.
        let before = polls.note(KEY, three, at(0));
        polls.take_back(KEY, three, before, at(0));
        assert_eq!(polls.shown(KEY, at(0)), six);
    }

    #[test]
    fn a_mark_counts_once_and_for_two_seconds() {
        let polls = Polls::default();
        polls.mark(KEY, at(0));
        assert!(polls.take_mark(KEY, at(2)) && !polls.take_mark(KEY, at(2)));
        polls.mark(KEY, at(10));
        assert!(!polls.take_mark(KEY, at(13)));
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut recent = Recent::new(8, Duration::from_secs(1));
        for number in 0..100 {
            recent.put((SessionId::new(number), ChatId::new(1)), number, at(0));
            assert!(recent.young.len() + recent.old.len() <= 8);
            assert_eq!(recent.get((SessionId::new(number), ChatId::new(1)), at(0)), Some(number));
        }
        assert_eq!(recent.get((SessionId::new(97), ChatId::new(1)), at(0)), Some(97));
    }
}
