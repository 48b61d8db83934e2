//! Where the time comes from, so that tests move it by hand and nothing else reads the system's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gigline_domain::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The moment in UTC.
    fn now(&self) -> Timestamp;
}

/// The system's clock, cut to 10 µs: the wire has five fraction digits, and what is stored must read back the same.
///
/// It follows the system, so it may stand still or step back when the system's clock is set.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_micros(micros - micros % 10)
    }
}

/// A clock that stands still until it is moved; its clones show the same time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `at`.
    pub fn new(at: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(at.micros())))
    }

    /// Shows `at` from now on, which may be earlier.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.micros(), Ordering::SeqCst);
    }

    /// Moves `by` forward.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_has_no_sixth_digit() {
        let now = SystemClock.now();
        assert_eq!(now.micros() % 10, 0);
        assert!(now.micros() > 1_700_000_000_000_000);
    }

    #[test]
    fn clones_of_a_manual_clock_move_together() {
        let clock = ManualClock::new(Timestamp::from_micros(10));
        let other = clock.clone();
        clock.advance(Duration::from_micros(5));
        assert_eq!(other.now(), Timestamp::from_micros(15));
        other.set(Timestamp::from_micros(3));
        assert_eq!(clock.now(), Timestamp::from_micros(3));
    }
}
