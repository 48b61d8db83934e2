//! The newest events in memory, so that who falls behind for a moment is caught up without the database.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use gigline_domain::EventId;

use super::Published;

/// What of an event's memory is not its text.
const FIXED_WEIGHT: usize = 512;

/// A window on the end of the log, bounded in events and bytes.
pub(super) struct Ring {
    state: RwLock<State>,
    most_events: usize,
    most_bytes: usize,
}

struct State {
    events: VecDeque<Arc<Published>>,
    bytes: usize,
    /// Of the events after this one, all that there are up to the head are here.
    floor: EventId,
    /// The newest event that was published.
    head: EventId,
}

impl Ring {
    /// An empty window at the end of a log whose newest event is `head`.
    pub(super) fn new(head: EventId, most_events: usize, most_bytes: usize) -> Self {
        let state = State { events: VecDeque::new(), bytes: 0, floor: head, head };
        Self { state: RwLock::new(state), most_events: most_events.max(1), most_bytes }
    }

    /// Up to where the log was published.
    pub(super) fn head(&self) -> EventId {
        self.read().head
    }

    /// Adds the newest event; the oldest make room.
    pub(super) fn push(&self, event: Arc<Published>) {
        let mut state = self.write();
        state.head = event.eid;
        state.bytes += weight(&event);
        state.events.push_back(event);
        while state.events.len() > self.most_events || (state.bytes > self.most_bytes && state.events.len() > 1) {
            let Some(oldest) = state.events.pop_front() else { break };
            state.bytes -= weight(&oldest);
            state.floor = oldest.eid;
        }
    }

    /// Forgets everything and goes on at `head`.
    pub(super) fn restart(&self, head: EventId) {
        let mut state = self.write();
        *state = State { events: VecDeque::new(), bytes: 0, floor: head, head };
    }

    /// The first `limit` events after `after`, and up to where that is all there is; none if it is too long ago.
    pub(super) fn after(&self, after: EventId, limit: usize) -> Option<(Vec<Arc<Published>>, EventId)> {
        let state = self.read();
        if after < state.floor {
            return None;
        }
        let begin = state.events.partition_point(|event| event.eid <= after);
        let events: Vec<_> = state.events.range(begin..).take(limit).cloned().collect();
        let whole = begin + events.len() == state.events.len();
        let up_to = if whole { state.head } else { events.last().map_or(after, |event| event.eid) };
        Some((events, up_to.max(after)))
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// About how much an event takes with its text, its data and the frames made of it.
fn weight(event: &Published) -> usize {
    FIXED_WEIGHT + 6 * event.text_len()
}
