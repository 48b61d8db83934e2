//! Why a command was refused, in the words that its sender gets, and the acknowledgement.

use std::fmt;

use gigline_domain::RuleViolation;
use gigline_persistence::StoreError;
use serde::Serialize;

use super::Event;
use super::event::json;

/// How much of an event's name a refusal repeats, in bytes.
const NAME: usize = 64;

/// What came of a command: `{"ok":true,…}` or `{"ok":false,"code","message"}`.
#[derive(Clone, PartialEq, Eq)]
pub struct Ack {
    ok: bool,
    json: String,
}

/// Why not: a stable word, and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    code: &'static str,
    message: String,
}

impl Ack {
    /// Whether it was done.
    pub fn is_ok(&self) -> bool {
        self.ok
    }

    /// The object as JSON.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// It was done. `answer` must be an object, whose fields stand beside `ok`.
    pub(super) fn done(answer: &impl Serialize) -> Self {
        #[derive(Serialize)]
        struct Done<'a, T> {
            ok: bool,
            #[serde(flatten)]
            answer: &'a T,
        }
        Self { ok: true, json: json(&Done { ok: true, answer }) }
    }
}

/// What it says is people's business.
impl fmt::Debug for Ack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ack").field("ok", &self.ok).finish_non_exhaustive()
    }
}

/// The event `failure`: `event` was refused, because of `code`; `message` is for people.
pub fn failure(event: &str, code: &str, message: &str) -> Event {
    #[derive(Serialize)]
    struct Failure<'a> {
        event: &'a str,
        code: &'a str,
        message: &'a str,
    }
    let fits = event.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= NAME).last();
    let (event, _) = event.split_at(fits.unwrap_or(0));
    Event::new("failure", &Failure { event, code, message })
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(super) fn invalid(field: &str, fault: impl fmt::Display) -> Self {
        Self::new("invalid_input", format!("{field} {fault}"))
    }

    pub(super) fn not_yours() -> Self {
        Self::new("forbidden", "nobody speaks for somebody else")
    }

    pub(super) fn not_found() -> Self {
        Self::new("not_found", "there is no such chat")
    }

    pub(super) fn busy() -> Self {
        Self::new("busy", "there is too much to do; try again in a moment")
    }

    pub(super) fn event(&self, event: &str) -> Event {
        failure(event, self.code, &self.message)
    }
}

impl From<&Refusal> for Ack {
    fn from(refusal: &Refusal) -> Self {
        #[derive(Serialize)]
        struct Refused<'a> {
            ok: bool,
            code: &'a str,
            message: &'a str,
        }
        let json = json(&Refused { ok: false, code: refusal.code, message: &refusal.message });
        Self { ok: false, json }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(gigline_persistence::Entity::User) => Self::new("not_found", "there is no such user"),
            StoreError::NotFound(_) => Self::not_found(),
            StoreError::Refused(violation) => of_violation(violation),
            StoreError::Busy => Self::busy(),
            StoreError::Conflict(_) | StoreError::Unavailable(_) | StoreError::Corrupt(_) | StoreError::Died => {
                log::error!("a socket's command failed: {error}");
                Self::new("internal", "something went wrong on our side")
            }
        }
    }
}

fn of_violation(violation: RuleViolation) -> Refusal {
    let code = match violation {
        RuleViolation::OwnChat => "own_chat",
        _ => "forbidden",
    };
    Refusal::new(code, violation.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgements_say_whether_it_was_done() {
        #[derive(Serialize)]
        struct Sent {
            seq: i64,
        }
        let (done, refused) = (Ack::done(&Sent { seq: 4 }), Ack::from(&Refusal::not_found()));
        assert_eq!((done.is_ok(), done.json()), (true, r#"{"ok":true,"seq":4}"#));
        let expected = r#"{"ok":false,"code":"not_found","message":"there is no such chat"}"#;
        assert_eq!((refused.is_ok(), refused.json()), (false, expected));
    }

    #[test]
    fn a_failure_repeats_no_more_than_a_name() {
        let event = failure(&"é".repeat(100), "unknown_event", "no");
        assert_eq!(event.name(), "failure");
        assert_eq!(event.data(), format!(r#"{{"event":"{}","code":"unknown_event","message":"no"}}"#, "é".repeat(32)));
    }
}
