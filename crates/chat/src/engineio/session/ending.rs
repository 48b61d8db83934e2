//! The end of a session. It happens once: whatever comes later changes neither the reason nor what was delivered.

use std::time::Instant;

use super::{Link, Session, WsId};
use crate::CloseReason;

pub(super) struct Ending {
    pub(super) reason: CloseReason,
    pub(super) rest: Rest,
    /// Then it is over, whatever is left.
    pub(super) until: Instant,
}

/// What is still to be read, by whom.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// By the next polls: what is queued, and `1`.
    Polls,
    /// By the WebSocket: what is queued, and this.
    WebSocket(WsId, Farewell),
    Nothing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Farewell {
    /// The packet `1`, then the close frame.
    Packet,
    Frame,
    /// Only that the connection is to end.
    Hush,
}

impl Farewell {
    /// The packet `1` tells the Python client not to come back. So who is to come back gets the close frame alone.
    fn on_websocket(reason: CloseReason) -> Self {
        match reason {
            CloseReason::GoingAway | CloseReason::TooSlow => Self::Frame,
            _ => Self::Packet,
        }
    }
}

impl Session {
    /// Ends the session from the server's side. What is queued can still be read: by WebSocket at once, by polling
    /// until [`Config::linger`](crate::engineio::Config::linger) has passed.
    pub fn close(&mut self, reason: CloseReason, now: Instant) {
        let rest = match self.link {
            Link::Ended(_) => return,
            Link::WebSocket(ws) => Rest::WebSocket(ws, Farewell::on_websocket(reason)),
            Link::Polling | Link::Upgrading { .. } => Rest::Polls,
        };
        self.end(reason, rest, now + self.config.linger);
    }

    /// Why the session ended, as soon as it has: from then on nothing is taken nor delivered.
    pub fn closed(&self) -> Option<CloseReason> {
        match &self.link {
            Link::Ended(ending) => Some(ending.reason),
            _ => None,
        }
    }

    /// Whether it is over: nothing is left to be read, and whatever connection it still has is to be cut.
    pub fn is_done(&self) -> bool {
        !self.parked && matches!(&self.link, Link::Ended(ending) if ending.rest == Rest::Nothing)
    }

    /// The session broke off: what is queued is lost, and who still listens is told so.
    pub(super) fn gone(&mut self, reason: CloseReason, now: Instant) {
        let rest = match &self.link {
            Link::WebSocket(ws) => Rest::WebSocket(*ws, Farewell::Frame),
            Link::Ended(_) => return,
            Link::Polling | Link::Upgrading { .. } => Rest::Nothing,
        };
        self.outbox.clear();
        self.end(reason, rest, now + self.config.farewell);
    }

    /// The client is not there any more to read the rest.
    pub(super) fn nobody_listens(&mut self) {
        self.outbox.clear();
        if let Link::Ended(ending) = &mut self.link {
            ending.rest = Rest::Nothing;
        }
    }

    fn end(&mut self, reason: CloseReason, rest: Rest, until: Instant) {
        if let Link::Upgrading { ws, .. } = self.link {
            self.dismiss(ws, reason);
        }
        self.posting = false;
        self.link = Link::Ended(Ending { reason, rest, until });
    }
}
