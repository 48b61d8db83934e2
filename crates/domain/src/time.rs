//! Moments in UTC, counted in whole microseconds.

use std::fmt::{self, Write as _};
use std::time::Duration;

use chrono::{DateTime, Datelike, Timelike};

/// A moment: microseconds since 1970-01-01T00:00:00Z.
///
/// Its text is RFC 3339 with five fraction digits, always 26 characters, so that it also sorts as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// A moment from its microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The moment `span` later; the end of time where that overflows.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(micros_of(span)))
    }

    /// The moment `span` earlier.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(micros_of(span)))
    }

    /// How long after `earlier` this is; zero if it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn micros_of(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = DateTime::from_timestamp_micros(self.0).unwrap_or_default();
        // Digit by digit, as a page of answers holds hundreds of these and the formatter's own padding is slow.
        let year = u32::try_from(at.year()).unwrap_or(0);
        write_digits(f, [year / 1000, year / 100, year / 10, year])?;
        for (mark, number) in
            [('-', at.month()), ('-', at.day()), ('T', at.hour()), (':', at.minute()), (':', at.second())]
        {
            f.write_char(mark)?;
            write_digits(f, [number / 10, number])?;
        }
        f.write_char('.')?;
        let fraction = at.nanosecond() / 10_000;
        write_digits(f, [fraction / 10_000, fraction / 1000, fraction / 100, fraction / 10, fraction])?;
        f.write_char('Z')
    }
}

/// Writes the last decimal digit of each number.
fn write_digits<const N: usize>(f: &mut fmt::Formatter<'_>, numbers: [u32; N]) -> fmt::Result {
    numbers.into_iter().try_for_each(|number| f.write_char(char::from_digit(number % 10, 10).unwrap_or('0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_26_characters_and_five_digits() {
        let at = Timestamp::from_micros(1_763_630_293_119_087);
        assert_eq!(at.to_string(), "2025-11-20T09:18:13.11908Z");
        assert_eq!(Timestamp::from_micros(0).to_string(), "1970-01-01T00:00:00.00000Z");
        assert_eq!(Timestamp::from_micros(253_402_300_799_999_999).to_string(), "9999-12-31T23:59:59.99999Z");
    }

    #[test]
    fn since_never_goes_below_zero() {
        let (early, late) = (Timestamp::from_micros(5), Timestamp::from_micros(9));
        assert_eq!(late.since(early), Duration::from_micros(4));
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(early.plus(Duration::from_micros(4)), late);
        assert_eq!(late.minus(Duration::from_micros(4)), early);
    }
}
