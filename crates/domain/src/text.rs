//! The one rule for texts: bounded in characters, free of control characters, and what every text type is made of.

use crate::Fault;

/// How a text is taken.
#[derive(Clone, Copy)]
pub(crate) struct TextRule {
    pub(crate) min: usize,
    pub(crate) max: usize,
    /// Whether line breaks and tabs may stand in it; if so it is kept as given, else it is trimmed.
    pub(crate) lines: bool,
}

impl TextRule {
    /// The text as it will be stored.
    pub(crate) fn take(self, given: &str) -> Result<String, Fault> {
        let text = if self.lines { given } else { given.trim() };
        if text.chars().any(|c| c.is_control() && !(self.lines && matches!(c, '\n' | '\r' | '\t'))) {
            return Err(Fault::new("must not hold control characters"));
        }
        if !self.lines && text.chars().any(turns_text) {
            return Err(Fault::new("must not hold characters that change the direction of text"));
        }
        let length = text.chars().count();
        if length < self.min || length > self.max || (self.min > 0 && !text.chars().any(is_visible)) {
            return Err(match self.min {
                0 => Fault::of(format!("must be at most {} characters", self.max)),
                min => Fault::of(format!("must be {min} to {} characters", self.max)),
            });
        }
        Ok(text.to_owned())
    }
}

/// Marks that turn the text around them, with which one name can garble a whole card.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character shows: no space, and none of those that have no width.
fn is_visible(c: char) -> bool {
    !c.is_whitespace()
        && !matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Declares a text type: its limits in characters, and whether it may hold line breaks.
macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $min:literal ..= $max:literal, lines: $lines:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// The fewest characters that it may have.
            pub const MIN: usize = $min;
            /// The most characters that it may have.
            pub const MAX: usize = $max;

            /// Takes a text from outside; the fault says the limits that it misses.
            pub fn parse(given: &str) -> Result<Self, $crate::Fault> {
                let rule = $crate::text::TextRule { min: $min, max: $max, lines: $lines };
                rule.take(given).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}
pub(crate) use text_type;

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: TextRule = TextRule { min: 1, max: 5, lines: false };
    const PAGE: TextRule = TextRule { min: 0, max: 5, lines: true };

    #[test]
    fn a_line_is_trimmed_and_counted_in_characters() {
        assert_eq!(LINE.take("  héllo ").as_deref(), Ok("héllo"));
        assert!(LINE.take("   ").is_err());
        assert!(LINE.take("sixsix").is_err());
    }

    #[test]
    fn control_characters_are_refused_but_a_page_may_have_lines() {
        assert!(LINE.take("a\nb").is_err());
        assert!(LINE.take("a\0b").is_err());
        assert!(PAGE.take("a\0b").is_err());
        assert_eq!(PAGE.take("a\n b ").as_deref(), Ok("a\n b "));
        assert_eq!(PAGE.take("").as_deref(), Ok(""));
    }

    #[test]
    fn a_line_shows_something_and_turns_nothing_around() {
        for bad in ["\u{200b}", "\u{feff}\u{ad}", "evil\u{202e}", "\u{2067}x"] {
            assert!(LINE.take(bad).is_err(), "{bad:?}");
        }
        assert!(LINE.take("👩\u{200d}🔧").is_ok());
    }
}
