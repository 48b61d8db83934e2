//! Connections that stay: Engine.IO, and Socket.IO on it.
//!
//! Each protocol is a machine of `gigline_chat`, without sockets and clocks. Here it meets actix: requests bring what
//! clients say, bodies take what is to be said to them, and one task for each connection keeps its time.

pub mod engineio;
mod peer;
pub mod socketio;
mod wire;

pub use peer::{Message, Peer};
