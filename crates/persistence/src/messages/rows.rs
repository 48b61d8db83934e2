//! The columns of a message, and the way from its row to its record.

use gigline_domain::{ChatId, MessageId, Seq, Timestamp, UserId};

use crate::records::Message;
use crate::schema::messages;
use crate::{StoreError, StoreResult};

pub(crate) type MessageRow = (i64, i64, i64, Option<i64>, Option<String>, String, i64, bool);
pub(crate) type MessageColumns = (
    messages::id,
    messages::chat_id,
    messages::seq,
    messages::sender_id,
    messages::client_id,
    messages::text,
    messages::created_at,
    messages::deleted,
);
pub(crate) const MESSAGE: MessageColumns = (
    messages::id,
    messages::chat_id,
    messages::seq,
    messages::sender_id,
    messages::client_id,
    messages::text,
    messages::created_at,
    messages::deleted,
);

pub(crate) fn message(row: MessageRow) -> StoreResult<Message> {
    let (id, chat_id, number, sender, client_id, text, at, deleted) = row;
    Ok(Message {
        id: MessageId::new(id),
        chat_id: ChatId::new(chat_id),
        seq: seq(number)?,
        sender: sender.map(UserId::new),
        text,
        at: Timestamp::from_micros(at),
        client_id,
        deleted,
    })
}

/// A number that was stored.
pub(crate) fn seq(number: i64) -> StoreResult<Seq> {
    Seq::parse(number).ok_or_else(|| StoreError::Corrupt(format!("a message has the number {number}")))
}
