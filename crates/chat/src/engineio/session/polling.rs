//! Long-polling: GET waits for packets, POST brings them.

use std::time::Instant;

use bytes::Bytes;

use super::ending::Rest;
use super::{Get, Incoming, Link, Probe, Session};
use crate::engineio::payload::Answer;
use crate::engineio::{Packet, Packets, Refusal};
use crate::{CloseReason, Frame};

const CLOSE: &str = "1";
const PING: &str = "2";
const NOOP: &str = "6";

/// Packets of one POST. Each is kept until its turn comes, and takes more room then than its bytes: without a bound a
/// megabyte of the shortest would become fifty.
const MOST_POSTED: usize = 8_192;

/// What a POST has to say to the application, in order. A packet is read when its turn comes: a body full of tiny
/// packets takes no more room than itself.
#[derive(Debug, Clone)]
pub struct Posted<'a>(std::iter::Take<Packets<'a>>);

impl<'a> Iterator for Posted<'a> {
    type Item = Incoming<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.by_ref().find_map(|packet| match packet {
            Ok(Packet::Message(text)) => Some(Incoming::Text(text)),
            Ok(Packet::Binary(data)) => Some(Incoming::Binary(data)),
            _ => None,
        })
    }
}

impl Session {
    /// A GET came.
    pub fn get(&mut self, now: Instant) -> Get {
        match &self.link {
            Link::WebSocket(_) => return Get::Refuse(Refusal::BadRequest),
            Link::Ended(ending) if self.parked || ending.rest != Rest::Polls => {
                return Get::Refuse(Refusal::UnknownSid);
            }
            _ if self.parked => {
                self.gone(CloseReason::Protocol, now);
                return Get::Refuse(Refusal::BadRequest);
            }
            _ => {}
        }
        let answer = self.answer();
        self.parked = answer.is_none();
        answer.map_or(Get::Park, Get::Answer)
    }

    /// The answer of the GET that waits, once there is one.
    pub fn take_parked(&mut self) -> Option<Bytes> {
        let answer = if self.parked { self.answer() } else { None };
        self.parked &= answer.is_none();
        answer
    }

    /// The client of a GET is gone, be it that the GET waited or that its answer could not be handed over in full.
    /// A session that lost messages so is lost.
    pub fn get_dropped(&mut self, now: Instant) {
        let waited = std::mem::take(&mut self.parked);
        match self.link {
            Link::WebSocket(_) if waited || !self.answer_carries => {}
            Link::Ended(_) => self.nobody_listens_to_polls(),
            _ => self.gone(CloseReason::TransportClosed, now),
        }
    }

    /// A POST came. Its body follows by [`post`](Self::post), [`post_too_large`](Self::post_too_large) or
    /// [`post_dropped`](Self::post_dropped).
    pub fn post_begin(&mut self, now: Instant) -> Result<(), Refusal> {
        match self.link {
            Link::Ended(_) => Err(Refusal::UnknownSid),
            _ if self.posting => {
                self.gone(CloseReason::Protocol, now);
                Err(Refusal::BadRequest)
            }
            Link::WebSocket(_) => Err(Refusal::BadRequest),
            Link::Polling | Link::Upgrading { .. } => {
                self.posting = true;
                Ok(())
            }
        }
    }

    /// The body of the POST came. Unless it is refused it is answered `ok`, even where it ends the session: because it
    /// says so, or because one of its packets is bad, and then nothing of it is delivered.
    pub fn post<'a>(&mut self, body: &'a [u8], now: Instant) -> Result<Posted<'a>, Refusal> {
        if !std::mem::take(&mut self.posting) {
            return Err(if self.closed().is_some() { Refusal::UnknownSid } else { Refusal::BadRequest });
        }
        if body.len() > self.config.max_payload {
            return Err(Refusal::TooLarge);
        }
        let body = std::str::from_utf8(body).unwrap_or_default();
        let taken = self.obey(body, now);
        Ok(Posted(Packets::of(body).take(taken)))
    }

    /// The body of the POST is larger than `maxPayload`. Nothing else happens.
    pub fn post_too_large(&mut self) -> Refusal {
        self.posting = false;
        Refusal::TooLarge
    }

    /// The client of a POST is gone before its body was whole.
    pub fn post_dropped(&mut self, now: Instant) {
        if std::mem::take(&mut self.posting) {
            self.gone(CloseReason::TransportClosed, now);
        }
    }

    /// Does what the packets ask of the session itself. Returns how many of them count.
    fn obey(&mut self, body: &str, now: Instant) -> usize {
        let Some(end) = end_of(body) else {
            self.gone(CloseReason::Protocol, now);
            return 0;
        };
        if Packets::of(body).take(end.packets).any(|packet| packet == Ok(Packet::Pong)) {
            self.heart.pong(&self.config, now);
        }
        if let Some(reason) = end.reason {
            self.gone(reason, now);
        }
        end.packets
    }

    /// What a GET is answered now; none if there is nothing to say.
    fn answer(&mut self) -> Option<Bytes> {
        self.answer_carries = false;
        match &self.link {
            Link::Polling | Link::Upgrading { probe: Probe::Awaited, .. } => self.queued(),
            Link::Upgrading { .. } => self.queued().or(Some(NOOP.into())),
            Link::WebSocket(_) => Some(NOOP.into()),
            Link::Ended(ending) if ending.rest == Rest::Polls => self.last_words(),
            Link::Ended(ending) if ending.reason == CloseReason::Client => Some(NOOP.into()),
            Link::Ended(_) => Some(CLOSE.into()),
        }
    }

    fn queued(&mut self) -> Option<Bytes> {
        let mut answer = Answer::new(self.config.max_payload);
        if matches!(self.link, Link::Polling) && self.heart.take_ping() {
            answer.add(&Frame::text(PING));
        }
        self.fill(&mut answer);
        answer.finish()
    }

    /// What is queued, and goodbye if it fits; else the next poll is told.
    fn last_words(&mut self) -> Option<Bytes> {
        let mut answer = Answer::new(self.config.max_payload);
        self.fill(&mut answer);
        let close = Frame::text(CLOSE);
        if self.outbox.front().is_none() && answer.has_room_for(&close) {
            answer.add(&close);
            self.nobody_listens();
        }
        answer.finish()
    }

    fn fill(&mut self, answer: &mut Answer) {
        while self.outbox.front().is_some_and(|frame| answer.has_room_for(frame)) {
            if let Some(frame) = self.outbox.pop() {
                answer.add(&frame);
                self.answer_carries = true;
            }
        }
    }

    fn nobody_listens_to_polls(&mut self) {
        if matches!(&self.link, Link::Ended(ending) if ending.rest == Rest::Polls) {
            self.nobody_listens();
        }
    }
}

/// Where what a body says ends, and why if not with its last packet.
struct End {
    packets: usize,
    reason: Option<CloseReason>,
}

/// None if one of the packets is bad, wherever it stands, or if they are too many.
fn end_of(body: &str) -> Option<End> {
    let mut end = End { packets: 0, reason: None };
    for (place, packet) in Packets::of(body).enumerate() {
        let packet = packet.ok().filter(|_| place < MOST_POSTED)?;
        if end.reason.is_some() {
            continue;
        }
        end.packets += 1;
        end.reason = match packet {
            Packet::Close => Some(CloseReason::Client),
            // In version 4 only the server pings; and a WebSocket is upgraded to by WebSocket.
            Packet::Ping(_) | Packet::Upgrade => Some(CloseReason::Protocol),
            _ => None,
        };
    }
    Some(end)
}
