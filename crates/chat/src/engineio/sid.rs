//! The name of a session, and the secret that opens it: whoever knows it reads along.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Random bytes in a [`Sid`]: 120 bits, which make 20 characters.
const RANDOM_BYTES: usize = 15;

/// 20 characters of `A-Z`, `a-z`, `0-9`, `_` and `-`. Never logged: `Debug` does not print it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Sid(Arc<str>);

impl Sid {
    /// A new one.
    pub fn generate() -> Self {
        Self::from_random(rand::random())
    }

    /// The one that these random bytes make.
    pub fn from_random(bytes: [u8; RANDOM_BYTES]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes).into())
    }

    /// Reads the `sid` of a query; none for what was never one, which spares looking it up.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; RANDOM_BYTES] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        Some(Self::from_random(bytes))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sid[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sid_is_twenty_safe_characters_and_reads_back_as_itself() {
        let sid = Sid::generate();
        assert_eq!(sid.as_str().len(), 20);
        assert!(sid.as_str().chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'));
        assert_eq!(Sid::parse(sid.as_str()), Some(sid));
    }

    #[test]
    fn what_was_never_a_sid_is_none() {
        for text in ["", "short", "twenty characters !!", "aaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaä"] {
            assert_eq!(Sid::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn two_sids_differ_and_neither_is_printed() {
        let (one, two) = (Sid::generate(), Sid::generate());
        assert_ne!(one, two);
        assert_eq!(format!("{one:?}"), "Sid[redacted]");
    }
}
