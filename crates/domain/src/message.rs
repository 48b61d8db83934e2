//! What people say to one another.

use crate::Fault;
use crate::text::TextRule;

/// A message: 1 to 4,000 characters after trimming; line breaks may stand within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageText(String);

impl MessageText {
    /// The fewest characters that it may have.
    pub const MIN: usize = 1;
    /// The most characters that it may have.
    pub const MAX: usize = 4_000;

    /// Takes a text from outside.
    pub fn parse(given: &str) -> Result<Self, Fault> {
        TextRule { min: Self::MIN, max: Self::MAX, lines: true }.take(given.trim()).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a client calls a message before it has an id, so that sending it twice says it once: 1 to 64 characters, no
/// control characters. It is compared and given back as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientId(String);

impl ClientId {
    /// The most characters that it may have.
    pub const MAX: usize = 64;

    /// Takes a name from outside.
    pub fn parse(given: &str) -> Result<Self, Fault> {
        if given.chars().any(char::is_control) {
            return Err(Fault::new("must not hold control characters"));
        }
        let fits = (1..=Self::MAX).contains(&given.chars().count());
        if fits { Ok(Self(given.to_owned())) } else { Err(Fault::new("must be 1 to 64 characters")) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_id_is_short_and_kept_as_it_came() {
        assert_eq!(ClientId::parse(" a ").as_ref().map(ClientId::as_str), Ok(" a "));
        assert!(ClientId::parse(&"é".repeat(64)).is_ok());
        for bad in ["", "a\nb", "a\0", &"x".repeat(65)] {
            assert!(ClientId::parse(bad).is_err(), "{bad:?}");
        }
    }
}
