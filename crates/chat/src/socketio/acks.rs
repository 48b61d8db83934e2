//! The acks that a client owes: at most [`MAX_ACKS`], oldest first, each only for a while.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

/// Events of one connection that wait for an ack.
pub const MAX_ACKS: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Acks {
    /// All wait equally long, so the first one is the first to be missed.
    owed: VecDeque<Owed>,
    next: u64,
}

#[derive(Debug)]
struct Owed {
    ns: Arc<str>,
    id: u64,
    deadline: Instant,
}

impl Acks {
    /// The id to send with the event; none if too many wait already.
    pub(super) fn expect(&mut self, ns: Arc<str>, deadline: Instant) -> Option<u64> {
        if self.owed.len() >= MAX_ACKS {
            return None;
        }
        let id = self.next;
        self.next = id.wrapping_add(1);
        self.owed.push_back(Owed { ns, id, deadline });
        Some(id)
    }

    /// Whether this ack was owed; it no longer is.
    pub(super) fn settle(&mut self, ns: &str, id: u64) -> bool {
        let place = self.owed.iter().position(|owed| owed.id == id && *owed.ns == *ns);
        place.and_then(|place| self.owed.remove(place)).is_some()
    }

    pub(super) fn forget(&mut self, ns: &str) {
        self.owed.retain(|owed| *owed.ns != *ns);
    }

    pub(super) fn pop_missed(&mut self, now: Instant) -> Option<(Arc<str>, u64)> {
        self.deadline().filter(|deadline| *deadline <= now)?;
        self.owed.pop_front().map(|missed| (missed.ns, missed.id))
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.owed.front().map(|owed| owed.deadline)
    }
}
