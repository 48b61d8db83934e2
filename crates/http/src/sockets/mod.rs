//! Connections that stay: Engine.IO with Socket.IO on it, the plain WebSocket, and streams of events.
//!
//! Each protocol is a machine of `gigline_chat`, without sockets and clocks. Here it meets actix: requests bring what
//! clients say, bodies take what is to be said to them, and one task for each connection keeps its time.

pub(crate) mod chat;
pub mod engineio;
mod peer;
pub mod plain;
pub mod socketio;
pub(crate) mod stream;
mod wire;

pub use peer::{Drained, Message, Peer};
