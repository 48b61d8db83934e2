//! A door made of memory that takes all it gets.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use gigline_chat::engine::{Event, Kind, Offered, Outlet, Reason};
use serde_json::Value;

/// How long something that is bound to come is waited for.
const SOON: Duration = Duration::from_secs(30);

#[derive(Default)]
pub(crate) struct Door {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    heard: Vec<(&'static str, Value)>,
    closed: Option<Reason>,
}

impl Door {
    pub(crate) fn open() -> Arc<Self> {
        Arc::default()
    }

    /// Waits until `count` events of a name have come, and gives them.
    pub(crate) fn wait_for(&self, name: &str, count: usize) -> Vec<Value> {
        let named = |state: &State| {
            let of_name = state.heard.iter().filter(|(of, _)| *of == name);
            of_name.map(|(_, data)| data.clone()).collect::<Vec<_>>()
        };
        self.wait(|state| Some(named(state)).filter(|events| events.len() >= count))
    }

    /// Waits until the engine has closed it.
    pub(crate) fn wait_for_close(&self) -> Reason {
        self.wait(|state| state.closed)
    }

    fn wait<T>(&self, look: impl Fn(&State) -> Option<T>) -> T {
        let until = Instant::now() + SOON;
        let mut state = self.state.lock().unwrap();
        loop {
            if let Some(found) = look(&state) {
                return found;
            }
            let left = until.checked_duration_since(Instant::now());
            let left = left.unwrap_or_else(|| panic!("it does not come; so far {} events", state.heard.len()));
            state = self.changed.wait_timeout(state, left).unwrap().0;
        }
    }
}

impl Outlet for Door {
    fn offer(&self, event: &Event, _kind: Kind) -> Offered {
        let data = serde_json::from_str(event.data()).unwrap();
        self.state.lock().unwrap().heard.push((event.name(), data));
        self.changed.notify_all();
        Offered::Taken
    }

    fn close(&self, reason: Reason) {
        self.state.lock().unwrap().closed = Some(reason);
        self.changed.notify_all();
    }

    fn has_drained(&self) -> bool {
        true
    }

    fn passed_on(&self) -> u64 {
        0
    }
}
