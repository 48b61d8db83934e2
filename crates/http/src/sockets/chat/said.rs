//! What a client says on the plain WebSocket: `{"event", "data", "id"?}`.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// The longest id of a frame that is a text, in characters.
const LONGEST_ID: usize = 64;
/// The largest that is a number: 2^53 - 1, which JavaScript keeps whole.
const LARGEST_ID: u64 = (1 << 53) - 1;

/// A frame of a client's.
#[derive(Debug, Deserialize)]
pub(super) struct Said<'a> {
    #[serde(borrow)]
    pub(super) event: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Id<'a> {
    Number(u64),
    #[serde(borrow)]
    Text(Cow<'a, str>),
}

impl<'a> Said<'a> {
    /// Reads a frame. Errors: what is wrong with it, for people.
    pub(super) fn parse(text: &'a str) -> Result<Self, String> {
        let said: Self = serde_json::from_str(text).map_err(|error| format!("this is no event: {error}"))?;
        if said.id.is_none_or(is_id) {
            Ok(said)
        } else {
            Err(format!("an id is a whole number up to {LARGEST_ID} or a text of up to {LONGEST_ID} characters"))
        }
    }

    /// The id as JSON, if an answer is wanted.
    pub(super) fn id(&self) -> Option<&'a str> {
        self.id.map(RawValue::get)
    }
}

fn is_id(id: &RawValue) -> bool {
    match serde_json::from_str(id.get()) {
        Ok(Id::Number(number)) => number <= LARGEST_ID,
        Ok(Id::Text(text)) => text.chars().count() <= LONGEST_ID,
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_a_name_and_perhaps_data_and_an_id() {
        let said = Said::parse(r#"{"id":0,"data":{"chat_id":3},"event":"ty\u0070ing","more":1}"#).unwrap();
        assert_eq!(
            (&*said.event, said.data.map(RawValue::get), said.id()),
            ("typing", Some(r#"{"chat_id":3}"#), Some("0"))
        );
        let said = Said::parse(r#"{"event":"join","data":null,"id":"a\n"}"#).unwrap();
        assert_eq!((said.data.is_none(), said.id()), (true, Some(r#""a\n""#)));
        assert_eq!(Said::parse(r#"{"event":"join","id":null}"#).unwrap().id(), None);
    }

    #[test]
    fn what_is_no_event_is_told_so() {
        let long = format!(r#"{{"event":"join","id":"{}"}}"#, "x".repeat(LONGEST_ID + 1));
        let large = format!(r#"{{"event":"join","id":{}}}"#, LARGEST_ID + 1);
        for bad in [
            "",
            "hello",
            "[]",
            "{}",
            r#"{"event":1}"#,
            r#"{"event":"join","id":-1}"#,
            r#"{"event":"join","id":1.5}"#,
            r#"{"event":"join","id":[]}"#,
            &long,
            &large,
        ] {
            assert!(Said::parse(bad).is_err(), "{bad}");
        }
    }
}
