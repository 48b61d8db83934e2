//! Socket.IO 5 (the protocol of the clients since 3.0) without input or output: packets in, packets out, time a
//! parameter. Namespaces, who may join them and what events mean are the application's.
//!
//! ```
//! use std::time::Instant;
//! use gigline_chat::socketio::{Config, Connection, Incoming, encode_ack};
//!
//! let now = Instant::now();
//! let mut connection = Connection::new(Config::default(), now);
//!
//! // A client asks to join; the application decides when it likes.
//! let asked = connection.text(r#"0/api/chat/,{"token":"T"}"#, now)?;
//! assert!(matches!(asked, Some(Incoming::Connect { ns, .. }) if &*ns == "/api/chat/"));
//! let joined = connection.accept("/api/chat/", "S").expect("the client waits");
//! assert_eq!(joined.payload(), r#"40/api/chat/,{"sid":"S"}"#);
//!
//! // Its events come out, and their acks go in.
//! let event = connection.text(r#"2/api/chat/,0["join",{"chat":3}]"#, now)?;
//! let Some(Incoming::Event { ns, ack: Some(id), args, .. }) = event else { panic!("{event:?}") };
//! let ack = encode_ack(&ns, id, args.get(1..).unwrap_or_default(), &[]);
//! assert_eq!(ack.first().expect("one frame").payload(), r#"43/api/chat/,0[{"chat":3}]"#);
//! # Ok::<(), gigline_chat::socketio::Violation>(())
//! ```
//!
//! Protocol: <https://github.com/socketio/socket.io-protocol>, version 5.

mod acks;
mod assembly;
mod config;
mod connection;
mod encode;
mod incoming;
mod knocks;
mod namespaces;
mod packet;
mod payload;
mod placeholder;
mod violation;

pub use acks::MAX_ACKS;
pub use config::Config;
pub use connection::Connection;
pub use encode::{encode_ack, encode_connect, encode_connect_error, encode_disconnect, encode_event};
pub use incoming::Incoming;
pub use namespaces::MAX_NAMESPACES;
pub use packet::{Content, MAX_ATTACHMENTS, MAX_ID_DIGITS, MAX_NAMESPACE, Packet};
pub use payload::{MAX_ARGS, event_name};
pub use violation::Violation;
