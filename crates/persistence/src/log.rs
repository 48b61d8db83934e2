//! The log of all events: numbered without a gap and in the order of commit, for whoever tells people of them.
//!
//! A message is its own event; everything else is a notice. An event whose chat is deleted may be gone from the log, so
//! the numbers that are read have gaps; what was read up to a number never gets anything added below it.

mod clock;
mod notices;
mod read;

use gigline_domain::{ChatId, EventId, MessageId, Seq, SessionId, Timestamp, UserId};

pub(crate) use self::clock::Clock;
pub use self::notices::{KEPT_FOR, prune};
pub(crate) use self::notices::{number, record};
pub use self::read::{head, read_after, read_for};
use crate::records::Message;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEvent {
    /// Its number.
    pub eid: EventId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Happening,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// A message was sent. Read from the log it is as it is now: its text may have been deleted since.
    Message(Message),
    /// A message's sender deleted its text.
    MessageDeleted {
        /// The chat.
        chat: ChatId,
        /// The message.
        message_id: MessageId,
        /// Its number, which stays taken.
        seq: Seq,
    },
    /// A chat was opened.
    ChatCreated {
        /// The chat.
        chat: ChatId,
    },
    /// A chat was deleted, with all that was said in it.
    ChatDeleted {
        /// The chat.
        chat: ChatId,
        /// Who was in it.
        participants: Vec<UserId>,
    },
    /// Somebody came into a room.
    Joined {
        /// The room.
        chat: ChatId,
        /// Who.
        user: UserId,
    },
    /// Somebody has read on.
    Read {
        /// The chat.
        chat: ChatId,
        /// Who.
        user: UserId,
        /// Up to which message.
        seq: Seq,
    },
    /// Sessions of one account ended before their time.
    SessionsEnded {
        /// Those.
        sessions: Vec<SessionId>,
    },
    /// An account was erased; what it said is without text and sender now.
    UserErased {
        /// Whose.
        user: UserId,
        /// The chats that it was in.
        chats: Vec<ChatId>,
    },
}
