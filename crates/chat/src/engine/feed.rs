//! What the store commits, on its way to the publisher: bounded, and never in the writer's way for long.
//!
//! A writer that finds no room waits a moment, which is how those who write too much feel it. After that the events
//! are dropped here, for they are in the log: the publisher finds the hole and reads it from there.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gigline_persistence::log::LogEvent;

/// The most events that wait here; of the longest messages about 16 MiB.
const WAITING: usize = 1_024;
/// The longest that a writer waits for room.
const WRITER_WAITS: Duration = Duration::from_millis(100);

/// The queue between the store's writer and the publisher.
pub(super) struct Feed {
    state: Mutex<State>,
    filled: Condvar,
    emptied: Condvar,
}

#[derive(Default)]
struct State {
    events: VecDeque<Arc<LogEvent>>,
    /// There is something in the log that did not come through here.
    look: bool,
    stopped: bool,
}

/// What the publisher is to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Tell of these.
    Events(VecDeque<Arc<LogEvent>>),
    /// Look into the log.
    Look,
    /// End.
    Stop,
}

impl Feed {
    pub(super) fn new() -> Self {
        Self { state: Mutex::default(), filled: Condvar::new(), emptied: Condvar::new() }
    }

    /// Takes what a commit brought; nothing means that the log is to be looked into.
    pub(super) fn put(&self, events: &[Arc<LogEvent>]) {
        let mut state = self.wait_for_room(events.len());
        if state.stopped {
            return;
        }
        if events.is_empty() || state.events.len() + events.len() > WAITING.max(events.len()) {
            state.look = true;
        } else {
            state.events.extend(events.iter().cloned());
        }
        drop(state);
        self.filled.notify_one();
    }

    fn wait_for_room(&self, needed: usize) -> MutexGuard<'_, State> {
        let until = Instant::now() + WRITER_WAITS;
        let mut state = self.state();
        // A publisher that is behind anyway reads the log: there is nothing to wait for.
        while !state.events.is_empty() && state.events.len() + needed > WAITING && !state.look && !state.stopped {
            let Some(left) = until.checked_duration_since(Instant::now()) else { break };
            state = self.emptied.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state
    }

    /// Waits for something to do; after `at_most`, if given, the log is to be looked into anyway.
    pub(super) fn next(&self, at_most: Option<Duration>) -> Next {
        let until = at_most.map(|at_most| Instant::now() + at_most);
        let mut state = self.state();
        loop {
            if state.stopped {
                return Next::Stop;
            }
            if !state.events.is_empty() {
                let events = std::mem::take(&mut state.events);
                self.emptied.notify_all();
                return Next::Events(events);
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if std::mem::take(&mut state.look) || left == Some(Duration::ZERO) {
                return Next::Look;
            }
            state = match left {
                Some(left) => self.filled.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.filled.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Waits `span`, or until the end. True if it is the end.
    pub(super) fn pause(&self, span: Duration) -> bool {
        let until = Instant::now() + span;
        let mut state = self.state();
        while !state.stopped {
            let Some(left) = until.checked_duration_since(Instant::now()) else { return false };
            state = self.filled.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Ends it; what still waits is in the log.
    pub(super) fn stop(&self) {
        self.state().stopped = true;
        self.filled.notify_all();
        self.emptied.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use gigline_domain::{ChatId, EventId, Timestamp};
    use gigline_persistence::log::Happening;

    use super::*;

    fn events(from: i64, count: i64) -> Vec<Arc<LogEvent>> {
        let event = |eid| LogEvent {
            eid: EventId::new(eid),
            at: Timestamp::from_micros(0),
            what: Happening::ChatCreated { chat: ChatId::new(1) },
        };
        (from..from + count).map(|eid| Arc::new(event(eid))).collect()
    }

    #[test]
    fn events_come_in_order_and_a_wake_up_after_them() {
        let feed = Feed::new();
        feed.put(&events(1, 2));
        feed.put(&[]);
        feed.put(&events(3, 1));
        let Next::Events(first) = feed.next(None) else { panic!("three events wait") };
        assert_eq!(first.iter().map(|event| event.eid.get()).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(feed.next(None), Next::Look);
        assert_eq!(feed.next(Some(Duration::ZERO)), Next::Look, "after the time is over");
    }

    #[test]
    fn what_finds_no_room_is_left_to_the_log_and_costs_one_wait() {
        let feed = Feed::new();
        feed.put(&events(1, 1_000));
        let begun = Instant::now();
        (0..20).for_each(|group| feed.put(&events(1_001 + group * 100, 100)));
        assert!(begun.elapsed() < WRITER_WAITS * 5, "{:?}", begun.elapsed());
        let Next::Events(kept) = feed.next(None) else { panic!("the first thousand wait") };
        assert_eq!(kept.len(), 1_000);
        assert_eq!(feed.next(None), Next::Look);
    }

    #[test]
    fn one_group_larger_than_the_bound_goes_through_alone() {
        let feed = Feed::new();
        feed.put(&events(1, 2_000));
        assert!(matches!(feed.next(None), Next::Events(all) if all.len() == 2_000));
    }

    #[test]
    fn the_end_comes_before_everything_else_and_wakes_who_waits() {
        let feed = Arc::new(Feed::new());
        let waiting = std::thread::spawn({
            let feed = Arc::clone(&feed);
            move || feed.next(None)
        });
        feed.stop();
        feed.put(&events(1, 1));
        assert_eq!(waiting.join().unwrap(), Next::Stop);
        assert_eq!(feed.next(None), Next::Stop);
        assert!(feed.pause(Duration::from_secs(60)));
    }
}
