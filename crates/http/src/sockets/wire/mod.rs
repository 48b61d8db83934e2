//! Connections that stay, over actix: bodies that write what there is, and WebSockets: opening one, reading messages.

mod body;
mod open;
mod outbox;
mod reader;

pub(crate) use body::{FrameBody, Outgoing, Source};
pub(crate) use open::{asks_for_upgrade, is_open, upgrade};
pub(crate) use outbox::Outbox;
pub(crate) use reader::{Message, Reader};
