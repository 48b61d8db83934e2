//! Engine.IO over actix: long-polling, WebSockets, and the way from the one to the other.
//!
//! The protocol itself is `gigline_chat::engineio`, which knows neither sockets nor clocks. Here its sessions get both:
//! a lock each, a task that sleeps until the next deadline, and requests that bring and take packets.

mod answers;
mod door;
mod driver;
mod inbox;
mod link;
mod polling;
mod query;
mod registry;
mod service;
mod upgrade;

pub use door::Door;
pub use link::Link;
pub use service::{Denied, Service};
