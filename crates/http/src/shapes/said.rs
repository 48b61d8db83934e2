//! Messages as the rooms' page shows them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use gigline_domain::{Timestamp, UserId};
use gigline_persistence::records::Message;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use crate::wire::Time;

/// A message of a room.
#[derive(Serialize, ToSchema)]
#[schema(as = RoomMessage)]
struct SaidBody {
    id: i64,
    /// Its number in the room: 1, 2, 3 … in the order of commit.
    seq: i64,
    /// 0 for an erased account.
    sender_id: i64,
    /// Empty for an erased account.
    username: String,
    /// Empty if it was deleted.
    message: String,
    #[serde(rename = "createdAt")]
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
}

/// That a poll is ended, and what it would have been answered.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ended {
    pub(crate) message: &'static str,
    #[schema(value_type = Vec<SaidBody>)]
    pub(crate) messages: SaidList,
}

/// Messages of a room in their order, encoded once; clones share the text. By default none.
#[derive(Debug, Clone, Default)]
pub(crate) struct SaidList(Option<Arc<RawValue>>);

/// The smallest step of a time as it is written.
const STEP: Duration = Duration::from_micros(10);

impl SaidList {
    /// Messages with the names of those who sent them.
    pub(crate) fn new(messages: &[Message], names: &HashMap<UserId, String>) -> serde_json::Result<Self> {
        Ok(Self(Some(to_raw_value(&SaidBody::list(messages, names))?.into())))
    }
}

impl Serialize for SaidList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(text) => text.serialize(serializer),
            None => serializer.collect_seq([(); 0]),
        }
    }
}

impl SaidBody {
    /// A list of messages whose times are all different: the page keys its list by them.
    fn list(messages: &[Message], names: &HashMap<UserId, String>) -> Vec<Self> {
        let mut last: Option<Timestamp> = None;
        let shown = messages.iter().map(|message| {
            let at = last.map_or(message.at, |last| message.at.max(last.plus(STEP)));
            last = Some(at);
            Self::new(message, names, at)
        });
        shown.collect()
    }

    fn new(message: &Message, names: &HashMap<UserId, String>, at: Timestamp) -> Self {
        Self {
            id: message.id.get(),
            seq: message.seq.get(),
            sender_id: message.sender.map_or(0, UserId::get),
            username: message.sender.and_then(|sender| names.get(&sender)).cloned().unwrap_or_default(),
            message: message.text.clone(),
            created_at: Time(at),
        }
    }
}
