//! Payloads: what one request or answer of polling carries, packets with a control character between them.

use std::iter::FusedIterator;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{BufMut as _, Bytes, BytesMut};

use super::{BadPacket, Packet};
use crate::Frame;

/// Stands between two packets.
const SEPARATOR: char = '\u{1e}';

/// Packets in one answer. The Python client takes no more, and drops the connection over the seventeenth.
pub const MOST_PACKETS: usize = 16;

/// The packets of a request's body, one after the other, without keeping what was read.
#[derive(Debug, Clone)]
pub struct Packets<'a>(std::str::Split<'a, char>);

impl<'a> Packets<'a> {
    /// Those of `body`. There is at least one: an empty body is a packet without a type, and bad.
    pub fn of(body: &'a str) -> Self {
        Self(body.split(SEPARATOR))
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<Packet<'a>, BadPacket>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Packet::parse)
    }
}

impl FusedIterator for Packets<'_> {}

/// An answer in the making: never more packets than a client takes, nor more bytes, unless its only packet is larger.
pub(super) struct Answer {
    bytes: BytesMut,
    /// The only packet so far, if it is one: it needs no copy.
    only: Option<Bytes>,
    packets: usize,
    most_bytes: usize,
}

impl Answer {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self { bytes: BytesMut::new(), only: None, packets: 0, most_bytes }
    }

    /// Whether `frame` still fits.
    pub(super) fn has_room_for(&self, frame: &Frame) -> bool {
        let grown = self.length().saturating_add(1).saturating_add(encoded_length(frame));
        self.packets == 0 || (self.packets < MOST_PACKETS && grown <= self.most_bytes)
    }

    /// Adds what a text frame says, or the bytes of a binary frame as base64.
    pub(super) fn add(&mut self, frame: &Frame) {
        if self.packets == 0 {
            self.only = Some(packet(frame));
        } else {
            if let Some(only) = self.only.take() {
                self.bytes.put_slice(&only);
            }
            self.bytes.put_u8(0x1e);
            self.bytes.put_slice(&packet(frame));
        }
        self.packets += 1;
    }

    /// The body; none if nothing was added.
    pub(super) fn finish(self) -> Option<Bytes> {
        (self.packets > 0).then(|| self.only.unwrap_or_else(|| self.bytes.freeze()))
    }

    fn length(&self) -> usize {
        self.only.as_ref().map_or(self.bytes.len(), Bytes::len)
    }
}

fn packet(frame: &Frame) -> Bytes {
    if frame.is_binary() { format!("b{}", STANDARD.encode(frame.payload())).into() } else { frame.payload() }
}

fn encoded_length(frame: &Frame) -> usize {
    let length = frame.payload().len();
    if frame.is_binary() { length.div_ceil(3).saturating_mul(4).saturating_add(1) } else { length }
}

#[cfg(test)]
mod tests;
