//! Why a connection ended: one word for the log and, on a WebSocket, the code that tells the client what to do next.

use crate::Frame;

/// The reason for which a session or a socket ended. The first one that happens is the one that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// The client said goodbye.
    Client,
    /// The client's connection broke off: a dropped poll, a closed WebSocket.
    TransportClosed,
    /// The client left a ping unanswered.
    PingTimeout,
    /// The server is done with this client.
    Finished,
    /// The server shuts down: reconnect, a little later.
    GoingAway,
    /// What came is not the protocol.
    Protocol,
    /// Binary where only text is spoken.
    Unsupported,
    /// Text that is not UTF-8.
    NotUtf8,
    /// The client did what it may not, or too often.
    Policy,
    /// A message larger than allowed.
    TooBig,
    /// The client's session ended: it signed out, or its token expired.
    SignedOut,
    /// The client read nothing for too long.
    TooSlow,
}

impl CloseReason {
    /// The code of the close frame (RFC 6455 §7.4; from 4000 on our own).
    pub fn code(self) -> u16 {
        match self {
            Self::Client | Self::TransportClosed | Self::PingTimeout | Self::Finished => 1000,
            Self::GoingAway => 1001,
            Self::Protocol => 1002,
            Self::Unsupported => 1003,
            Self::NotUtf8 => 1007,
            Self::Policy => 1008,
            Self::TooBig => 1009,
            Self::SignedOut => 4001,
            Self::TooSlow => 4008,
        }
    }

    /// One phrase, the same in the log and in the close frame.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client closed",
            Self::TransportClosed => "transport closed",
            Self::PingTimeout => "ping timeout",
            Self::Finished => "finished",
            Self::GoingAway => "going away",
            Self::Protocol => "protocol error",
            Self::Unsupported => "text only",
            Self::NotUtf8 => "not UTF-8",
            Self::Policy => "policy",
            Self::TooBig => "too big",
            Self::SignedOut => "signed out",
            Self::TooSlow => "too slow",
        }
    }

    /// The close frame that says so.
    pub fn frame(self) -> Frame {
        Frame::close(self.code(), self.as_str())
    }
}
