//! Chats and messages as the API lists them; one of them looks as it does on a socket.

use gigline_chat::wire::{ChatBody, MessageBody, Time};
use gigline_persistence::Page;
use gigline_persistence::chats::ChatCursor;
use gigline_persistence::messages::History;
use gigline_persistence::records::{Chat, ChatLine};
use serde::Serialize;
use utoipa::ToSchema;

use crate::paging::encode;
use crate::shapes::bodies;

/// A chat in one line.
#[derive(Serialize, ToSchema)]
#[schema(as = SimpleChat)]
pub(crate) struct ChatLineBody {
    id: i64,
    /// When something was last said, else when it was opened.
    #[schema(value_type = String, format = DateTime, min_length = 26, max_length = 26)]
    time: Time,
}

impl From<ChatLine> for ChatLineBody {
    fn from(line: ChatLine) -> Self {
        Self { id: line.id.get(), time: Time(line.last_at) }
    }
}

/// A page of chats, each with its last message, under the one name that all lists of chats have.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChatList {
    chat: Vec<ChatBody>,
    /// Null at the end.
    next_cursor: Option<String>,
}

impl From<Page<Chat, ChatCursor>> for ChatList {
    fn from(page: Page<Chat, ChatCursor>) -> Self {
        Self { chat: bodies(page.items), next_cursor: page.next.as_ref().map(encode) }
    }
}

/// A stretch of a chat without a gap, oldest first. Deleted messages are in it, without their text.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageList {
    messages: Vec<MessageBody>,
    /// The number of the chat's newest message.
    last_seq: i64,
}

impl From<History> for MessageList {
    fn from(history: History) -> Self {
        Self { messages: history.messages.iter().map(MessageBody::from).collect(), last_seq: history.last_seq.get() }
    }
}

/// How far somebody has read.
#[derive(Serialize, ToSchema)]
#[schema(as = ReadMark)]
pub(crate) struct ReadBody {
    /// The last message that they have read, by its number; 0 for none.
    pub(crate) read_seq: i64,
}
