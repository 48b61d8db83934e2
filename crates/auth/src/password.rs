//! Passwords that bcrypt can hold whole, and the hashes that are kept of them; neither ever prints itself.

use std::fmt;

use gigline_domain::Fault;

/// A password as its owner typed it: 8 to 72 bytes of UTF-8 without NUL.
///
/// bcrypt reads 72 bytes, so a longer one is refused rather than cut. It also repeats the key behind a NUL, which
/// makes `a` and `a\0a` the same key, so NUL is refused too.
pub struct Password(String);

impl Password {
    /// The fewest bytes that it may have.
    pub const MIN: usize = 8;
    /// The most bytes that it may have: bcrypt reads no more.
    pub const MAX: usize = 72;

    /// Takes the text unchanged; the fault names the rule.
    pub fn parse(given: &str) -> Result<Self, Fault> {
        if !(Self::MIN..=Self::MAX).contains(&given.len()) {
            return Err(Fault::new("must be 8 to 72 bytes long"));
        }
        if given.contains('\0') {
            return Err(Fault::new("must not contain a NUL character"));
        }
        Ok(Self(given.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password([redacted])")
    }
}

/// What is stored of a password: bcrypt's 60 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes what was stored; whether it is a hash shows when a password is checked against it.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([redacted])")
    }
}

/// bcrypt's cost: each step doubles the work; 12 takes about a quarter of a second, 4 a millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost(u32);

impl Cost {
    /// The default for servers.
    pub const STANDARD: Self = Self(12);
    /// The cheapest, for tests.
    pub const CHEAPEST: Self = Self(4);

    /// Takes a cost from 4 to 16.
    pub fn parse(given: u32) -> Result<Self, Fault> {
        if (4..=16).contains(&given) { Ok(Self(given)) } else { Err(Fault::new("must be 4 to 16")) }
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_bytes_and_its_ends_are_allowed() {
        for good in ["8 bytes!", &"x".repeat(72), "ümläut", &"ü".repeat(36)] {
            assert!(Password::parse(good).is_ok(), "{good:?}");
        }
        for bad in ["", "7 bytes", &"x".repeat(73), &"ü".repeat(37)] {
            assert!(Password::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn nul_is_refused_because_bcrypt_would_repeat_the_key() {
        assert!(Password::parse("password\0password").is_err());
        assert!(bcrypt::verify("password\0password", &bcrypt::hash("password", 4).unwrap()).unwrap(), "the reason");
    }

    #[test]
    fn nothing_prints_a_password_or_its_hash() {
        let shown =
            format!("{:?} {:?}", Password::parse("hunter22").unwrap(), PasswordHash::from_stored("$2b$".into()));
        assert_eq!(shown, "Password([redacted]) PasswordHash([redacted])");
    }

    #[test]
    fn costs_end_at_4_and_16() {
        assert_eq!(Cost::parse(4).map(Cost::get), Ok(4));
        assert_eq!(Cost::parse(16).map(Cost::get), Ok(16));
        assert!(Cost::parse(3).is_err() && Cost::parse(17).is_err());
    }
}
