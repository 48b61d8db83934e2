//! Socket.IO on Engine.IO: namespaces that clients join, events that they send and hear.

mod application;
mod socket;
mod talk;

pub use application::{Application, Event, Turned};
pub use socket::Socket;
pub use talk::{SocketIo, Talk};
