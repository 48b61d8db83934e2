//! The heartbeat: the server pings, the client answers, and who does not answer is gone.

use std::time::{Duration, Instant};

use crate::engineio::Config;

/// While an upgrade is under way no ping is sent; then it is due again after this.
const LATER: Duration = Duration::from_secs(1);

pub(super) struct Heart {
    next: Next,
    /// A ping waits to be sent.
    due: bool,
}

enum Next {
    Ping(Instant),
    /// The pong must be there by then.
    Pong(Instant),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Beat {
    Goes,
    Stopped,
}

impl Heart {
    pub(super) fn new(config: &Config, now: Instant) -> Self {
        Self { next: Next::Ping(now + config.ping_interval), due: false }
    }

    pub(super) fn deadline(&self) -> Instant {
        match self.next {
            Next::Ping(at) | Next::Pong(at) => at,
        }
    }

    pub(super) fn tick(&mut self, config: &Config, upgrading: bool, now: Instant) -> Beat {
        match self.next {
            Next::Ping(at) | Next::Pong(at) if now < at => Beat::Goes,
            Next::Pong(_) => Beat::Stopped,
            Next::Ping(_) => {
                self.due = !upgrading;
                self.next = if upgrading { Next::Ping(now + LATER) } else { Next::Pong(now + config.ping_timeout) };
                Beat::Goes
            }
        }
    }

    /// Whether a ping is to be sent, which then counts as sent.
    pub(super) fn take_ping(&mut self) -> bool {
        std::mem::take(&mut self.due)
    }

    pub(super) fn ping_is_due(&self) -> bool {
        self.due
    }

    /// A pong came. One that answers no ping changes nothing.
    pub(super) fn pong(&mut self, config: &Config, now: Instant) {
        if matches!(self.next, Next::Pong(_)) && !self.due {
            self.next = Next::Ping(now + config.ping_interval);
        }
    }
}
