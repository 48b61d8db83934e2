//! What servers send, as Engine.IO messages ready for any number of sockets.

use std::borrow::Borrow;
use std::fmt::Write as _;

use bytes::Bytes;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::frame::Frame;

/// An event, and after it its attachments: one unit, nothing may come between.
///
/// With `id` the client is asked for an ack: take the id from
/// [`Connection::expect_ack`](super::Connection::expect_ack). Among `args` a placeholder stands for each attachment;
/// clients take at most ten.
pub fn encode_event<A: Borrow<RawValue>>(
    ns: &str,
    name: &str,
    id: Option<u64>,
    args: &[A],
    attachments: &[Bytes],
) -> Vec<Frame> {
    let name = Value::from(name).to_string();
    let args = std::iter::once(name.as_str()).chain(args.iter().map(text));
    encode(head('2', '5', ns, id, attachments.len()), args, attachments)
}

/// The answer to the event that came with `id`, and after it its attachments.
pub fn encode_ack<A: Borrow<RawValue>>(ns: &str, id: u64, args: &[A], attachments: &[Bytes]) -> Vec<Frame> {
    encode(head('3', '6', ns, Some(id), attachments.len()), args.iter().map(text), attachments)
}

/// The namespace was joined; within it the client is known as `sid`, which is not the engine's secret one.
pub fn encode_connect(ns: &str, sid: &str) -> Frame {
    let sid = Value::from(sid);
    Frame::text(&format!("40{}{{\"sid\":{sid}}}", Prefix(ns)))
}

/// The namespace was not joined.
pub fn encode_connect_error(ns: &str, message: &str, data: Option<&RawValue>) -> Frame {
    let (ns, message) = (Prefix(ns), Value::from(message));
    Frame::text(&match data {
        Some(data) => format!("44{ns}{{\"message\":{message},\"data\":{}}}", data.get()),
        None => format!("44{ns}{{\"message\":{message}}}"),
    })
}

/// The server ends the client's stay in the namespace. Clients do not come back by themselves after this.
pub fn encode_disconnect(ns: &str) -> Frame {
    Frame::text(&format!("41{}", Prefix(ns)))
}

fn encode<'a>(mut packet: String, args: impl Iterator<Item = &'a str>, attachments: &[Bytes]) -> Vec<Frame> {
    packet.push('[');
    for (place, arg) in args.enumerate() {
        if place > 0 {
            packet.push(',');
        }
        packet.push_str(arg);
    }
    packet.push(']');
    let attachments = attachments.iter().map(|data| Frame::binary(data));
    std::iter::once(Frame::text(&packet)).chain(attachments).collect()
}

fn head(plain: char, binary: char, ns: &str, id: Option<u64>, attachments: usize) -> String {
    let mut head = String::from("4");
    // Writing to a string cannot fail.
    let _ = match attachments {
        0 => write!(head, "{plain}{}", Prefix(ns)),
        count => write!(head, "{binary}{count}-{}", Prefix(ns)),
    };
    if let Some(id) = id {
        let _ = write!(head, "{id}");
    }
    head
}

fn text<A: Borrow<RawValue>>(arg: &A) -> &str {
    arg.borrow().get()
}

/// The main namespace goes without saying.
struct Prefix<'a>(&'a str);

impl std::fmt::Display for Prefix<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 == "/" { Ok(()) } else { write!(f, "{},", self.0) }
    }
}
