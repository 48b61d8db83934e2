//! What a person is known by: address, names, telephone.

use crate::Fault;
use crate::text::{TextRule, text_type};

/// What an account may do beyond its own things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Acts as itself only.
    Member,
    /// May edit and delete anything, and never speaks as another.
    Admin,
}

text_type!(/// A first or last name, 1 to 100 characters; never empty, for clients look at its first letter.
    PersonName, 1..=100, lines: false);

/// An e-mail address as given, trimmed; two that differ only in case are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// The most bytes that it may have.
    pub const MAX: usize = 254;

    /// Takes an address of the form `local@domain`: at most 254 bytes, 64 before the sign, no white space.
    ///
    /// Whether anyone reads it only a letter can tell, so nothing finer is asked.
    pub fn parse(given: &str) -> Result<Self, Fault> {
        let text = given.trim();
        let fault = Fault::new("must be an e-mail address");
        let (local, domain) = text.rsplit_once('@').ok_or_else(|| fault.clone())?;
        let sound = text.len() <= Self::MAX
            && (1..=64).contains(&local.len())
            && !local.contains('@')
            && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
            && !text.chars().any(|c| c.is_control() || c.is_whitespace() || "()<>,;:\\\"[]".contains(c));
        if sound { Ok(Self(text.to_owned())) } else { Err(fault) }
    }

    /// The address as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it is compared by.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

/// A name to be found by: 3 to 32 of ASCII letters, digits, `_ . -`, not all digits; unique without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// The fewest characters that it may have.
    pub const MIN: usize = 3;
    /// The most characters that it may have.
    pub const MAX: usize = 32;

    /// Takes a username; the fault names the rule.
    pub fn parse(given: &str) -> Result<Self, Fault> {
        let sound = (Self::MIN..=Self::MAX).contains(&given.len())
            && given.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
            && !given.chars().all(|c| c.is_ascii_digit());
        if sound {
            Ok(Self(given.to_owned()))
        } else {
            Err(Fault::new("must be 3 to 32 letters, digits, dots, dashes or underscores, and not all digits"))
        }
    }

    /// The `attempt`-th proposal for somebody of this name: `ann.lee`, then with `salt` at its end.
    ///
    /// Letters that a username cannot hold are left out; where none remain it starts from `user`.
    pub fn propose(first: &PersonName, last: &PersonName, salt: Option<u32>) -> Self {
        let part = |name: &str| -> String {
            let words = crate::fold_words(name).concat();
            words.chars().filter(char::is_ascii_alphanumeric).take(11).collect()
        };
        let (first, last) = (part(first.as_str()), part(last.as_str()));
        let stem = match (first.is_empty(), last.is_empty()) {
            (false, false) => format!("{first}.{last}"),
            (false, true) => first,
            (true, false) => last,
            (true, true) => "user".to_owned(),
        };
        let short = stem.len() < 3 || stem.chars().all(|c| c.is_ascii_digit());
        let stem = if short { format!("user.{stem}") } else { stem };
        Self(salt.map_or_else(|| stem.clone(), |salt| format!("{stem}-{}", salt % 100_000_000)))
    }

    /// The name as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it is compared by.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// A telephone number: the text as given, and its 1 to 15 digits (ITU-T E.164) as a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    text: String,
    digits: i64,
}

impl Phone {
    /// The most characters that it may have.
    pub const MAX: usize = 32;

    /// Takes digits with the usual `+ - . / ( )` and spaces between them, at most 32 characters.
    pub fn parse(given: &str) -> Result<Self, Fault> {
        let fault = Fault::new("must be a telephone number of 1 to 15 digits");
        let text = TextRule { min: 1, max: Self::MAX, lines: false }.take(given).map_err(|_| fault.clone())?;
        if !text.chars().all(|c| c.is_ascii_digit() || " +-./()".contains(c)) {
            return Err(fault);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() > 15 {
            return Err(fault);
        }
        let digits = digits.parse().map_err(|_| fault)?;
        Ok(Self { text, digits })
    }

    /// Takes the digits alone.
    pub fn from_digits(digits: i64) -> Result<Self, Fault> {
        Self::parse(&digits.to_string())
            .ok()
            .filter(|_| digits >= 0)
            .ok_or(Fault::new("must be a telephone number of 1 to 15 digits"))
    }

    /// The text as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its digits as a number; below 10^15.
    pub fn digits(&self) -> i64 {
        self.digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_trimmed_and_compared_without_case() {
        let email = Email::parse(" Ann@Exämple.org\n").unwrap();
        assert_eq!((email.as_str(), email.key().as_str()), ("Ann@Exämple.org", "ann@exämple.org"));
        for bad in ["", "a", "@b.c", "a@", "a b@c.d", "a@b@c", "a@.c", "a@-b.c", "a,b@c.d", "a\0@c.d"] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn usernames_keep_their_letters_and_are_not_all_digits() {
        for good in ["ann", "A.n-n_1", "12a", &"x".repeat(32)] {
            assert!(Username::parse(good).is_ok(), "{good:?}");
        }
        for bad in ["", "ab", "123", "änn", "a b", "a/b", &"x".repeat(33)] {
            assert!(Username::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn every_proposed_username_is_a_valid_one() {
        let long = "Wolfeschlegelsteinhausenbergerdorff";
        for (first, last) in
            [("Ann", "Lee"), ("Zoë", "-"), ("李", "王"), ("1", "2"), ("x", "-"), (long, long), ("7", "-")]
        {
            let (first, last) = (PersonName::parse(first).unwrap(), PersonName::parse(last).unwrap());
            for salt in [None, Some(0), Some(u32::MAX)] {
                let made = Username::propose(&first, &last, salt);
                assert!(Username::parse(made.as_str()).is_ok(), "{made:?}");
            }
        }
    }

    #[test]
    fn a_phone_is_text_and_digits() {
        let phone = Phone::parse("+1 (607) 555-0100").unwrap();
        assert_eq!((phone.as_str(), phone.digits()), ("+1 (607) 555-0100", 16_075_550_100));
        assert_eq!(Phone::from_digits(6_075_550_100).unwrap().as_str(), "6075550100");
        for bad in ["", "+", "call me", "1234567890123456"] {
            assert!(Phone::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Phone::from_digits(-1).is_err());
    }
}
