//! Chats and messages, as the repositories give them.

use gigline_domain::{ChatId, MessageId, Seq, Timestamp, UserId};

use super::Person;

/// What a chat is: two people for good, or a room that an admin fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatKind {
    /// The one chat of two people.
    Direct,
    /// A room of any number of people.
    Room,
}

/// A chat as one of its participants sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    /// Its id.
    pub id: ChatId,
    /// Of two, or a room.
    pub kind: ChatKind,
    /// Who is in it, in the order in which they joined; none for the one of a direct chat whose account is erased.
    pub users: Vec<Option<Person>>,
    /// The room's admin; none in a direct chat, or if the account is erased.
    pub admin_id: Option<UserId>,
    /// When something was last said, else when it was opened.
    pub last_at: Timestamp,
    /// The number of its newest message.
    pub last_seq: Seq,
    /// How far the viewer has read.
    pub read_seq: Seq,
    /// How many of its newest thousand messages others sent that the viewer has not read; those deleted do not count.
    pub unread: i64,
    /// Its newest messages, oldest first: in a list the last one alone.
    pub messages: Vec<Message>,
}

/// A chat in one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChatLine {
    /// Its id.
    pub id: ChatId,
    /// When something was last said, else when it was opened.
    pub last_at: Timestamp,
}

/// A message, or what is left of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id, which is also the number of its event.
    pub id: MessageId,
    /// The chat that it belongs to.
    pub chat_id: ChatId,
    /// Its number within the chat.
    pub seq: Seq,
    /// Who sent it; none if the account is erased.
    pub sender: Option<UserId>,
    /// What was said; empty if it was deleted or the sender is erased.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// What its sender's client calls it.
    pub client_id: Option<String>,
    /// Whether its text was taken away.
    pub deleted: bool,
}
