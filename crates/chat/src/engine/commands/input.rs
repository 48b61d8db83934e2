//! What clients send, taken apart: every field is checked before anything is done.

use gigline_domain::{ChatId, ClientId, MessageText, Seq, UserId};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::super::refusal::Refusal;
use super::Target;

/// A client's event, understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    NewChat { with: UserId },
    Join { target: Target, after: Option<Seq> },
    Say { target: Target, text: MessageText, client_id: Option<ClientId> },
    Typing { chat: ChatId },
    Read { chat: ChatId, seq: Seq },
}

/// The fields of an event's data. One that is null counts as missing.
pub(super) struct Fields(Map<String, Value>);

impl Request {
    /// Understands an event of `me`.
    pub(super) fn parse(event: &str, fields: &Fields, me: UserId) -> Result<Self, Refusal> {
        match event {
            "new_chat" => Ok(Self::NewChat { with: fields.other(me, "sender_id", "receiver_id")? }),
            "join" => Ok(Self::Join { target: fields.joined(me)?, after: fields.seq("after")? }),
            "private_message" => Ok(Self::Say {
                target: match fields.chat()? {
                    Some(chat) => {
                        fields.is_sender(me)?;
                        Target::Chat(chat)
                    }
                    None => Target::With(fields.other(me, "sender_id", "receiver_id")?),
                },
                text: MessageText::parse(fields.text("msg")?.ok_or_else(|| missing("msg"))?)
                    .map_err(|fault| Refusal::invalid("msg", fault))?,
                client_id: fields
                    .text("client_id")?
                    .map(|given| ClientId::parse(given).map_err(|fault| Refusal::invalid("client_id", fault)))
                    .transpose()?,
            }),
            "typing" => Ok(Self::Typing { chat: fields.chat()?.ok_or_else(|| missing("chat_id"))? }),
            "read" => Ok(Self::Read {
                chat: fields.chat()?.ok_or_else(|| missing("chat_id"))?,
                seq: fields.seq("seq")?.ok_or_else(|| missing("seq"))?,
            }),
            _ => Err(Refusal::new("unknown_event", "there is no such event")),
        }
    }
}

impl Fields {
    /// Takes data apart; without any there are no fields.
    pub(super) fn parse(data: Option<&RawValue>) -> Result<Self, Refusal> {
        let Some(data) = data else { return Ok(Self(Map::new())) };
        let fields = serde_json::from_str(data.get());
        fields.map(Self).map_err(|_error| Refusal::invalid("the data", "must be an object"))
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let number = |value: &Value| value.as_i64().ok_or_else(|| Refusal::invalid(name, "must be a whole number"));
        self.get(name).map(number).transpose()
    }

    fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        let text = |value| Value::as_str(value).ok_or_else(|| Refusal::invalid(name, "must be a text"));
        self.get(name).map(text).transpose()
    }

    fn user(&self, name: &str) -> Result<UserId, Refusal> {
        self.number(name)?.map(UserId::new).ok_or_else(|| missing(name))
    }

    fn chat(&self) -> Result<Option<ChatId>, Refusal> {
        Ok(self.number("chat_id")?.map(ChatId::new))
    }

    fn seq(&self, name: &str) -> Result<Option<Seq>, Refusal> {
        let seq = |number| Seq::parse(number).ok_or_else(|| Refusal::invalid(name, "must not be negative"));
        self.number(name)?.map(seq).transpose()
    }

    /// Whether the sender, where one is named, is `me`.
    fn is_sender(&self, me: UserId) -> Result<(), Refusal> {
        let named = self.number("sender_id")?;
        if named.is_none_or(|named| named == me.get()) { Ok(()) } else { Err(Refusal::not_yours()) }
    }

    /// The one whom `me`, who must be the first of the two, turns to.
    fn other(&self, me: UserId, sender: &str, receiver: &str) -> Result<UserId, Refusal> {
        let (sender, receiver) = (self.user(sender)?, self.user(receiver)?);
        if sender == me { Ok(receiver) } else { Err(Refusal::not_yours()) }
    }

    /// The chat of two, of whom `me` is either, or a chat by its id.
    fn joined(&self, me: UserId) -> Result<Target, Refusal> {
        if let Some(chat) = self.chat()? {
            return Ok(Target::Chat(chat));
        }
        match (self.user("user1_id")?, self.user("user2_id")?) {
            (one, other) if one == me => Ok(Target::With(other)),
            (other, one) if one == me => Ok(Target::With(other)),
            _ => Err(Refusal::not_yours()),
        }
    }
}

