//! Engine.IO packets: one character for the type, then the data.

use bytes::Bytes;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Frame;

/// What a client may send. Text is borrowed from what it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet<'a> {
    /// `1`: goodbye.
    Close,
    /// `2` and data: in version 4 a client sends it only as the probe of an upgrade.
    Ping(&'a str),
    /// `3`: the answer to a ping.
    Pong,
    /// `4` and a text for the application.
    Message(&'a str),
    /// `5`: from here on by WebSocket.
    Upgrade,
    /// `6`: nothing.
    Noop,
    /// `b` and base64, by polling only: bytes for the application.
    Binary(Bytes),
}

/// Text that is no packet, or none that a client may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPacket;

impl<'a> Packet<'a> {
    /// Reads a packet that came by polling.
    ///
    /// Packets without data are taken only without any.
    pub fn parse(text: &'a str) -> Result<Self, BadPacket> {
        match text.strip_prefix('b') {
            Some(base64) => STANDARD.decode(base64).map(|data| Self::Binary(data.into())).map_err(|_| BadPacket),
            None => Self::parse_text(text),
        }
    }

    /// Reads a packet that came as a text message of a WebSocket: bytes come as binary messages there.
    pub fn parse_text(text: &'a str) -> Result<Self, BadPacket> {
        let mut rest = text.chars();
        match (rest.next(), rest.as_str()) {
            (Some('1'), "") => Ok(Self::Close),
            (Some('2'), data) => Ok(Self::Ping(data)),
            (Some('3'), "") => Ok(Self::Pong),
            (Some('4'), data) => Ok(Self::Message(data)),
            (Some('5'), "") => Ok(Self::Upgrade),
            (Some('6'), "") => Ok(Self::Noop),
            _ => Err(BadPacket),
        }
    }
}

/// A message for the client, of several pieces: the frame that a WebSocket writes, and whose payload a poll answers.
pub fn message(pieces: &[&str]) -> Frame {
    let mut all = vec!["4"];
    all.extend(pieces);
    Frame::text_of(&all)
}

impl std::fmt::Display for BadPacket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("not an Engine.IO packet that a client may send")
    }
}

impl std::error::Error for BadPacket {}

#[cfg(test)]
mod tests;
