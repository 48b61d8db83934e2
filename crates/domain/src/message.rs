//! What people say to one another.

use crate::Fault;
use crate::text::TextRule;

/// A message: 1 to 4,000 characters after trimming; line breaks may stand within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageText(String);

impl MessageText {
    /// Takes a text from outside.
    pub fn parse(given: &str) -> Result<Self, Fault> {
        TextRule { min: 1, max: 4_000, lines: true }.take(given.trim()).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
