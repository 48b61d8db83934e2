//! A message's number within its chat: never negative, and in the order of the log.

use std::fmt;

/// Counts the messages of one chat: 1 is the first, and [`Seq::NONE`] comes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(i64);

impl Seq {
    /// Before the first message: who has seen none, or a chat that has none.
    pub const NONE: Self = Self(0);
    /// After every message that there will ever be.
    pub const MAX: Self = Self(i64::MAX);

    /// Takes a number from outside; none if it is negative.
    pub fn parse(number: i64) -> Option<Self> {
        (number >= 0).then_some(Self(number))
    }

    /// The number after this one; none after the last that 64 bits can hold.
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }

    /// How many messages come after `seen` up to this one.
    pub fn since(self, seen: Self) -> i64 {
        (self.0 - seen.0).max(0)
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_begin_at_one_and_end_at_the_last() {
        assert_eq!(Seq::NONE.next().map(Seq::get), Some(1));
        assert_eq!(Seq::MAX.next(), None);
        assert_eq!((Seq::parse(0), Seq::parse(-1)), (Some(Seq::NONE), None));
    }

    #[test]
    fn what_is_unread_is_never_less_than_nothing() {
        let (five, seven) = (Seq(5), Seq(7));
        assert_eq!((seven.since(five), five.since(seven), seven.since(Seq::NONE)), (2, 0, 7));
    }
}
