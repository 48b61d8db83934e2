//! Where an attachment belongs stands `{"_placeholder":true,"num":0}`, at any depth. JSON that is nested deeper than
//! `serde_json` reads (128) is taken for one that does not fit.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Whether every placeholder in `arg` points at one of `count` attachments.
pub(super) fn fits(arg: &RawValue, count: usize) -> bool {
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    Walk { count }.deserialize(&mut serde_json::Deserializer::from_str(arg.get())).is_ok()
}

#[derive(Clone, Copy)]
struct Walk {
    count: u64,
}

/// As much of a value as a placeholder's members need.
enum Seen {
    True,
    Number(u64),
    Other,
}

impl<'de> DeserializeSeed<'de> for Walk {
    type Value = Seen;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Seen, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "placeholders below {}", self.count)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Seen, E> {
        Ok(if value { Seen::True } else { Seen::Other })
    }

    fn visit_u64<E>(self, value: u64) -> Result<Seen, E> {
        Ok(Seen::Number(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Seen, A::Error> {
        while seq.next_element_seed(self)?.is_some() {}
        Ok(Seen::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen, A::Error> {
        let (mut is_placeholder, mut inside) = (false, false);
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match (key.as_ref(), map.next_value_seed(self)?) {
                ("_placeholder", seen) => is_placeholder = matches!(seen, Seen::True),
                ("num", seen) => inside = matches!(seen, Seen::Number(num) if num < self.count),
                _ => {}
            }
        }
        if is_placeholder && !inside { Err(A::Error::custom(self.count)) } else { Ok(Seen::Other) }
    }
}
