//! Somebody's place in a namespace, as the application sees it.

use std::sync::Arc;

use actix_web::web::Bytes;
use gigline_chat::Frame;
use gigline_chat::engineio::Sent;
use gigline_chat::socketio::{encode_ack, encode_disconnect, encode_event};
use serde_json::value::RawValue;

use crate::sockets::engineio::Link;

/// A namespace of one client's. Clones are the same.
#[derive(Clone)]
pub struct Socket {
    link: Link,
    namespace: Arc<str>,
}

impl Socket {
    pub(super) fn new(link: Link, namespace: Arc<str>) -> Self {
        Self { link, namespace }
    }

    /// The namespace, as the client wrote it.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The session that carries it.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// Sends an event.
    pub fn emit(&self, name: &str, args: &[&RawValue], attachments: &[Bytes]) -> Sent {
        self.link.send(&encode_event(&self.namespace, name, None, args, attachments))
    }

    /// Answers an event.
    pub fn ack(&self, id: u64, args: &[&RawValue], attachments: &[Bytes]) -> Sent {
        self.link.answer(&encode_ack(&self.namespace, id, args, attachments))
    }

    /// The packet that puts the client out of the namespace.
    pub fn leave(&self) -> Frame {
        encode_disconnect(&self.namespace)
    }
}
