//! How a request is refused, in the words that Engine.IO clients know.

/// Why a request is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No `transport`, or none of ours.
    UnknownTransport,
    /// No session of this `sid`, or it ended.
    UnknownSid,
    /// A session is opened by GET.
    BadHandshakeMethod,
    /// What this session does not expect now: another transport than its own, a second poll …
    BadRequest,
    /// The application does not let this client in.
    Forbidden,
    /// `EIO` is not 4.
    UnsupportedVersion,
    /// The body is larger than `maxPayload`. The session stays open.
    TooLarge,
}

impl Refusal {
    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::Forbidden => 403,
            Self::TooLarge => 413,
            _ => 400,
        }
    }

    /// The number that the protocol gives it; `TooLarge` has none.
    pub fn code(self) -> Option<u8> {
        match self {
            Self::UnknownTransport => Some(0),
            Self::UnknownSid => Some(1),
            Self::BadHandshakeMethod => Some(2),
            Self::BadRequest => Some(3),
            Self::Forbidden => Some(4),
            Self::UnsupportedVersion => Some(5),
            Self::TooLarge => None,
        }
    }

    /// The phrase that goes with the number, and is the whole body where a WebSocket is refused.
    pub fn message(self) -> &'static str {
        match self {
            Self::UnknownTransport => "Transport unknown",
            Self::UnknownSid => "Session ID unknown",
            Self::BadHandshakeMethod => "Bad handshake method",
            Self::BadRequest => "Bad request",
            Self::Forbidden => "Forbidden",
            Self::UnsupportedVersion => "Unsupported protocol version",
            Self::TooLarge => "Payload too large",
        }
    }

    /// The body (`application/json`) of the answer; empty where there is no code.
    pub fn body(self) -> String {
        self.code().map_or_else(String::new, |code| format!(r#"{{"code":{code},"message":"{}"}}"#, self.message()))
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_the_status_code_and_body_that_clients_know() {
        let known = [
            (Refusal::UnknownTransport, 400, r#"{"code":0,"message":"Transport unknown"}"#),
            (Refusal::UnknownSid, 400, r#"{"code":1,"message":"Session ID unknown"}"#),
            (Refusal::BadHandshakeMethod, 400, r#"{"code":2,"message":"Bad handshake method"}"#),
            (Refusal::BadRequest, 400, r#"{"code":3,"message":"Bad request"}"#),
            (Refusal::Forbidden, 403, r#"{"code":4,"message":"Forbidden"}"#),
            (Refusal::UnsupportedVersion, 400, r#"{"code":5,"message":"Unsupported protocol version"}"#),
            (Refusal::TooLarge, 413, ""),
        ];
        for (refusal, status, body) in known {
            assert_eq!((refusal.status(), refusal.body().as_str()), (status, body));
        }
    }
}
