//! WebSockets over actix: opening one, reading messages, writing frames.

mod body;
mod open;
mod reader;

pub(crate) use body::{FrameBody, Outgoing, Source};
pub(crate) use open::{asks_for_upgrade, is_open, upgrade};
pub(crate) use reader::{Message, Reader};
