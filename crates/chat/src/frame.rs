//! WebSocket frames as a server sends them (RFC 6455 §5.2): unmasked, never fragmented, header and payload in one
//! shared buffer, so that a message to a thousand sockets is encoded once and copied by none of them.

use std::fmt;

use bytes::{BufMut as _, Bytes, BytesMut};

/// What a control frame may carry.
const CONTROL_PAYLOAD: usize = 125;

/// Room for the longest header that a server writes.
const LONGEST_HEADER: usize = 10;

/// One frame, ready to be written. Cloning it shares the buffer.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    bytes: Bytes,
    opcode: Opcode,
    header: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opcode {
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Frame {
    /// A text message.
    pub fn text(text: &str) -> Self {
        Self::encode(Opcode::Text, &[text.as_bytes()])
    }

    /// A text message of several pieces, which saves joining them first.
    pub fn text_of(pieces: &[&str]) -> Self {
        Self::encode(Opcode::Text, &pieces.iter().map(|piece| piece.as_bytes()).collect::<Vec<_>>())
    }

    /// A binary message.
    pub fn binary(data: &[u8]) -> Self {
        Self::encode(Opcode::Binary, &[data])
    }

    /// The last frame of a connection. Of `reason` as much is sent as fits: 123 bytes.
    pub fn close(code: u16, reason: &str) -> Self {
        let code = code.to_be_bytes();
        let room = reason.len().min(CONTROL_PAYLOAD - code.len());
        let fits = (0..=room).rev().find(|end| reason.is_char_boundary(*end)).unwrap_or(0);
        let (reason, _) = reason.split_at(fits);
        Self::encode(Opcode::Close, &[&code, reason.as_bytes()])
    }

    /// Asks the other side for a pong with the same `data`, of which 125 bytes are sent.
    pub fn ping(data: &[u8]) -> Self {
        Self::encode(Opcode::Ping, &[control(data)])
    }

    /// Answers a ping with its `data`, of which 125 bytes are sent.
    pub fn pong(data: &[u8]) -> Self {
        Self::encode(Opcode::Pong, &[control(data)])
    }

    /// Header and payload, as they go on the wire.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Header and payload, as they go on the wire.
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    /// The payload alone: a part of the same buffer.
    pub fn payload(&self) -> Bytes {
        self.bytes.slice(self.header..)
    }

    /// Whether this is a binary message.
    pub fn is_binary(&self) -> bool {
        self.opcode == Opcode::Binary
    }

    /// Whether this is a text message.
    pub fn is_text(&self) -> bool {
        self.opcode == Opcode::Text
    }

    /// Whether this frame ends the connection.
    pub fn is_close(&self) -> bool {
        self.opcode == Opcode::Close
    }

    fn encode(opcode: Opcode, pieces: &[&[u8]]) -> Self {
        let length = pieces.iter().map(|piece| piece.len()).sum();
        let mut buffer = BytesMut::with_capacity(LONGEST_HEADER + length);
        buffer.put_u8(opcode.first_byte());
        put_length(&mut buffer, length);
        let header = buffer.len();
        for piece in pieces {
            buffer.put_slice(piece);
        }
        Self { bytes: buffer.freeze(), opcode, header }
    }
}

/// How long the payload of a frame says that it is, by the frame's first bytes; none until enough of them are there.
///
/// Look at this before a frame is buffered: who announces too much is refused before they are given the room for it.
pub fn declared_len(head: &[u8]) -> Option<u64> {
    let [_, length, rest @ ..] = head else { return None };
    match length & 0x7f {
        126 => rest.first_chunk().map(|long| u64::from(u16::from_be_bytes(*long))),
        127 => rest.first_chunk().map(|longest| u64::from_be_bytes(*longest)),
        short => Some(u64::from(short)),
    }
}

impl Opcode {
    /// The opcode, and the bit that says that the message ends with this frame.
    fn first_byte(self) -> u8 {
        match self {
            Self::Text => 0x81,
            Self::Binary => 0x82,
            Self::Close => 0x88,
            Self::Ping => 0x89,
            Self::Pong => 0x8a,
        }
    }
}

fn put_length(buffer: &mut BytesMut, length: usize) {
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if short < 126 => buffer.put_u8(short),
        (_, Ok(long)) => {
            buffer.put_u8(126);
            buffer.put_u16(long);
        }
        _ => {
            buffer.put_u8(127);
            buffer.put_u64(u64::try_from(length).unwrap_or(u64::MAX));
        }
    }
}

fn control(data: &[u8]) -> &[u8] {
    data.get(..CONTROL_PAYLOAD).unwrap_or(data)
}

/// What it is and how long, but not what it says: that is people's conversation.
impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({:?}, {} bytes)", self.opcode, self.bytes.len() - self.header)
    }
}

#[cfg(test)]
mod tests;
