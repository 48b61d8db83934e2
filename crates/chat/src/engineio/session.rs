//! The life of a session: which transport carries it, what waits, who waits, and what happens next without anybody.
//!
//! What the application sends leaves exactly once, in order, on exactly one transport, unless the session ends first.
//! A poll is answered at most once. After the end nothing is delivered, and no timer is left once it is over.

mod ending;
mod heart;
mod polling;
mod websocket;

use std::time::Instant;

use bytes::Bytes;

use self::ending::{Ending, Rest};
use self::heart::{Beat, Heart};
use super::outbox::Outbox;
use super::{Config, Refusal, Sid, Transport};
use crate::{CloseReason, Frame};

pub use polling::Posted;

/// One client, from its handshake to its end. See the [module](super) for what is called when.
pub struct Session {
    sid: Sid,
    opened_by: Transport,
    config: Config,
    link: Link,
    heart: Heart,
    outbox: Outbox,
    /// A GET waits for its answer.
    parked: bool,
    /// A POST's body is on its way.
    posting: bool,
    /// The last answer to a poll took messages along, which are lost if it is dropped.
    answer_carries: bool,
    last_ws: WsId,
    /// WebSockets that are to end while the session goes on, with what they are told. Few, the oldest first.
    dismissed: Vec<(WsId, CloseReason)>,
}

/// What carries the session.
enum Link {
    Polling,
    Upgrading { ws: WsId, probe: Probe, until: Instant },
    WebSocket(WsId),
    Ended(Ending),
}

/// How far an upgrade is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Probe {
    Awaited,
    /// `2probe` came; `3probe` is to be written.
    Came,
    Answered,
}

/// Tells a session's WebSockets from one another: a late word of an old one is not taken for the new one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WsId(u64);

impl WsId {
    /// The WebSocket that opened the session.
    pub const FIRST: Self = Self(0);
}

/// What becomes of a GET.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Get {
    /// The body of its answer, `text/plain; charset=UTF-8`, never to be cached.
    Answer(Bytes),
    /// It waits for [`Session::take_parked`].
    Park,
    /// It is refused.
    Refuse(Refusal),
}

/// What the client has to say to the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming<'a> {
    /// A text, without the packet's type.
    Text(&'a str),
    /// Bytes.
    Binary(Bytes),
}

/// What becomes of a WebSocket that names an open session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WsOpen {
    /// It is accepted. Whether it may carry the session shows later: one that comes uncalled for is given nothing but
    /// a close frame.
    Accept(WsId),
    /// It is refused before the 101.
    Refuse(Refusal),
}

/// What a WebSocket is to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pop {
    /// Write this.
    Frame(Frame),
    /// Wait.
    Empty,
    /// Everything was written, the close frame too: end the connection.
    Close,
}

/// What became of what the application sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It waits for its turn.
    Queued,
    /// Nothing of it was taken: there is no room.
    Full,
    /// Nothing of it was taken: the session has ended.
    Closed,
}

impl Session {
    /// Opens a session. By WebSocket, the handshake is the first frame that [`pop_ws`](Self::pop_ws) gives to
    /// [`WsId::FIRST`]; by polling, the first answer is the payload of [`handshake`](Self::handshake), alone.
    pub fn open(sid: Sid, transport: Transport, config: Config, now: Instant) -> Self {
        let mut outbox = Outbox::new(&config);
        let link = match transport {
            Transport::Polling => Link::Polling,
            Transport::WebSocket => {
                outbox.push(&[config.handshake(&sid, transport)]);
                Link::WebSocket(WsId::FIRST)
            }
        };
        Self {
            sid,
            opened_by: transport,
            link,
            heart: Heart::new(&config, now),
            outbox,
            parked: false,
            posting: false,
            answer_carries: false,
            last_ws: WsId::FIRST,
            dismissed: Vec::new(),
            config,
        }
    }

    /// The session's name: a secret.
    pub fn sid(&self) -> &Sid {
        &self.sid
    }

    /// The open packet.
    pub fn handshake(&self) -> Frame {
        self.config.handshake(&self.sid, self.opened_by)
    }

    /// Queues the frames of one message, a text frame that [`message`](super::message) made and the binary frames that
    /// belong to it, all or none.
    pub fn send(&mut self, unit: &[Frame]) -> Sent {
        match self.link {
            Link::Ended(_) => Sent::Closed,
            _ if self.outbox.push(unit) => Sent::Queued,
            _ => Sent::Full,
        }
    }

    /// How many frames wait to be sent.
    pub fn queued_frames(&self) -> usize {
        self.outbox.frames()
    }

    /// How many bytes wait to be sent.
    pub fn queued_bytes(&self) -> usize {
        self.outbox.bytes()
    }

    /// What the client uses for now; none after the end.
    pub fn transport(&self) -> Option<Transport> {
        match self.link {
            Link::Polling | Link::Upgrading { .. } => Some(Transport::Polling),
            Link::WebSocket(_) => Some(Transport::WebSocket),
            Link::Ended(_) => None,
        }
    }

    /// Whether this WebSocket carries the session, or is about to. Any other one is told nothing but goodbye.
    pub fn is_on(&self, ws: WsId) -> bool {
        matches!(self.link, Link::WebSocket(on) | Link::Upgrading { ws: on, .. } if on == ws)
    }

    /// When [`tick`](Self::tick) is due; none when the session is over.
    pub fn next_deadline(&self) -> Option<Instant> {
        match &self.link {
            Link::Upgrading { until, .. } => Some(self.heart.deadline().min(*until)),
            Link::Ended(ending) => (!self.is_done()).then_some(ending.until),
            Link::Polling | Link::WebSocket(_) => Some(self.heart.deadline()),
        }
    }

    /// Does what time has come for. Early calls are harmless.
    pub fn tick(&mut self, now: Instant) {
        if let Link::Ended(ending) = &mut self.link {
            if now >= ending.until {
                ending.rest = Rest::Nothing;
                self.parked = false;
                self.outbox.clear();
            }
            return;
        }
        if let Link::Upgrading { ws, until, .. } = self.link
            && now >= until
        {
            self.give_up_upgrade(ws, CloseReason::Finished);
        }
        let upgrading = matches!(self.link, Link::Upgrading { .. });
        if self.heart.tick(&self.config, upgrading, now) == Beat::Stopped {
            self.gone(CloseReason::PingTimeout, now);
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Session({:?}, {} frames queued, closed: {:?})",
            self.transport(),
            self.outbox.frames(),
            self.closed()
        )
    }
}

#[cfg(test)]
mod tests;
