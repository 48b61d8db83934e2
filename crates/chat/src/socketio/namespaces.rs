//! Where a client is: in each namespace at most once, in few at a time.

use std::sync::Arc;
use std::time::Instant;

use super::Violation;

/// Namespaces that a client is in, asks for, or was just put out of.
pub const MAX_NAMESPACES: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Namespaces(Vec<(Arc<str>, Stay)>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stay {
    Asked,
    Joined(Hold),
    /// Put out by the server, and may not know it yet.
    Out(Instant),
}

/// What being in a namespace does for the connection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Hold {
    Keeps,
    /// Beside others only.
    Loose,
}

/// Who a packet concerns.
pub(super) enum Heard {
    Joined(Arc<str>),
    /// The client could not know that it was put out.
    Ignored,
}

impl Namespaces {
    pub(super) fn ask(&mut self, ns: &str, now: Instant) -> Result<Arc<str>, Violation> {
        self.0.retain(|(name, stay)| !matches!(stay, Stay::Out(until) if *until <= now || **name == *ns));
        if self.0.iter().any(|(name, _)| **name == *ns) {
            return Err(Violation::JoinedTwice);
        }
        if self.0.len() >= MAX_NAMESPACES {
            return Err(Violation::TooManyNamespaces);
        }
        let name: Arc<str> = ns.into();
        self.0.push((name.clone(), Stay::Asked));
        Ok(name)
    }

    /// Whether the client was waiting for this.
    pub(super) fn accept(&mut self, ns: &str, hold: Hold) -> bool {
        self.turn(ns, |stay| matches!(stay, Stay::Asked), Stay::Joined(hold))
    }

    /// Whether the client was waiting for this.
    pub(super) fn refuse(&mut self, ns: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|(name, stay)| **name != *ns || *stay != Stay::Asked);
        self.0.len() < before
    }

    /// Whether the client was there.
    pub(super) fn put_out(&mut self, ns: &str, until: Instant) -> bool {
        self.turn(ns, |stay| matches!(stay, Stay::Joined(_)), Stay::Out(until))
    }

    pub(super) fn leave(&mut self, ns: &str) {
        self.0.retain(|(name, _)| **name != *ns);
    }

    pub(super) fn hear(&self, ns: &str, now: Instant) -> Result<Heard, Violation> {
        match self.0.iter().find(|(name, _)| **name == *ns) {
            Some((name, Stay::Joined(_))) => Ok(Heard::Joined(name.clone())),
            Some((_, Stay::Out(until))) if now < *until => Ok(Heard::Ignored),
            _ => Err(Violation::NotJoined),
        }
    }

    pub(super) fn joined(&self) -> impl Iterator<Item = &Arc<str>> {
        self.0.iter().filter(|(_, stay)| matches!(stay, Stay::Joined(_))).map(|(name, _)| name)
    }

    /// Whether the client is anywhere where it may stay.
    pub(super) fn keep(&self) -> bool {
        self.0.iter().any(|(_, stay)| *stay == Stay::Joined(Hold::Keeps))
    }

    fn turn(&mut self, ns: &str, from: fn(Stay) -> bool, to: Stay) -> bool {
        let found = self.0.iter_mut().find(|(name, stay)| **name == *ns && from(*stay));
        found.map(|(_, stay)| *stay = to).is_some()
    }
}
