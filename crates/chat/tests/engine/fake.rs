//! A door made of memory: it takes what fits, and is read when the test says so.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use gigline_chat::engine::{Event, Kind, Membership, Offered, Outlet, Reason};
use gigline_chat::frame::Frame;
use serde_json::Value;

/// How long something that is bound to come is waited for.
const SOON: Duration = Duration::from_secs(20);

/// An outlet of a bounded number of events.
pub(crate) struct Door {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    room: usize,
    /// Whether what is taken is read at once.
    reads: bool,
    queued: VecDeque<Heard>,
    read: Vec<Heard>,
    most_queued: usize,
    closed: Option<Reason>,
    gone: bool,
    panics: bool,
}

/// An event, as it was taken.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) name: &'static str,
    pub(crate) data: Value,
    pub(crate) frame: Frame,
}

impl Door {
    /// One that reads all that it gets at once.
    pub(crate) fn open() -> Arc<Self> {
        Self::with(usize::MAX, true)
    }

    /// One that takes `room` events, and no more until they are read.
    pub(crate) fn narrow(room: usize) -> Arc<Self> {
        Self::with(room, false)
    }

    fn with(room: usize, reads: bool) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State { room, reads, ..State::default() }), changed: Condvar::new() })
    }

    /// Reads up to `count` events; whether so much is gone that the engine is to be told.
    pub(crate) fn read(&self, count: usize) -> bool {
        let mut state = self.state();
        for _ in 0..count {
            let Some(heard) = state.queued.pop_front() else { break };
            state.read.push(heard);
        }
        self.changed.notify_all();
        state.has_drained()
    }

    /// Reads a little at a time, and tells the engine of room, until `enough` was read.
    pub(crate) fn read_on(&self, socket: &Membership, enough: impl Fn(&[Heard]) -> bool) {
        let until = Instant::now() + SOON;
        while !enough(&self.state().read) {
            assert!(Instant::now() < until, "the events did not come: {:?}", self.heard());
            if self.read(1) {
                socket.drained();
            }
            std::thread::yield_now();
        }
    }

    /// The same until `count` events of a name were read; gives them.
    pub(crate) fn read_up_to(&self, socket: &Membership, name: &str, count: usize) -> Vec<Value> {
        self.read_on(socket, |heard| heard.iter().filter(|heard| heard.name == name).count() >= count);
        self.all(name)
    }

    /// Says from now on that it is gone.
    pub(crate) fn go(&self) {
        self.state().gone = true;
    }

    /// Panics at whatever it is offered from now on.
    pub(crate) fn break_down(&self) {
        self.state().panics = true;
    }

    /// What was read, by name.
    pub(crate) fn all(&self, name: &str) -> Vec<Value> {
        self.state().read.iter().filter(|heard| heard.name == name).map(|heard| heard.data.clone()).collect()
    }

    /// All that was read.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.state().read.clone()
    }

    /// The most events that have waited at once.
    pub(crate) fn most_queued(&self) -> usize {
        self.state().most_queued
    }

    pub(crate) fn queued(&self) -> usize {
        self.state().queued.len()
    }

    pub(crate) fn closed(&self) -> Option<Reason> {
        self.state().closed
    }

    /// Waits until `count` events of a name were read, and gives them.
    pub(crate) fn wait_for(&self, name: &str, count: usize) -> Vec<Value> {
        self.wait_until(|heard| heard.iter().filter(|heard| heard.name == name).count() >= count);
        self.all(name)
    }

    /// Waits until what was read is as it should be.
    pub(crate) fn wait_until(&self, enough: impl Fn(&[Heard]) -> bool) {
        self.wait(|state| enough(&state.read), "the events did not come");
    }

    /// Waits until the engine has closed it.
    pub(crate) fn wait_for_close(&self) -> Reason {
        self.wait(|state| state.closed.is_some(), "it was not closed");
        self.closed().unwrap()
    }

    fn wait(&self, enough: impl Fn(&State) -> bool, or: &str) {
        let until = Instant::now() + SOON;
        let mut state = self.state();
        while !enough(&state) {
            let left = until.checked_duration_since(Instant::now());
            let left = left.unwrap_or_else(|| panic!("{or}: {:?}", state.read));
            state = self.changed.wait_timeout(state, left).unwrap().0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    fn has_drained(&self) -> bool {
        self.queued.len() <= self.room / 4
    }
}

impl Outlet for Door {
    fn offer(&self, event: &Event, kind: Kind) -> Offered {
        let mut state = self.state();
        assert!(state.closed.is_none(), "nothing is offered to a closed door");
        if state.panics {
            drop(state);
            panic!("a door that panics, as it was told");
        }
        if state.gone {
            return Offered::Gone;
        }
        if state.queued.len() >= state.room {
            return Offered::Full;
        }
        if kind == Kind::Ephemeral && state.queued.len() > state.room / 2 {
            return Offered::Full;
        }
        let data = serde_json::from_str(event.data()).unwrap();
        let heard = Heard { name: event.name(), data, frame: event.plain() };
        if state.reads {
            state.read.push(heard);
        } else {
            state.queued.push_back(heard);
            state.most_queued = state.most_queued.max(state.queued.len());
        }
        self.changed.notify_all();
        Offered::Taken
    }

    fn close(&self, reason: Reason) {
        let before = self.state().closed.replace(reason);
        assert_eq!(before, None, "a door is closed once");
        self.changed.notify_all();
    }

    fn has_drained(&self) -> bool {
        self.state().has_drained()
    }

    fn passed_on(&self) -> u64 {
        u64::try_from(self.state().read.len()).unwrap()
    }
}
