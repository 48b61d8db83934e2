//! What people say to one another: the words of a conversation.
//!
//! A conversation is a log. It belongs to a chat ([`ChatId`]) of two people or of a room, and holds messages
//! ([`MessageId`]), each numbered by its [`Seq`] within the chat: 1, 2, 3 … without a gap, in the order in which they
//! were committed. A reader who names the last number that they have seen can be given exactly what they missed.
//! The number of a message whose text was deleted stays taken.
//!
//! ```
//! use gigline_chat::{MessageText, Seq};
//!
//! let text = MessageText::parse("  See you at nine.\n").expect("1 to 4,000 characters after trimming");
//! assert_eq!(text.as_str(), "See you at nine.");
//! assert!(MessageText::parse(" \n ").is_err());
//!
//! let first = Seq::NONE.next().expect("the first of many");
//! assert_eq!((first.get(), first > Seq::NONE), (1, true));
//! assert_eq!(Seq::parse(-1), None);
//! ```

mod close;
pub mod engine;
pub mod engineio;
pub mod frame;
pub mod socketio;
pub mod wire;

pub use close::CloseReason;
pub use frame::{Frame, declared_len};
pub use gigline_domain::{ChatId, ClientId, EventId, MessageId, MessageText, Seq};
