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
    Joined,
    /// Put out by the server, and may not know it yet.
    Out(Instant),
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
    pub(super) fn accept(&mut self, ns: &str) -> bool {
        self.turn(ns, Stay::Asked, Stay::Joined)
    }

    /// Whether the client was waiting for this.
    pub(super) fn refuse(&mut self, ns: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|(name, stay)| **name != *ns || *stay != Stay::Asked);
        self.0.len() < before
    }

    /// Whether the client was there.
    pub(super) fn put_out(&mut self, ns: &str, until: Instant) -> bool {
        self.turn(ns, Stay::Joined, Stay::Out(until))
    }

    pub(super) fn leave(&mut self, ns: &str) {
        self.0.retain(|(name, _)| **name != *ns);
    }

    pub(super) fn hear(&self, ns: &str, now: Instant) -> Result<Heard, Violation> {
        match self.0.iter().find(|(name, _)| **name == *ns) {
            Some((name, Stay::Joined)) => Ok(Heard::Joined(name.clone())),
            Some((_, Stay::Out(until))) if now < *until => Ok(Heard::Ignored),
            _ => Err(Violation::NotJoined),
        }
    }

    pub(super) fn joined(&self) -> impl Iterator<Item = &Arc<str>> {
        self.0.iter().filter(|(_, stay)| *stay == Stay::Joined).map(|(name, _)| name)
    }

    fn turn(&mut self, ns: &str, from: Stay, to: Stay) -> bool {
        let found = self.0.iter_mut().find(|(name, stay)| **name == *ns && *stay == from);
        found.map(|(_, stay)| *stay = to).is_some()
    }
}
