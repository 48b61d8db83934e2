//! Engine.IO, protocol version 4: what carries Socket.IO packets over long-polling or a WebSocket, and moves from the
//! one to the other without losing any.
//!
//! Nothing here reads a clock, a socket or a channel. A [`Session`] is told what came in and when, and is asked what
//! is to go out; a door (HTTP, WebSocket) does the rest. After every call, and before anybody else calls, a door
//!
//! 1. answers the waiting poll if [`Session::take_parked`] gives it something,
//! 2. writes what [`Session::pop_ws`] gives for its WebSocket, if it has one,
//! 3. sleeps no longer than until [`Session::next_deadline`], then calls [`Session::tick`],
//! 4. forgets the session, and ends its connections, once it [`is_done`](Session::is_done).
//!
//! What a poll's answer took along counts as delivered once the answer's body was handed over in full. What the
//! network loses after that, no Engine.IO server can know: only a cursor in the log can mend it.
//!
//! ```
//! use std::time::{Duration, Instant};
//! use gigline_chat::engineio::{Config, Get, Incoming, Session, Sid, Transport, message};
//!
//! let now = Instant::now();
//! let mut session = Session::open(Sid::generate(), Transport::Polling, Config::default(), now);
//! assert!(session.handshake().payload().starts_with(b"0{\"sid\":\""));
//!
//! // A poll waits until there is something to say.
//! assert_eq!(session.get(now), Get::Park);
//! assert_eq!(session.take_parked(), None);
//! session.send(&[message(&["hello"])]);
//! assert_eq!(session.take_parked().as_deref(), Some(b"4hello".as_slice()));
//!
//! // A POST brings packets, separated by a control character.
//! session.post_begin(now)?;
//! let came: Vec<_> = session.post(b"4one\x1e4two", now)?.collect();
//! assert_eq!(came, [Incoming::Text("one"), Incoming::Text("two")]);
//!
//! // 25 seconds later the client is asked whether it is still there.
//! assert_eq!(session.next_deadline(), Some(now + Duration::from_secs(25)));
//! # Ok::<(), gigline_chat::engineio::Refusal>(())
//! ```

mod config;
mod outbox;
mod packet;
mod payload;
mod refusal;
mod session;
mod sid;

pub use config::{Config, Transport};
pub use packet::{BadPacket, Packet, message};
pub use payload::{MOST_PACKETS, Packets};
pub use refusal::Refusal;
pub use session::{Get, Incoming, Pop, Posted, Sent, Session, WsId, WsOpen};
pub use sid::Sid;
