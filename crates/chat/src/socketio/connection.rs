//! One client's connection: what it joined, what it is owed and owes, what of it is still incomplete.

use std::sync::Arc;
use std::time::Instant;

use serde_json::value::RawValue;

use super::acks::Acks;
use super::assembly::{Assembly, Owned, Step};
use super::knocks::Knocks;
use super::namespaces::{Heard, Hold, Namespaces};
use super::{Config, Content, Incoming, Packet, Violation};
use super::{encode_connect, encode_connect_error, encode_disconnect};
use crate::frame::Frame;

/// A connection, fed with what comes from the client and asked for what to do about it.
///
/// The first [`Violation`] ends it: nothing of it is kept, and whatever comes later gives the same violation.
#[derive(Debug)]
pub struct Connection {
    config: Config,
    knocks: Knocks,
    namespaces: Namespaces,
    acks: Acks,
    assembly: Option<Assembly>,
    /// When it was for too long in no namespace that keeps it.
    idle: Option<Instant>,
    ended: Option<Violation>,
}

type Heeded = Result<Option<Incoming>, Violation>;

impl Connection {
    /// A client that has joined nothing yet.
    pub fn new(config: Config, now: Instant) -> Self {
        let (namespaces, acks) = Default::default();
        let (knocks, idle) = (Knocks::new(now), Some(now + config.connect_timeout));
        Self { config, knocks, namespaces, acks, assembly: None, idle, ended: None }
    }

    /// Takes a text message (without the engine's `4`).
    pub fn text(&mut self, text: &str, now: Instant) -> Result<Option<Incoming>, Violation> {
        self.unless_ended(|connection| connection.take_text(text, now))
    }

    /// Takes a binary message: the next attachment.
    pub fn binary(&mut self, data: &[u8], now: Instant) -> Result<Option<Incoming>, Violation> {
        self.unless_ended(|connection| connection.take_binary(data, now))
    }

    /// Lets the client in. None: it no longer waits for that.
    pub fn accept(&mut self, ns: &str, sid: &str) -> Option<Frame> {
        self.let_in(ns, sid, Hold::Keeps)
    }

    /// Lets the client in where it may be beside other namespaces, but in none else only for the connect timeout. None
    /// as for [`accept`](Self::accept).
    pub fn accept_beside(&mut self, ns: &str, sid: &str) -> Option<Frame> {
        self.let_in(ns, sid, Hold::Loose)
    }

    /// Turns the client away; it may ask again. None: it no longer waits for that.
    pub fn refuse(&mut self, ns: &str, message: &str, data: Option<&RawValue>) -> Option<Frame> {
        self.namespaces.refuse(ns).then(|| encode_connect_error(ns, message, data))
    }

    /// Ends the client's stay. What it sends before it can know is ignored. None: it was not there.
    pub fn disconnect(&mut self, ns: &str, now: Instant) -> Option<Frame> {
        self.namespaces.put_out(ns, now + self.config.linger).then(|| {
            self.left(ns, now);
            encode_disconnect(ns)
        })
    }

    /// The id for an event that asks for an ack. None: the client is not there, or owes
    /// [`MAX_ACKS`](super::MAX_ACKS) already.
    pub fn expect_ack(&mut self, ns: &str, now: Instant) -> Option<u64> {
        let ns = self.namespaces.joined().find(|joined| ***joined == *ns)?.clone();
        self.acks.expect(ns, now + self.config.ack_timeout)
    }

    /// The namespaces that the client is in.
    pub fn joined(&self) -> impl Iterator<Item = &Arc<str>> {
        self.namespaces.joined()
    }

    /// When to call [`tick`](Self::tick) at the latest.
    pub fn next_deadline(&self) -> Option<Instant> {
        let assembly = self.assembly.as_ref().map(Assembly::deadline);
        [self.idle, assembly, self.acks.deadline()].into_iter().flatten().min()
    }

    /// Sees to what is due: the acks that were missed, or a violation.
    pub fn tick(&mut self, now: Instant) -> Result<Vec<Incoming>, Violation> {
        self.unless_ended(|connection| connection.on_time(now))?;
        let missed = std::iter::from_fn(|| self.acks.pop_missed(now));
        Ok(missed.map(|(ns, id)| Incoming::AckMissed { ns, id }).collect())
    }

