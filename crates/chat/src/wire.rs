//! How chats and messages look in JSON, through every door: sockets, polls and the API.
//!
//! All keys are always there; texts and lists are never null. Who is erased has the id 0.

use gigline_domain::{Timestamp, UserId};
use gigline_persistence::records::{Chat, ChatKind, Message, Person};
use serde::{Serialize, Serializer};

/// A moment as text: RFC 3339 in UTC with five fraction digits, always 26 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time(pub Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Somebody, as others refer to them: the contract's `SimpleUser`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SimpleUser))]
pub struct PersonBody {
    /// 0 for an erased account.
    pub id: i64,
    /// First name.
    pub first: String,
    /// Last name.
    pub last: String,
    /// Username; empty for an erased account.
    pub username: String,
}

/// A message: the contract's `Message`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Message))]
pub struct MessageBody {
    /// Its id.
    pub id: i64,
    /// The chat that it belongs to.
    pub chat_id: i64,
    /// Its number within the chat: 1, 2, 3 … in the order of commit.
    pub seq: i64,
    /// 0 for an erased account.
    pub sender_id: i64,
    /// What was said; empty if it was deleted or its sender is erased.
    pub message: String,
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime, min_length = 26, max_length = 26))]
    pub time: Time,
    /// What its sender's client calls it; null if it gave it no name.
    pub client_id: Option<String>,
}

/// A chat as one of its participants sees it: the contract's `Chat`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Chat))]
pub struct ChatBody {
    /// Its id.
    pub id: i64,
    /// `direct` or `room`.
    pub kind: &'static str,
    /// Who is in it.
    pub users: Vec<PersonBody>,
    /// The room's admin; null in a direct chat, or if the account is erased.
    pub admin_id: Option<i64>,
    /// When something was last said, else when it was opened.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime, min_length = 26, max_length = 26))]
    pub time: Time,
    /// The number of its newest message; 0 without any.
    pub last_seq: i64,
    /// How far the caller has read.
    pub read_seq: i64,
    /// How many of its newest thousand messages the caller has not read.
    pub unread: i64,
    /// Its newest messages, oldest first.
    pub messages: Vec<MessageBody>,
}

impl PersonBody {
    /// Who is not there any more.
    pub fn erased() -> Self {
        Self { id: 0, first: "Deleted".to_owned(), last: "user".to_owned(), username: String::new() }
    }
}

impl From<Option<Person>> for PersonBody {
    fn from(person: Option<Person>) -> Self {
        let Some(person) = person else { return Self::erased() };
        Self { id: person.id.get(), first: person.first, last: person.last, username: person.username }
    }
}

impl From<&Message> for MessageBody {
    fn from(message: &Message) -> Self {
        Self {
            id: message.id.get(),
            chat_id: message.chat_id.get(),
            seq: message.seq.get(),
            sender_id: message.sender.map_or(0, UserId::get),
            message: message.text.clone(),
            time: Time(message.at),
            client_id: message.client_id.clone(),
        }
    }
}

impl From<Chat> for ChatBody {
    fn from(chat: Chat) -> Self {
        Self {
            id: chat.id.get(),
            kind: match chat.kind {
                ChatKind::Direct => "direct",
                ChatKind::Room => "room",
            },
            users: chat.users.into_iter().map(PersonBody::from).collect(),
            admin_id: chat.admin_id.map(UserId::get),
            time: Time(chat.last_at),
            last_seq: chat.last_seq.get(),
            read_seq: chat.read_seq.get(),
            unread: chat.unread,
            messages: chat.messages.iter().map(MessageBody::from).collect(),
        }
    }
}

/// A small object of numbers.
pub(crate) fn ids(fields: &[(&str, i64)]) -> String {
    let fields: Vec<_> = fields.iter().map(|(name, number)| format!("\"{name}\":{number}")).collect();
    format!("{{{}}}", fields.join(","))
}

#[cfg(test)]
mod tests {
    use gigline_domain::{ChatId, MessageId, Seq};

    use super::*;

    fn message(sender: Option<i64>) -> Message {
        Message {
            id: MessageId::new(9),
            chat_id: ChatId::new(3),
            seq: Seq::parse(2).unwrap(),
            sender: sender.map(UserId::new),
            text: "\"Nine\"?".to_owned(),
            at: Timestamp::from_micros(1_763_630_293_119_087),
            client_id: None,
            deleted: false,
        }
    }

    #[test]
    fn a_message_has_all_its_keys() {
        let json = serde_json::to_string(&MessageBody::from(&message(Some(5)))).unwrap();
        let expected = r#"{"id":9,"chat_id":3,"seq":2,"sender_id":5,"message":"\"Nine\"?","time":"2025-11-20T09:18:13.11908Z","client_id":null}"#;
        assert_eq!(json, expected);
        assert_eq!(MessageBody::from(&message(None)).sender_id, 0);
    }

    #[test]
    fn a_chat_names_even_who_is_gone() {
        let chat = Chat {
            id: ChatId::new(3),
            kind: ChatKind::Direct,
            users: vec![None],
            admin_id: None,
            last_at: Timestamp::from_micros(0),
            last_seq: Seq::NONE,
            read_seq: Seq::NONE,
            unread: 0,
            messages: Vec::new(),
        };
        let json = serde_json::to_string(&ChatBody::from(chat)).unwrap();
        let expected = r#"{"id":3,"kind":"direct","users":[{"id":0,"first":"Deleted","last":"user","username":""}],"admin_id":null,"time":"1970-01-01T00:00:00.00000Z","last_seq":0,"read_seq":0,"unread":0,"messages":[]}"#;
        assert_eq!(json, expected);
    }

    #[test]
    fn numbers_make_an_object() {
        assert_eq!(ids(&[("chat_id", 3), ("seq", 4)]), r#"{"chat_id":3,"seq":4}"#);
    }
}
