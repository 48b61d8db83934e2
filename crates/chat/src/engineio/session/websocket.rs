//! The WebSocket that carries a session, and the one that is about to.

use std::time::Instant;

use bytes::Bytes;

use super::ending::{Ending, Farewell, Rest};
use super::{Incoming, Link, Pop, Probe, Session, WsId, WsOpen};
use crate::engineio::{Packet, Refusal};
use crate::{CloseReason, Frame};

/// How many WebSockets that came uncalled for are told so properly, before the oldest is just cut off.
const MOST_DISMISSED: usize = 4;

impl Session {
    /// A WebSocket came that names this session.
    pub fn ws_open(&mut self, now: Instant) -> WsOpen {
        if self.closed().is_some() {
            return WsOpen::Refuse(Refusal::UnknownSid);
        }
        let ws = WsId(self.last_ws.0.saturating_add(1));
        self.last_ws = ws;
        if matches!(self.link, Link::Polling) {
            self.link = Link::Upgrading { ws, probe: Probe::Awaited, until: now + self.config.upgrade_timeout };
        } else {
            self.dismiss(ws, CloseReason::Finished);
        }
        WsOpen::Accept(ws)
    }

    /// A text message came by WebSocket.
    pub fn ws_text<'a>(&mut self, ws: WsId, text: &'a str, now: Instant) -> Option<Incoming<'a>> {
        let packet = Packet::parse_text(text);
        match self.link {
            Link::Upgrading { ws: probing, .. } if probing == ws => {
                self.probe(ws, packet.as_ref().ok());
                None
            }
            Link::WebSocket(carrying) if carrying == ws => {
                if text.len() > self.config.max_payload {
                    self.gone(CloseReason::TooBig, now);
                    return None;
                }
                self.receive(packet.as_ref().ok(), now)
            }
            _ => None,
        }
    }

    /// A binary message came by WebSocket.
    pub fn ws_binary(&mut self, ws: WsId, data: &Bytes, now: Instant) -> Option<Incoming<'static>> {
        match self.link {
            Link::Upgrading { ws: probing, .. } if probing == ws => {
                self.give_up_upgrade(ws, CloseReason::Protocol);
                None
            }
            Link::WebSocket(carrying) if carrying == ws && data.len() > self.config.max_payload => {
                self.gone(CloseReason::TooBig, now);
                None
            }
            Link::WebSocket(carrying) if carrying == ws => Some(Incoming::Binary(data.clone())),
            _ => None,
        }
    }

    /// A WebSocket ended ([`CloseReason::TransportClosed`]), or is to end because of what came by it. Where it was
    /// only about to carry the session, polling goes on.
    pub fn ws_closed(&mut self, ws: WsId, reason: CloseReason, now: Instant) {
        let has_ended = reason == CloseReason::TransportClosed;
        match &self.link {
            Link::Upgrading { ws: probing, .. } if *probing == ws => self.give_up_upgrade(ws, reason),
            Link::WebSocket(carrying) if *carrying == ws => {
                self.gone(reason, now);
                if has_ended {
                    self.nobody_listens();
                }
            }
            Link::Ended(Ending { rest: Rest::WebSocket(carrying, _), .. }) if *carrying == ws && has_ended => {
                self.nobody_listens();
            }
            _ => {}
        }
        if has_ended {
            self.dismissed.retain(|(dismissed, _)| *dismissed != ws);
        }
    }

    /// What a WebSocket is to do next.
    pub fn pop_ws(&mut self, ws: WsId) -> Pop {
        match &mut self.link {
            Link::Upgrading { ws: probing, probe, .. } if *probing == ws => {
                if *probe != Probe::Came {
                    return Pop::Empty;
                }
                *probe = Probe::Answered;
                Pop::Frame(Frame::text("3probe"))
            }
            Link::WebSocket(carrying) if *carrying == ws => self.next_frame().map_or(Pop::Empty, Pop::Frame),
            Link::Ended(Ending { rest: Rest::WebSocket(carrying, _), .. }) if *carrying == ws => self.pop_last(ws),
            _ => self.pop_dismissed(ws),
        }
    }

    /// The open packet goes first of all; else a ping goes before what is queued, so that who reads slowly hears it
    /// in time.
    fn next_frame(&mut self) -> Option<Frame> {
        if self.heart.ping_is_due() && !self.outbox.front().is_some_and(is_open_packet) && self.heart.take_ping() {
            return Some(Frame::text("2"));
        }
        self.outbox.pop()
    }

    fn pop_last(&mut self, ws: WsId) -> Pop {
        if let Some(frame) = self.outbox.pop() {
            return Pop::Frame(frame);
        }
        let Link::Ended(ending) = &mut self.link else { return Pop::Close };
        let (next, pop) = match ending.rest {
            Rest::WebSocket(_, Farewell::Packet) => (Farewell::Frame, Pop::Frame(Frame::text("1"))),
            Rest::WebSocket(_, Farewell::Frame) => (Farewell::Hush, Pop::Frame(ending.reason.frame())),
            _ => {
                ending.rest = Rest::Nothing;
                return Pop::Close;
            }
        };
        ending.rest = Rest::WebSocket(ws, next);
        pop
    }

    fn pop_dismissed(&mut self, ws: WsId) -> Pop {
        let told = self.dismissed.iter().position(|(dismissed, _)| *dismissed == ws);
        told.map_or(Pop::Close, |place| Pop::Frame(self.dismissed.remove(place).1.frame()))
    }

    /// A packet of the WebSocket that is about to carry the session.
    fn probe(&mut self, ws: WsId, packet: Option<&Packet<'_>>) {
        let Link::Upgrading { probe, .. } = &mut self.link else { return };
        match packet {
            Some(Packet::Ping("probe")) if *probe == Probe::Awaited => *probe = Probe::Came,
            Some(Packet::Upgrade) if *probe != Probe::Awaited => self.link = Link::WebSocket(ws),
            _ => self.give_up_upgrade(ws, CloseReason::Protocol),
        }
    }

    /// A packet of the WebSocket that carries the session.
    fn receive<'a>(&mut self, packet: Option<&Packet<'a>>, now: Instant) -> Option<Incoming<'a>> {
        match packet {
            Some(Packet::Message(text)) => return Some(Incoming::Text(text)),
            Some(Packet::Pong) => self.heart.pong(&self.config, now),
            Some(Packet::Close) => self.gone(CloseReason::Client, now),
            Some(Packet::Noop) => {}
            // In version 4 only the server pings, and there is nothing left to upgrade to.
            _ => self.gone(CloseReason::Protocol, now),
        }
        None
    }

    pub(super) fn give_up_upgrade(&mut self, ws: WsId, reason: CloseReason) {
        self.link = Link::Polling;
        if reason != CloseReason::TransportClosed {
            self.dismiss(ws, reason);
        }
    }

    pub(super) fn dismiss(&mut self, ws: WsId, reason: CloseReason) {
        if self.dismissed.len() >= MOST_DISMISSED {
            self.dismissed.remove(0);
        }
        self.dismissed.push((ws, reason));
    }
}

fn is_open_packet(frame: &Frame) -> bool {
    frame.is_text() && frame.payload().first() == Some(&b'0')
}