    fn unless_ended<T>(&mut self, take: impl FnOnce(&mut Self) -> Result<T, Violation>) -> Result<T, Violation> {
        if let Some(ended) = self.ended {
            return Err(ended);
        }
        take(self).inspect_err(|violation| self.end(*violation))
    }

    fn end(&mut self, violation: Violation) {
        (self.namespaces, self.acks) = Default::default();
        (self.assembly, self.idle, self.ended) = (None, None, Some(violation));
    }

    fn take_text(&mut self, text: &str, now: Instant) -> Heeded {
        if self.assembly.is_some() {
            return Err(Violation::Interleaved);
        }
        match Packet::parse(text)? {
            Packet::Connect { ns, payload } => self.ask(ns, payload, now).map(Some),
            Packet::Disconnect { ns } => self.leave(ns, now),
            Packet::Event(content) => self.begin(true, content, now),
            Packet::Ack(content) => self.begin(false, content, now),
        }
    }

    fn take_binary(&mut self, data: &[u8], now: Instant) -> Heeded {
        let assembly = self.assembly.take().ok_or(Violation::Unannounced)?;
        match assembly.add(data)? {
            Step::Complete(packet) => Ok(self.deliver(packet, now)),
            Step::Waits(assembly) => {
                self.assembly = Some(assembly);
                Ok(None)
            }
        }
    }

    fn on_time(&self, now: Instant) -> Result<(), Violation> {
        if self.assembly.as_ref().is_some_and(|assembly| assembly.deadline() <= now) {
            return Err(Violation::Unfinished);
        }
        if self.idle.is_some_and(|deadline| deadline <= now) { Err(Violation::Idle) } else { Ok(()) }
    }

    fn let_in(&mut self, ns: &str, sid: &str, hold: Hold) -> Option<Frame> {
        self.namespaces.accept(ns, hold).then(|| {
            self.idle = self.idle.filter(|_| hold == Hold::Loose);
            encode_connect(ns, sid)
        })
    }

    fn ask(&mut self, ns: &str, payload: Option<&RawValue>, now: Instant) -> Result<Incoming, Violation> {
        if !self.knocks.count(&self.config, now) {
            return Err(Violation::TooManyConnects);
        }
        let ns = self.namespaces.ask(ns, now)?;
        Ok(Incoming::Connect { ns, payload: payload.map(ToOwned::to_owned) })
    }

    fn leave(&mut self, ns: &str, now: Instant) -> Heeded {
        let Heard::Joined(ns) = self.namespaces.hear(ns, now)? else { return Ok(None) };
        self.namespaces.leave(&ns);
        self.left(&ns, now);
        Ok(Some(Incoming::Disconnect { ns }))
    }

    /// Who is nowhere any more has as long to join something as at first. Who was nowhere before gains no time by it.
    fn left(&mut self, ns: &str, now: Instant) {
        self.acks.forget(ns);
        if self.idle.is_none() && !self.namespaces.keep() {
            self.idle = Some(now + self.config.connect_timeout);
        }
    }

    fn begin(&mut self, is_event: bool, content: Content<'_>, now: Instant) -> Heeded {
        self.namespaces.hear(content.ns, now)?;
        let missing = content.attachments;
        let packet = Owned::new(is_event, content);
        if missing == 0 {
            return Ok(self.deliver(packet, now));
        }
        let (room, deadline) = (self.config.max_attachment_bytes, now + self.config.attachments_timeout);
        self.assembly = Some(Assembly::new(packet, missing, room, deadline));
        Ok(None)
    }

    /// None for an ack that nobody waits for, and for a namespace that the client was put out of meanwhile.
    fn deliver(&mut self, packet: Owned, now: Instant) -> Option<Incoming> {
        let Ok(Heard::Joined(ns)) = self.namespaces.hear(&packet.ns, now) else { return None };
        let Owned { id, args, attachments, .. } = packet;
        if packet.is_event {
            return Some(Incoming::Event { ns, ack: id, args, attachments });
        }
        let id = id.filter(|id| self.acks.settle(&ns, *id))?;
        Some(Incoming::Ack { ns, id, args, attachments })
    }
}
