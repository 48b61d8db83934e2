//! What a job says of itself.

use crate::Fault;
use crate::text::text_type;

text_type!(/// What is to be done, in one line.
    JobTitle, 1..=200, lines: false);
text_type!(/// What is to be done, at length.
    Description, 0..=10_000, lines: true);
text_type!(/// Where, in words.
    LocationText, 0..=500, lines: true);
text_type!(/// When, in the words of the poster's client.
    DateActivity, 0..=100, lines: false);
text_type!(/// What is paid, as text: the amount, or anything else that is offered.
    Reward, 1..=100, lines: false);
text_type!(/// Which kind of job; clients compare it by exact text.
    Category, 1..=100, lines: false);
text_type!(/// What one should be able to do.
    Skills, 0..=2_000, lines: true);
text_type!(/// Anything else.
    Notes, 0..=10_000, lines: true);

/// How long a job takes, in whole minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duration(i64);

impl Duration {
    /// The longest that can be said: twenty years.
    pub const MAX: i64 = 20 * 366 * 24 * 60;

    /// Takes minutes from 0 to [`Self::MAX`].
    pub fn parse(minutes: i64) -> Result<Self, Fault> {
        if (0..=Self::MAX).contains(&minutes) {
            Ok(Self(minutes))
        } else {
            Err(Fault::of(format!("must be 0 to {} minutes", Self::MAX)))
        }
    }

    /// The minutes.
    pub fn minutes(self) -> i64 {
        self.0
    }
}
