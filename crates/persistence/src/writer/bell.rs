//! Wakes all threads of a group at once: a call to the system for each would keep the writer from its next group.

use std::sync::{Condvar, Mutex, PoisonError};

/// What the threads of one group wait for.
#[derive(Default)]
pub(super) struct Bell {
    lock: Mutex<()>,
    rung: Condvar,
}

impl Bell {
    /// Has everybody who waits look again.
    pub(super) fn ring(&self) {
        // Whoever has looked in vain is waiting by the time that the lock is to be had, and hears it.
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
        self.rung.notify_all();
    }

    /// Waits until `look` finds something. What it looks at is put there before the bell is rung.
    pub(super) fn wait_for<T>(&self, mut look: impl FnMut() -> Option<T>) -> T {
        let mut held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(found) = look() {
                return found;
            }
            held = self.rung.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
