//! Work for threads of the engine's own: a queue, and an end.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A queue that threads take from until it is closed.
pub(super) struct Work<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    most: usize,
}

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
}

impl<T> Work<T> {
    /// A queue that holds at most `most` items.
    pub(super) fn new(most: usize) -> Self {
        let state = State { items: VecDeque::new(), closed: false };
        Self { state: Mutex::new(state), filled: Condvar::new(), most }
    }

    /// Adds an item at the end. False if there is no room.
    pub(super) fn put(&self, item: T) -> bool {
        let mut state = self.state();
        if state.closed || state.items.len() >= self.most {
            return false;
        }
        state.items.push_back(item);
        drop(state);
        self.filled.notify_one();
        true
    }

    /// Waits for an item; none at the end.
    pub(super) fn take(&self) -> Option<T> {
        let mut state = self.state();
        loop {
            if state.closed {
                return None;
            }
            if let Some(item) = state.items.pop_front() {
                return Some(item);
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Drops what waits and lets the threads go.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let dropped = std::mem::take(&mut state.items);
        drop(state);
        drop(dropped);
        self.filled.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_in_order_up_to_the_bound() {
        let work = Work::new(2);
        assert!(work.put(1) && work.put(2) && !work.put(3));
        assert_eq!((work.take(), work.take()), (Some(1), Some(2)));
    }

    #[test]
    fn the_end_drops_what_waits() {
        let work = Work::new(2);
        assert!(work.put(1));
        work.close();
        assert_eq!((work.take(), work.put(2)), (None, false));
    }
}
