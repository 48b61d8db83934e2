//! Why a text or a number is no valid value, in words that may be shown to the person who sent it.

use std::borrow::Cow;
use std::fmt;

/// The reason that a value was refused, written to follow the name of its field: "is required".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(Cow<'static, str>);

impl Fault {
    /// A fault with a fixed wording.
    pub const fn new(reason: &'static str) -> Self {
        Self(Cow::Borrowed(reason))
    }

    /// A fault whose wording holds the limits that were missed.
    pub fn of(reason: String) -> Self {
        Self(Cow::Owned(reason))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}
