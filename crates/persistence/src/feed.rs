//! Events on their way from a transaction to whoever listens: they leave with its commit, in their order, or not at all.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::log::LogEvent;

/// What is called after each commit that holds events.
pub type Listener = Arc<dyn Fn(&[Arc<LogEvent>]) + Send + Sync>;

/// The events of a transaction, in order.
pub(crate) type Committed = Vec<Arc<LogEvent>>;

/// The way from the store to the one who listens.
#[derive(Default)]
pub(crate) struct Feed(Mutex<Option<Listener>>);

impl Feed {
    /// From now on `listener` is told, and nobody else.
    pub(crate) fn set(&self, listener: Option<Listener>) {
        // What is replaced is dropped outside of the lock: it may own whatever it likes.
        let _replaced = std::mem::replace(&mut *self.listener(), listener);
    }

    /// Tells of a commit, if it holds any event. What the listener does wrong stays with it.
    pub(crate) fn publish(&self, events: &[Arc<LogEvent>]) {
        if !events.is_empty() {
            self.call(events);
        }
    }

    /// Tells that there are events to be read from the log.
    pub(crate) fn wake(&self) {
        self.call(&[]);
    }

    fn call(&self, events: &[Arc<LogEvent>]) {
        let Some(listener) = self.listener().clone() else { return };
        if catch_unwind(AssertUnwindSafe(|| listener(events))).is_err() {
            ::log::error!("the listener for events panicked");
        }
    }

    fn listener(&self) -> MutexGuard<'_, Option<Listener>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The events of an open transaction, in order. A write that is undone takes its own along.
#[derive(Default)]
pub(crate) struct Events {
    /// Those of writes that have ended well.
    kept: Vec<Arc<LogEvent>>,
    /// Those of the write under way.
    staged: Vec<Arc<LogEvent>>,
}

impl Events {
    pub(crate) fn gather(&mut self, event: LogEvent) {
        self.staged.push(Arc::new(event));
    }

    /// A place to go back to.
    pub(crate) fn mark(&self) -> usize {
        self.staged.len()
    }

    /// Forgets what was gathered since, in a savepoint that was undone.
    pub(crate) fn back_to(&mut self, mark: usize) {
        self.staged.truncate(mark);
    }

    /// The write under way is over; what it gathered stays if `keep`.
    pub(crate) fn end_write(&mut self, keep: bool) {
        if keep {
            self.kept.append(&mut self.staged);
        } else {
            self.staged.clear();
        }
    }

    /// All of a transaction that was committed.
    pub(crate) fn take(&mut self) -> Committed {
        std::mem::take(&mut self.kept)
    }

    /// A transaction begins: one before it may have ended without a commit.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
        self.staged.clear();
    }
}

#[cfg(test)]
mod tests;
