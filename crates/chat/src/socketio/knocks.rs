//! How often a client may ask to join: so often at once, and as often again evenly over a time (the generic cell rate
//! algorithm: one moment of memory).

use std::time::Instant;

use super::Config;

#[derive(Debug)]
pub(super) struct Knocks {
    /// When all that was spent will have grown back.
    grown_back: Instant,
}

impl Knocks {
    pub(super) fn new(now: Instant) -> Self {
        Self { grown_back: now }
    }

    /// Counts one. False if it is one too many.
    pub(super) fn count(&mut self, config: &Config, now: Instant) -> bool {
        let each = config.connects_within / config.max_connects.max(1);
        let grown_back = self.grown_back.max(now) + each;
        let may = grown_back.duration_since(now) <= config.connects_within;
        if may {
            self.grown_back = grown_back;
        }
        may
    }
}
