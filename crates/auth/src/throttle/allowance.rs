//! So many at once, and as many again evenly over a window: the generic cell rate algorithm, which needs one moment
//! of memory and no timer.

use std::time::Duration;

use gigline_domain::Timestamp;

use super::Throttled;
use super::delay::wait_until;

/// When all that was spent will have grown back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spent(Timestamp);

impl Default for Spent {
    fn default() -> Self {
        Self(Timestamp::from_micros(0))
    }
}

pub(super) struct Allowance {
    window: Duration,
    /// What one costs.
    each: Duration,
}

impl Allowance {
    /// `count` (at least one) at once, and as many over `window`.
    pub(super) fn new(count: u32, window: Duration) -> Self {
        Self { window, each: window / count.max(1) }
    }

    pub(super) fn take(&self, spent: Spent, now: Timestamp) -> Result<Spent, Throttled> {
        // Threads may take their moments the other way round, but not by so much: then the clock was set back.
        let noted = if spent.0.since(now) > self.window * 2 { now } else { spent.0 };
        let grown_back = noted.max(now).plus(self.each);
        if grown_back.since(now) > self.window {
            return Err(wait_until(grown_back.minus(self.window), now));
        }
        Ok(Spent(grown_back))
    }

    pub(super) fn give_back(&self, spent: Spent) -> Spent {
        Spent(spent.0.minus(self.each))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_000_000_000_000 + seconds * 1_000_000)
    }

    #[test]
    fn a_burst_passes_and_then_one_after_the_other() {
        let allowance = Allowance::new(3, Duration::from_secs(60));
        let mut spent = Spent::default();
        for _ in 0..3 {
            spent = allowance.take(spent, at(0)).unwrap();
        }
        assert_eq!(allowance.take(spent, at(0)), Err(Throttled { retry_after: 20 }));
        assert_eq!(allowance.take(spent, at(19)), Err(Throttled { retry_after: 1 }));
        spent = allowance.take(spent, at(20)).unwrap();
        assert_eq!(allowance.take(spent, at(20)), Err(Throttled { retry_after: 20 }));
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_nobody_out() {
        let allowance = Allowance::new(1, Duration::from_secs(60));
        let spent = allowance.take(Spent::default(), at(3600)).unwrap();
        let anew = allowance.take(spent, at(0)).unwrap();
        assert!(allowance.take(anew, at(-1)).is_err(), "a little earlier is early");
        assert_eq!(allowance.take(anew, at(0)), Err(Throttled { retry_after: 60 }), "and counts on from there");
    }

    #[test]
    fn what_is_given_back_can_be_spent_again() {
        let allowance = Allowance::new(1, Duration::from_secs(60));
        let spent = allowance.take(Spent::default(), at(0)).unwrap();
        assert!(allowance.take(spent, at(0)).is_err());
        assert!(allowance.take(allowance.give_back(spent), at(0)).is_ok());
    }
}
