//! What serves a connection: told what comes in, in order, one after the other.

use std::time::Instant;

use actix_web::web::Bytes;
use gigline_chat::CloseReason;

/// A message of the client's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Bytes),
}

impl Message {
    /// How many bytes it has.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(data) => data.len(),
        }
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What serves one connection, on one thread, from its beginning to its end.
#[expect(async_fn_in_trait, reason = "used within one thread of actix, where futures need not be sent")]
pub trait Peer: 'static {
    /// A message came. The next one is given when this is done.
    async fn receive(&mut self, message: Message);

    /// When [`Peer::tick`] is to be called at the latest.
    fn next_deadline(&self) -> Option<Instant> {
        None
    }

    /// Time has passed.
    fn tick(&mut self, _now: Instant) {}

    /// The connection has ended, and everything that came before its end was received.
    async fn ended(&mut self, _reason: CloseReason) {}
}

/// Who wants to know that there is room again.
pub trait Drained: Send + Sync {
    /// What waits to be sent has shrunk below a quarter of its bound, after something was refused for want of room.
    fn drained(&self);
}
