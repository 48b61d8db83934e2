//! A packet whose attachments are still coming.

use std::time::Instant;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::{Content, Violation};

/// An event or an ack that owns what it says.
#[derive(Debug)]
pub(super) struct Owned {
    pub(super) is_event: bool,
    pub(super) ns: Box<str>,
    pub(super) id: Option<u64>,
    pub(super) args: Vec<Box<RawValue>>,
    pub(super) attachments: Vec<Bytes>,
}

#[derive(Debug)]
pub(super) struct Assembly {
    packet: Owned,
    missing: usize,
    room: usize,
    deadline: Instant,
}

impl Owned {
    pub(super) fn new(is_event: bool, content: Content<'_>) -> Self {
        let args = content.args.into_iter().map(ToOwned::to_owned).collect();
        Self { is_event, ns: content.ns.into(), id: content.id, args, attachments: Vec::new() }
    }
}

impl Assembly {
    pub(super) fn new(packet: Owned, missing: usize, room: usize, deadline: Instant) -> Self {
        Self { packet, missing, room, deadline }
    }

    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Adds the next attachment. It is copied: what it came in may be the large buffer of a connection.
    pub(super) fn add(mut self, data: &[u8]) -> Result<Step, Violation> {
        self.room = self.room.checked_sub(data.len()).ok_or(Violation::TooLarge)?;
        self.missing = self.missing.saturating_sub(1);
        self.packet.attachments.push(Bytes::copy_from_slice(data));
        Ok(if self.missing == 0 { Step::Complete(self.packet) } else { Step::Waits(self) })
    }
}

pub(super) enum Step {
    Waits(Assembly),
    Complete(Owned),
}
