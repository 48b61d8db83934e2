//! The task of a plain WebSocket: it reads, hands on what it read, and asks a silent client for a sign of life.

use std::time::Duration;

use actix_web::dev::Payload;
use gigline_chat::{CloseReason, Frame};
use tokio::time::{Instant, timeout_at};

use super::link::PlainLink;
use crate::sockets::peer::{Message as Received, Peer};
use crate::sockets::wire::{Message, Reader};

/// When a plain WebSocket is asked for a sign of life, and how large its frames may be.
#[derive(Debug, Clone, Copy)]
pub struct PlainConfig {
    /// From one ping to the next.
    pub ping_interval: Duration,
    /// How long a client that was pinged may stay silent: whatever it sends is a sign of life.
    pub ping_timeout: Duration,
    /// The largest message, in bytes.
    pub frame_limit: usize,
}

impl Default for PlainConfig {
    fn default() -> Self {
        Self { ping_interval: Duration::from_secs(25), ping_timeout: Duration::from_secs(20), frame_limit: 64 * 1024 }
    }
}

/// Serves the connection to its end, which is also when `peer` panics.
pub(super) async fn serve(link: PlainLink, payload: Payload, config: PlainConfig, mut peer: impl Peer) {
    let _open = Open(link.clone());
    let mut reader = Reader::new(payload, config.frame_limit);
    let mut silence = Silence::new(config);
    while link.closing().is_none() {
        let next = tokio::select! {
            next = timeout_at(silence.deadline, reader.next()) => next,
            () = link.news() => continue,
        };
        match next {
            Ok(Ok(message)) => {
                silence.broken();
                receive(&link, &mut peer, message).await;
            }
            Ok(Err(reason)) => link.close(reason),
            Err(_) => silence.goes_on(&link, reader.received()),
        }
    }
    peer.ended(link.closing().unwrap_or(CloseReason::TransportClosed)).await;
}

/// A connection that is served. When it is not any more, it ends, if it has not ended yet.
struct Open(PlainLink);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.close(CloseReason::GoingAway);
    }
}

async fn receive(link: &PlainLink, peer: &mut impl Peer, message: Message) {
    match message {
        Message::Text(text) => peer.receive(Received::Text(text)).await,
        Message::Binary(_) => link.close(CloseReason::Unsupported),
        Message::Ping(data) => link.control(Frame::pong(&data)),
        Message::Pong => {}
        Message::Close => link.close(CloseReason::Client),
    }
}

/// How long the client has said nothing.
struct Silence {
    config: PlainConfig,
    deadline: Instant,
    asked: bool,
    received: u64,
}

impl Silence {
    fn new(config: PlainConfig) -> Self {
        Self { config, deadline: Instant::now() + config.ping_interval, asked: false, received: 0 }
    }

    /// A whole message has come.
    fn broken(&mut self) {
        self.asked = false;
        self.deadline = Instant::now() + self.config.ping_interval;
    }

    /// No whole message has come in time; perhaps a part of one.
    fn goes_on(&mut self, link: &PlainLink, received: u64) {
        let grew = received > self.received;
        self.received = received;
        if self.asked && !grew {
            return link.close(CloseReason::PingTimeout);
        }
        link.control(Frame::ping(b""));
        self.asked = true;
        self.deadline = Instant::now() + self.config.ping_timeout;
    }
}

#[cfg(test)]
mod tests;