fn missing(name: &str) -> Refusal {
    Refusal::invalid(name, "is required")
}

#[cfg(test)]
mod tests {
    use super::super::super::refusal::Ack;
    use super::*;

    const ME: UserId = UserId::new(1);

    fn parse(event: &str, data: &str) -> Result<Request, String> {
        let data = RawValue::from_string(data.to_owned()).unwrap();
        let request = Fields::parse(Some(&data)).and_then(|fields| Request::parse(event, &fields, ME));
        request.map_err(|refusal| Ack::from(&refusal).json().to_owned())
    }

    #[test]
    fn chats_are_named_by_their_two_people_or_by_their_id() {
        let with = Target::With(UserId::new(2));
        assert_eq!(
            parse("new_chat", r#"{"sender_id":1,"receiver_id":2}"#),
            Ok(Request::NewChat { with: UserId::new(2) })
        );
        for pair in [r#"{"user1_id":1,"user2_id":2}"#, r#"{"user1_id":2,"user2_id":1,"after":null}"#] {
            assert_eq!(parse("join", pair), Ok(Request::Join { target: with, after: None }));
        }
        let after = Seq::parse(41);
        let by_id = Request::Join { target: Target::Chat(ChatId::new(7)), after };
        assert_eq!(parse("join", r#"{"chat_id":7,"after":41}"#), Ok(by_id));
    }

    #[test]
    fn nobody_speaks_for_somebody_else() {
        for (event, data) in [
            ("new_chat", r#"{"sender_id":2,"receiver_id":1}"#),
            ("private_message", r#"{"sender_id":2,"receiver_id":1,"msg":"x"}"#),
            ("private_message", r#"{"chat_id":7,"sender_id":2,"msg":"x"}"#),
            ("join", r#"{"user1_id":2,"user2_id":3}"#),
        ] {
            assert!(parse(event, data).unwrap_err().contains("forbidden"), "{event}");
        }
    }

    #[test]
    fn what_is_missing_or_mistyped_is_named() {
        for (event, data, word) in [
            ("private_message", r#"{"chat_id":7}"#, "msg is required"),
            ("private_message", r#"{"chat_id":7,"msg":"  "}"#, "msg "),
            ("private_message", r#"{"chat_id":7,"msg":5}"#, "msg must be a text"),
            ("private_message", r#"{"chat_id":7,"msg":"x","client_id":""}"#, "client_id "),
            ("private_message", r#"{"msg":"x"}"#, "sender_id is required"),
            ("typing", r#"{"chat_id":"7"}"#, "chat_id must be a whole number"),
            ("typing", r#"{"chat_id":1.5}"#, "chat_id must be a whole number"),
            ("read", r#"{"chat_id":7,"seq":-1}"#, "seq must not be negative"),
            ("read", r#"{"chat_id":7}"#, "seq is required"),
            ("join", r"[]", "the data must be an object"),
        ] {
            let refused = parse(event, data).unwrap_err();
            assert!(refused.contains("invalid_input") && refused.contains(word), "{event} {data}: {refused}");
        }
        assert!(parse("shout", "{}").unwrap_err().contains("unknown_event"));
        assert!(matches!(Fields::parse(None), Ok(Fields(none)) if none.is_empty()));
    }
}
