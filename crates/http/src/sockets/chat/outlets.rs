//! The engine's words and the doors' for the same things.

use gigline_chat::CloseReason;
use gigline_chat::engine::{Membership, Offered, Reason};
use gigline_chat::engineio::Sent;

use crate::sockets::peer::Drained;

/// A place in the engine, told when its connection has room again.
pub(in crate::sockets) struct Place(pub(in crate::sockets) Membership);

impl Place {
    /// One line for a socket that has ended.
    pub(in crate::sockets) fn log_end(&self, door: &str, reason: CloseReason) {
        log::debug!("socket door={door} user={} reason={:?}", self.0.user(), reason.as_str());
    }
}

impl Drained for Place {
    fn drained(&self) {
        self.0.drained();
    }
}

pub(super) fn offered(sent: Sent) -> Offered {
    match sent {
        Sent::Queued => Offered::Taken,
        Sent::Full => Offered::Full,
        Sent::Closed => Offered::Gone,
    }
}

pub(in crate::sockets) fn closing(reason: Reason) -> CloseReason {
    match reason {
        Reason::SessionEnded | Reason::Expired => CloseReason::SignedOut,
        Reason::TooSlow => CloseReason::TooSlow,
        // What cannot be read here may be read elsewhere, or a little later.
        Reason::GoingAway | Reason::Lost => CloseReason::GoingAway,
    }
}
