//! The grammar: `<type>[<attachments>-][<namespace>,][<ack id>][<JSON>]`, read without copying.
//!
//! What the grammar admits but a server must not accept is refused here too: types that only servers send, event names
//! that clients' libraries keep for themselves, placeholders of attachments that are not there.

use serde_json::value::RawValue;

use super::{Violation, payload};

/// Binary attachments of one packet.
pub const MAX_ATTACHMENTS: usize = 10;

/// Bytes of a namespace.
pub const MAX_NAMESPACE: usize = 256;

/// Digits of an ack id: so many always fit in 64 bits.
pub const MAX_ID_DIGITS: usize = 19;

/// What a client sends, borrowed from the text that it came in.
#[derive(Debug, Clone)]
pub enum Packet<'a> {
    /// Asks to join a namespace.
    Connect {
        /// The namespace.
        ns: &'a str,
        /// An object, as a rule with what proves who asks.
        payload: Option<&'a RawValue>,
    },
    /// Leaves a namespace.
    Disconnect {
        /// The namespace.
        ns: &'a str,
    },
    /// Something happened.
    Event(Content<'a>),
    /// The answer to an event; one without an id answers nothing.
    Ack(Content<'a>),
}

/// What events and acks have in common.
#[derive(Debug, Clone)]
pub struct Content<'a> {
    /// The namespace.
    pub ns: &'a str,
    /// Of an event: asks for an ack of this id. Of an ack: the id that the event asked with. 0 is an id like any other.
    pub id: Option<u64>,
    /// The JSON array. The first element of an event is its name: see [`event_name`](super::event_name).
    pub args: Vec<&'a RawValue>,
    /// How many binary messages follow.
    pub attachments: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Connect,
    Disconnect,
    Event,
    Ack,
}

impl<'a> Packet<'a> {
    /// Reads one packet.
    pub fn parse(text: &'a str) -> Result<Self, Violation> {
        let (kind, binary, rest) = kind(text)?;
        let (attachments, rest) = if binary { attachments(rest)? } else { (None, rest) };
        let (ns, rest) = namespace(rest)?;
        let (id, rest) = id(rest)?;
        let args = || payload::args(rest, attachments);
        let content = |args| Content { ns, id, args, attachments: attachments.unwrap_or(0) };
        match kind {
            Kind::Connect => Ok(Self::Connect { ns, payload: payload::object(rest)? }),
            Kind::Disconnect if rest.is_empty() => Ok(Self::Disconnect { ns }),
            Kind::Disconnect => Err(Violation::Payload),
            Kind::Event => payload::named(args()?).map(content).map(Self::Event),
            Kind::Ack => args().map(content).map(Self::Ack),
        }
    }
}

fn kind(text: &str) -> Result<(Kind, bool, &str), Violation> {
    let mut chars = text.chars();
    let (kind, binary) = match chars.next() {
        Some('0') => (Kind::Connect, false),
        Some('1') => (Kind::Disconnect, false),
        Some('2') => (Kind::Event, false),
        Some('3') => (Kind::Ack, false),
        Some('5') => (Kind::Event, true),
        Some('6') => (Kind::Ack, true),
        _ => return Err(Violation::Type),
    };
    Ok((kind, binary, chars.as_str()))
}

/// A packet that announces no attachments is a plain one, whatever its type says.
fn attachments(text: &str) -> Result<(Option<usize>, &str), Violation> {
    let (digits, rest) = digits(text);
    let rest = rest.strip_prefix('-').ok_or(Violation::Attachments)?;
    match digits.parse::<usize>() {
        Ok(0) => Ok((None, rest)),
        Ok(count) if count <= MAX_ATTACHMENTS => Ok((Some(count), rest)),
        _ => Err(Violation::Attachments),
    }
}

/// The comma may be missing at the end of the packet.
fn namespace(text: &str) -> Result<(&str, &str), Violation> {
    if !text.starts_with('/') {
        return Ok(("/", text));
    }
    let (ns, rest) = text.split_once(',').unwrap_or((text, ""));
    if ns.len() > MAX_NAMESPACE { Err(Violation::Namespace) } else { Ok((ns, rest)) }
}

fn id(text: &str) -> Result<(Option<u64>, &str), Violation> {
    match digits(text) {
        ("", rest) => Ok((None, rest)),
        (id, rest) if id.len() <= MAX_ID_DIGITS => id.parse().map(|id| (Some(id), rest)).map_err(|_| Violation::Id),
        _ => Err(Violation::Id),
    }
}

fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}
