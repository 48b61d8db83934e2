//! What people say of one another.

use crate::Fault;
use crate::text::text_type;

text_type!(/// Words to a rating; may be empty.
    RatingText, 0..=4_000, lines: true);

/// A rate: a whole number from 0 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stars(u8);

impl Stars {
    /// The best rate.
    pub const MAX: u8 = 5;

    /// Takes 0 to [`Self::MAX`].
    pub fn parse(rate: i64) -> Result<Self, Fault> {
        match u8::try_from(rate) {
            Ok(stars @ 0..=Self::MAX) => Ok(Self(stars)),
            _ => Err(Fault::new("must be a whole number from 0 to 5")),
        }
    }

    /// The number.
    pub fn get(self) -> i64 {
        i64::from(self.0)
    }
}
