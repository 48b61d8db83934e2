//! What a client did, for the application to see to.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::value::RawValue;

/// Something for the application.
#[derive(Debug, Clone)]
pub enum Incoming {
    /// May the client join? Answer with [`Connection::accept`](super::Connection::accept) or
    /// [`Connection::refuse`](super::Connection::refuse), now or later.
    Connect {
        /// The namespace, as the client wrote it.
        ns: Arc<str>,
        /// An object, as a rule with what proves who asks.
        payload: Option<Box<RawValue>>,
    },
    /// An event in a namespace that the client is in.
    Event {
        /// The namespace.
        ns: Arc<str>,
        /// The client waits for an ack of this id.
        ack: Option<u64>,
        /// Never empty: the first one is the name, see [`event_name`](super::event_name).
        args: Vec<Box<RawValue>>,
        /// What the placeholders in `args` stand for.
        attachments: Vec<Bytes>,
    },
    /// The answer to an event that asked for one.
    Ack {
        /// The namespace.
        ns: Arc<str>,
        /// What the event was sent with.
        id: u64,
        /// The answer.
        args: Vec<Box<RawValue>>,
        /// What the placeholders in `args` stand for.
        attachments: Vec<Bytes>,
    },
    /// The answer to an event did not come in time; if it comes yet, it is ignored.
    AckMissed {
        /// The namespace.
        ns: Arc<str>,
        /// What the event was sent with.
        id: u64,
    },
    /// The client left a namespace. Acks that it owes there will not come.
    Disconnect {
        /// The namespace.
        ns: Arc<str>,
    },
}
