//! Parameters that come in any of the ways in which the rooms' clients send them.

use serde_json::{Map, Value};
use url::form_urlencoded;

use super::Fields;
use crate::error::ApiResult;

/// Under which names one client wraps its parameters, in a body where others have them flat.
const WRAPPERS: [&str; 2] = ["params", "data"];

impl Fields {
    /// Parameters from the query, else from a JSON or form body, else from what is wrapped in a JSON body. A number may
    /// come as a text everywhere.
    pub(crate) fn from_anywhere(query: &str, body: &[u8]) -> ApiResult<Self> {
        let mut fields = Self::from_query(query);
        for (name, value) in sent_in(body)? {
            fields.given.entry(name).or_insert(value);
        }
        Ok(fields)
    }
}

fn sent_in(body: &[u8]) -> ApiResult<Map<String, Value>> {
    match body.trim_ascii_start().first() {
        None => Ok(Map::new()),
        Some(b'{' | b'[' | b'"') => Ok(unwrapped(Fields::from_json(body)?.given)),
        Some(_) => Ok(form_urlencoded::parse(body.trim_ascii())
            .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
            .collect()),
    }
}

fn unwrapped(mut given: Map<String, Value>) -> Map<String, Value> {
    let wrapped = WRAPPERS.iter().filter_map(|name| match given.remove(*name) {
        Some(Value::Object(inner)) => Some(inner),
        _ => None,
    });
    let inner: Vec<_> = wrapped.flatten().collect();
    for (name, value) in inner {
        given.entry(name).or_insert(value);
    }
    given
}

#[cfg(test)]
mod tests {
    use gigline_domain::Fault;

    use super::*;
    use crate::error::ApiError;
    use crate::fields::{Given, text, whole};

    fn read(query: &str, body: &str) -> (Option<i64>, Option<String>) {
        let mut fields = Fields::from_anywhere(query, body.as_bytes()).unwrap();
        let own = |given: Given<'_>| text(|text| Ok::<_, Fault>(text.to_owned()))(given);
        (fields.optional("chatroomid", whole(Ok)), fields.optional("message", own))
    }

    #[test]
    fn the_query_comes_first_then_what_is_flat_then_what_is_wrapped() {
        let hi = (Some(5), Some("hi you".to_owned()));
        assert_eq!(read("chatroomid=5&message=hi%20you", ""), hi);
        assert_eq!(read("", r#" {"chatroomid":5,"message":"hi you"}"#), hi);
        assert_eq!(read("", r#"{"chatroomid":"5","message":"hi you"}"#), hi);
        assert_eq!(read("", "chatroomid=5&message=hi+you\r\n"), hi);
        assert_eq!(read("", r#"{"params":{"chatroomid":5},"data":{"message":"hi you"}}"#), hi);
        assert_eq!(read("chatroomid=5", r#"{"chatroomid":6,"data":{"message":"hi you","chatroomid":7}}"#), hi);
        assert_eq!(read("", r#"{"message":"hi you","params":{"chatroomid":5,"message":"no"}}"#), hi);
        assert_eq!(read("", r#"{"params":null,"data":"x"}"#), (None, None));
    }

    #[test]
    fn what_begins_like_json_must_be_an_object() {
        let refused = |body: &str| Fields::from_anywhere("", body.as_bytes()).unwrap_err();
        assert!(matches!(refused("{\"chatroomid\":"), ApiError::Malformed(_)));
        assert!(matches!(refused("[]"), ApiError::Invalid(_)));
    }
}
