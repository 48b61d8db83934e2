//! What the JSON of a packet must look like. Arguments stay as they were written; only their outline is looked at.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Violation, placeholder};

/// Arguments of one packet, its name included: without a bound a megabyte of commas would become fifty of pointers.
pub const MAX_ARGS: usize = 256;

/// Names that clients' libraries give a meaning of their own.
const RESERVED: [&str; 6] =
    ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

/// The name of an event, by its first argument; a number is a name too. None: nothing that can be one.
pub fn event_name(first: &RawValue) -> Option<Cow<'_, str>> {
    let text = first.get();
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
        Some(_) => serde_json::from_str(text).ok().map(Cow::Owned),
        None => text.starts_with(|c: char| c == '-' || c.is_ascii_digit()).then_some(Cow::Borrowed(text)),
    }
}

/// Nothing, or an object.
pub(super) fn object(text: &str) -> Result<Option<&RawValue>, Violation> {
    if text.is_empty() {
        return Ok(None);
    }
    let value: &RawValue = serde_json::from_str(text).map_err(|_| Violation::Payload)?;
    if value.get().starts_with('{') { Ok(Some(value)) } else { Err(Violation::Payload) }
}

/// An array. With attachments, its placeholders must point at them.
pub(super) fn args(text: &str, attachments: Option<usize>) -> Result<Vec<&RawValue>, Violation> {
    let mut json = serde_json::Deserializer::from_str(text);
    let args = json.deserialize_seq(Args).map_err(|_| Violation::Payload)?;
    json.end().map_err(|_| Violation::Payload)?;
    match attachments {
        Some(count) if !args.iter().all(|arg| placeholder::fits(arg, count)) => Err(Violation::Attachments),
        _ => Ok(args),
    }
}

/// Arguments whose first one is a name that events may have.
pub(super) fn named(args: Vec<&RawValue>) -> Result<Vec<&RawValue>, Violation> {
    match args.first().and_then(|first| event_name(first)) {
        Some(name) if !RESERVED.contains(&name.as_ref()) => Ok(args),
        _ => Err(Violation::Payload),
    }
}

struct Args;

impl<'de> Visitor<'de> for Args {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an array of at most {MAX_ARGS} elements")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut args = Vec::new();
        while let Some(arg) = seq.next_element()? {
            if args.len() == MAX_ARGS {
                return Err(serde::de::Error::invalid_length(MAX_ARGS + 1, &self));
            }
            args.push(arg);
        }
        Ok(args)
    }
}
