//! `?limit=` and `?cursor=`: pages of a list, with cursors that clients pass back and do not read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gigline_domain::{ChatId, Fault, Timestamp};
use gigline_persistence::PageRequest;
use gigline_persistence::chats::ChatCursor;
use gigline_persistence::place::NearCursor;
use gigline_persistence::search::SearchCursor;

use crate::fields::{Fields, text, whole};

/// The most that a page may hold.
pub(crate) const LIMIT_MAX: usize = 500;
/// What it holds where nothing is said.
pub(crate) const LIMIT_DEFAULT: usize = 100;

/// A place in a list. Each kind of list has a prefix of its own, so that one's cursor is no good for another.
pub(crate) trait Cursor: Sized {
    fn write(&self) -> String;
    fn read(text: &str) -> Option<Self>;
}

impl Cursor for i64 {
    fn write(&self) -> String {
        format!("i{self}")
    }

    fn read(text: &str) -> Option<Self> {
        text.strip_prefix('i')?.parse().ok()
    }
}

/// By score.
impl Cursor for SearchCursor {
    fn write(&self) -> String {
        format!("s{}.{}", self.0, self.1)
    }

    fn read(text: &str) -> Option<Self> {
        let (score, id) = text.strip_prefix('s')?.split_once('.')?;
        Some((score.parse().ok()?, id.parse().ok()?))
    }
}

/// By distance; its bits, so that nothing is lost to rounding.
impl Cursor for NearCursor {
    fn write(&self) -> String {
        format!("d{}.{}", self.0.to_bits(), self.1)
    }

    fn read(text: &str) -> Option<Self> {
        let (bits, id) = text.strip_prefix('d')?.split_once('.')?;
        let distance = f64::from_bits(bits.parse().ok()?);
        distance.is_finite().then_some((distance, id.parse().ok()?))
    }
}

/// By last activity.
impl Cursor for ChatCursor {
    fn write(&self) -> String {
        format!("c{}.{}", self.last_at.micros(), self.id)
    }

    fn read(text: &str) -> Option<Self> {
        let (at, id) = text.strip_prefix('c')?.split_once('.')?;
        Some(Self { last_at: Timestamp::from_micros(at.parse().ok()?), id: ChatId::new(id.parse().ok()?) })
    }
}

/// The cursor as clients see it.
pub(crate) fn encode(cursor: &impl Cursor) -> String {
    URL_SAFE_NO_PAD.encode(cursor.write())
}

fn decode<C: Cursor>(given: &str) -> Result<C, Fault> {
    let bytes = URL_SAFE_NO_PAD.decode(given).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.and_then(|text| C::read(&text)).ok_or(Fault::new("is no cursor of this list"))
}

/// The page that a query asks for; faults are noted in the fields.
pub(crate) fn page<C: Cursor>(fields: &mut Fields) -> PageRequest<C> {
    let limit = fields.optional("limit", whole(limit));
    let after = fields.optional("cursor", text(decode));
    PageRequest { limit: limit.unwrap_or(LIMIT_DEFAULT), after }
}

/// How many a page may hold.
pub(crate) fn limit(given: i64) -> Result<usize, Fault> {
    match usize::try_from(given) {
        Ok(limit @ 1..=LIMIT_MAX) => Ok(limit),
        _ => Err(Fault::new("must be a whole number from 1 to 500")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_as_they_were() {
        assert_eq!(decode::<i64>(&encode(&42_i64)), Ok(42));
        assert_eq!(decode::<SearchCursor>(&encode(&(240_i64, 7_i64))), Ok((240, 7)));
        assert_eq!(decode::<NearCursor>(&encode(&(0.1_f64 + 0.2, 7_i64))), Ok((0.1 + 0.2, 7)));
    }

    #[test]
    fn what_is_no_cursor_of_the_list_is_refused() {
        for bad in ["", "x", "aTQyIA", &encode(&(1_i64, 2_i64)), "🎉"] {
            assert!(decode::<i64>(bad).is_err(), "{bad}");
        }
        assert!(decode::<NearCursor>(&URL_SAFE_NO_PAD.encode(format!("d{}.1", f64::NAN.to_bits()))).is_err());
    }
}
