//! Patience with a client whose texts are no events: nine within a minute.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

const MOST: usize = 10;
const WITHIN: Duration = Duration::from_secs(60);

/// When bad frames came, the oldest first.
#[derive(Debug, Default)]
pub(super) struct BadFrames(VecDeque<Instant>);

impl BadFrames {
    /// Notes one. True if it is one too many.
    pub(super) fn note(&mut self, now: Instant) -> bool {
        while self.0.front().is_some_and(|first| now.duration_since(*first) >= WITHIN) {
            self.0.pop_front();
        }
        self.0.push_back(now);
        self.0.len() >= MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenth_within_a_minute_is_too_many_and_old_ones_are_forgotten() {
        let (mut bad, start) = (BadFrames::default(), Instant::now());
        for second in 0..9 {
            assert!(!bad.note(start + Duration::from_secs(second)));
        }
        assert!(!bad.note(start + Duration::from_secs(60)), "the first is a minute ago");
        assert!(bad.note(start + Duration::from_secs(60)));
    }
}
