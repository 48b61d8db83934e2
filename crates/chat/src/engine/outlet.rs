//! What the engine asks of a door: a place to put events, which may be full, and a way to show somebody out.

use super::Event;

/// Whether an event may be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is in the log: who cannot take it now gets it later.
    Durable,
    /// Typing, presence, failures: what cannot be taken now is dropped.
    Ephemeral,
}

/// What became of an event that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// It is queued and will be sent after everything taken before it.
    Taken,
    /// There is no room; nothing of it was queued.
    Full,
    /// The connection is closing or closed.
    Gone,
}

/// Why the engine lets go of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Its session ended: logout, or the account is gone. There is nothing to reconnect for.
    SessionEnded,
    /// Its session has expired. There is nothing to reconnect for.
    Expired,
    /// Nothing has left its outlet for too long while it had more to get. It may reconnect and resume.
    TooSlow,
    /// The server stops. It may reconnect and resume.
    GoingAway,
    /// What it was to get cannot be read. It may reconnect and resume.
    Lost,
}

/// The sending side of one connection, as its door provides it.
///
/// The engine calls these from threads of its own and from commands, never for one socket from two at once, and
/// always under that socket's lock. So none of them may block, or call the engine back other than with
/// [`Membership::drained`](super::Membership::drained). A panic in one of them costs the connection and nobody else.
pub trait Outlet: Send + Sync + 'static {
    /// Queues `event`, or refuses it whole. What was taken goes out in the order in which it was taken.
    fn offer(&self, event: &Event, kind: Kind) -> Offered;

    /// Ends the connection, after sending what the protocol says for this `reason`. Called at most once, and nothing
    /// is offered after it.
    fn close(&self, reason: Reason);

    /// Whether so much has left that it is worth offering again: below a quarter of the bound.
    fn has_drained(&self) -> bool;

    /// How much has left since the start, in any unit: a reader counts as slow only while this stands still.
    fn passed_on(&self) -> u64;
}
