//! Delays that double with each failure up to a longest one, and fade when nothing happens: never a lock for good.

use std::time::Duration;

use gigline_domain::Timestamp;

use super::Throttled;

/// The rules.
pub(super) struct Delays {
    /// Failures without a delay.
    pub(super) free: u32,
    /// The longest delay.
    pub(super) longest: Duration,
    /// After so much quiet one failure is forgotten.
    pub(super) fades_after: Duration,
}

/// The failures of one account, each attempt counted as one until it turns out otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delay {
    failures: u32,
    /// When the last attempt began.
    last: Timestamp,
}

impl Default for Delay {
    fn default() -> Self {
        Self { failures: 0, last: Timestamp::from_micros(0) }
    }
}

impl Delay {
    /// The same without its last failure, which was none.
    pub(super) fn give_back(self) -> Self {
        Self { failures: self.failures.saturating_sub(1), ..self }
    }
}

impl Delays {
    /// Counts an attempt, unless it has to wait.
    pub(super) fn start(&self, delay: Delay, now: Timestamp) -> Result<Delay, Throttled> {
        let next_at = delay.last.plus(self.after(delay.failures));
        // Threads may take their moments the other way round, but not by so much: then the clock was set back.
        let is_set_back = delay.last.since(now) > self.longest;
        if now < next_at && !is_set_back {
            return Err(wait_until(next_at, now));
        }
        let failures = delay.failures.saturating_sub(self.faded(delay, now));
        // More than what the longest delay takes would only have to fade again.
        Ok(Delay { failures: failures.saturating_add(1).min(self.most()), last: now })
    }

    /// How long after an attempt the next may begin, if with it there are so many failures.
    fn after(&self, failures: u32) -> Duration {
        match failures.checked_sub(self.free.max(1)) {
            None => Duration::ZERO,
            Some(doublings) => {
                let seconds = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
                Duration::from_secs(seconds).min(self.longest)
            }
        }
    }

    /// The fewest failures that bring the longest delay.
    fn most(&self) -> u32 {
        let doublings = self.longest.as_secs().checked_next_power_of_two().map_or(63, u64::trailing_zeros);
        self.free.max(1).saturating_add(doublings)
    }

    fn faded(&self, delay: Delay, now: Timestamp) -> u32 {
        let quiet = now.since(delay.last).as_micros();
        let each = self.fades_after.as_micros().max(1);
        u32::try_from(quiet / each).unwrap_or(u32::MAX)
    }
}

/// The refusal that sends somebody away until `then`, rounded up to whole seconds.
pub(super) fn wait_until(then: Timestamp, now: Timestamp) -> Throttled {
    let micros = u64::try_from(then.since(now).as_micros()).unwrap_or(u64::MAX);
    Throttled { retry_after: micros.div_ceil(1_000_000).max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAYS: Delays = Delays { free: 5, longest: Duration::from_secs(60), fades_after: Duration::from_secs(60) };

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(1_000_000_000_000).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn five_are_free_and_then_it_doubles_up_to_a_minute() {
        let mut delay = Delay::default();
        for _ in 0..5 {
            delay = DELAYS.start(delay, at(0)).unwrap();
        }
        let (mut now, mut waits) = (0, Vec::new());
        for _ in 0..9 {
            let Throttled { retry_after } = DELAYS.start(delay, at(now)).unwrap_err();
            waits.push(retry_after);
            now += retry_after;
            delay = DELAYS.start(delay, at(now)).unwrap();
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn quiet_makes_it_fade() {
        let mut delay = Delay::default();
        for _ in 0..5 {
            delay = DELAYS.start(delay, at(0)).unwrap();
        }
        let later = DELAYS.start(delay, at(180)).unwrap();
        assert_eq!(later.failures, 3, "three of five are forgotten, and this is one");
        assert!(DELAYS.start(later, at(180)).is_ok());
        assert_eq!(DELAYS.start(delay, at(100_000)).unwrap().failures, 1);
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_nobody_out() {
        let mut delay = Delay::default();
        for _ in 0..5 {
            delay = DELAYS.start(delay, at(3600)).unwrap();
        }
        assert!(DELAYS.start(delay, at(3599)).is_err(), "a little earlier is early");
        delay = DELAYS.start(delay, at(0)).unwrap();
        assert_eq!(DELAYS.start(delay, at(0)), Err(Throttled { retry_after: 2 }), "and counts on from there");
    }

    #[test]
    fn a_long_attack_leaves_nothing_that_takes_longer_to_fade() {
        let (mut delay, mut now) = (Delay::default(), 0);
        for _ in 0..1000 {
            if let Err(Throttled { retry_after }) = DELAYS.start(delay, at(now)) {
                now += retry_after;
            }
            delay = DELAYS.start(delay, at(now)).unwrap();
        }
        assert!(delay.failures <= 11, "{delay:?}");
    }
}
