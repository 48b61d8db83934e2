//! How many events a user may send: so many at once, and as many again evenly over a time (the generic cell rate
//! algorithm: one moment of memory for each user).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use gigline_domain::{Timestamp, UserId};

use super::settings::AllowanceSettings;

/// When all that each user has spent will have grown back; who has spent nothing is not in it.
pub(super) struct Allowance {
    settings: Option<AllowanceSettings>,
    spent: Mutex<HashMap<UserId, Timestamp>>,
}

impl Allowance {
    pub(super) fn new(settings: Option<AllowanceSettings>) -> Self {
        Self { settings, spent: Mutex::default() }
    }

    /// Whether `user` may send one more; if so, it is spent.
    pub(super) fn take(&self, user: UserId, now: Timestamp) -> bool {
        let Some(AllowanceSettings { events, within }) = self.settings else { return true };
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        // Threads may take their moments the other way round, but not by so much: then the clock was set back.
        let noted = spent.get(&user).copied().filter(|noted| noted.since(now) <= within * 2);
        let before = noted.unwrap_or(now).max(now);
        let grown_back = before.plus(within / events.max(1));
        let may = grown_back.since(now) <= within;
        if may {
            spent.insert(user, grown_back);
        }
        may
    }

    /// Forgets who has it all back.
    pub(super) fn sweep(&self, now: Timestamp) {
        self.spent.lock().unwrap_or_else(PoisonError::into_inner).retain(|_user, grown_back| *grown_back > now);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_micros(1_000_000 + millis * 1_000)
    }

    #[test]
    fn twenty_pass_at_once_and_then_two_a_second() {
        let settings = AllowanceSettings { events: 20, within: Duration::from_secs(10) };
        let allowance = Allowance::new(Some(settings));
        let (ann, bob) = (UserId::new(1), UserId::new(2));
        let passed = |at| (0..100).filter(|_| allowance.take(ann, at)).count();
        assert_eq!((passed(at(0)), passed(at(499)), passed(at(500)), passed(at(2_500))), (20, 0, 1, 4));
        assert!(allowance.take(bob, at(0)), "to each their own");
        allowance.sweep(at(12_499));
        assert_eq!(allowance.spent.lock().unwrap().len(), 1, "Ann's has not grown back by then");
        allowance.sweep(at(12_500));
        assert!(allowance.spent.lock().unwrap().is_empty());
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_nobody_up() {
        let settings = AllowanceSettings { events: 20, within: Duration::from_secs(10) };
        let allowance = Allowance::new(Some(settings));
        let passed = |at| (0..100).filter(|_| allowance.take(UserId::new(1), at)).count();
        let hour = 3_600_000;
        assert_eq!((passed(at(hour)), passed(at(0)), passed(at(500))), (20, 20, 1));
        assert_eq!(passed(at(499)), 0, "a little earlier is early");
    }

    #[test]
    fn without_a_bound_everything_passes() {
        let allowance = Allowance::new(None);
        assert!((0..1_000).all(|_| allowance.take(UserId::new(1), at(0))));
    }
}
