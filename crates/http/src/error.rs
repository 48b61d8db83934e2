//! Everything that can go wrong in a request, and the one way in which it is told: the contract's error body.

mod codes;

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use gigline_auth::{HashError, Refusal, SignInError, Throttled};
use gigline_chat::engine::AttachError;
use gigline_domain::{RatingId, RuleViolation};
use gigline_media::BlobError;
use gigline_persistence::{Conflict, StoreError};
use serde::Serialize;

pub use codes::error_codes;

/// What handlers return.
pub type ApiResult<T> = Result<T, ApiError>;

/// Why a request is not answered as it wished.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Some fields are missing, mistyped or out of range; each with its reason.
    #[error("some fields are not valid")]
    Invalid(BTreeMap<String, String>),
    /// The body is no JSON.
    #[error("the body is not valid JSON: {0}")]
    Malformed(String),
    /// The address belongs to another account.
    #[error("this email is taken")]
    EmailTaken,
    /// The username belongs to another account.
    #[error("this username is taken")]
    UsernameTaken,
    /// There is no session, or a dead one.
    #[error("a live session is needed")]
    Unauthorized,
    /// Name and password do not belong together.
    #[error("wrong email or password")]
    WrongCredentials,
    /// The session is not entitled to this.
    #[error("you may not do this")]
    Forbidden,
    /// The marketplace's rules refuse it.
    #[error("{0}")]
    Rule(RuleViolation),
    /// A page of another site tried to act on the caller's cookie.
    #[error("requests from this site are not accepted")]
    CrossSite,
    /// There is nothing here.
    #[error("not found")]
    NotFound,
    /// There is something here, but it does not take this method.
    #[error("this method is not supported here")]
    MethodNotAllowed(String),
    /// The body took too long to arrive.
    #[error("the body took too long to arrive")]
    Timeout,
    /// This person was rated already.
    #[error("you have rated this already; update rating {0}")]
    AlreadyRated(RatingId),
    /// What the caller saw is not what is there now.
    #[error("it has changed meanwhile")]
    PreconditionFailed,
    /// The body is larger than allowed.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// The headers are more than the server reads.
    #[error("the headers are larger than {0} bytes")]
    HeadersTooLarge(usize),
    /// The body ended before it was complete, or was framed wrongly.
    #[error("the body could not be read")]
    Unreadable,
    /// An idempotency key came again with another request.
    #[error("this idempotency key was used for another request")]
    KeyReused,
    /// An idempotency key came again while its first request still runs.
    #[error("the first request with this idempotency key is still running")]
    KeyRunning,
    /// A range of bytes that the file does not have.
    #[error("there are no such bytes")]
    RangeNotSatisfiable(u64),
    /// Too many of these; try again after so many seconds.
    #[error("too many requests; try again later")]
    TooMany(u64),
    /// A queue is full.
    #[error("the server is busy; try again")]
    Busy,
    /// A poll or a message for a room that the caller is not in, or that is not there.
    #[error("you are not in this room")]
    NotInRoom,
    /// Something is broken inside; the text is for the log alone.
    #[error("internal error")]
    Internal(String),
}

/// The error body of every answer.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorBody<'a> {
    pub(crate) error: &'a str,
    pub(crate) message: &'a str,
    pub(crate) code: &'static str,
    pub(crate) request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fields: Option<&'a BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rating_id: Option<i64>,
}

impl ApiError {
    /// One fault in one field.
    #[expect(clippy::needless_pass_by_value, reason = "callers have texts and faults that they are done with")]
    pub fn field(name: &str, fault: impl ToString) -> Self {
        Self::Invalid(BTreeMap::from([(name.to_owned(), fault.to_string())]))
    }

    /// The stable word that clients decide by.
    pub fn code(&self) -> &'static str {
        codes::of_error(self).0
    }

    /// The status that goes with it.
    pub fn status(&self) -> StatusCode {
        codes::of_error(self).1
    }

    /// What the answer's headers add to it.
    fn headers(&self, headers: &mut HeaderMap) {
        let mut set = |name, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        };
        match self {
            Self::Unauthorized | Self::WrongCredentials => set(header::WWW_AUTHENTICATE, "Bearer".to_owned()),
            Self::MethodNotAllowed(allowed) => set(header::ALLOW, allowed.clone()),
            Self::TooMany(seconds) => set(header::RETRY_AFTER, seconds.to_string()),
            Self::Busy | Self::KeyRunning => set(header::RETRY_AFTER, "1".to_owned()),
            Self::RangeNotSatisfiable(size) => set(header::CONTENT_RANGE, format!("bytes */{size}")),
            _ => {}
        }
    }

    /// The contract's body for this error.
    pub(crate) fn body(&self, request_id: &str) -> Vec<u8> {
        let text = self.to_string();
        let body = ErrorBody {
            error: &text,
            message: &text,
            code: self.code(),
            request_id,
            fields: if let Self::Invalid(fields) = self { Some(fields) } else { None },
            rating_id: if let Self::AlreadyRated(id) = self { Some(id.get()) } else { None },
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

impl From<RuleViolation> for ApiError {
    fn from(violation: RuleViolation) -> Self {
        Self::Rule(violation)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(_) => Self::NotFound,
            StoreError::Refused(violation) => violation.into(),
            StoreError::Conflict(Conflict::EmailTaken) => Self::EmailTaken,
            StoreError::Conflict(Conflict::UsernameTaken) => Self::UsernameTaken,
            StoreError::Conflict(Conflict::AlreadyRated(id)) => Self::AlreadyRated(id),
            StoreError::Busy => Self::Busy,
            StoreError::Unavailable(cause) => {
                log::warn!("the database is not available: {cause}");
                Self::Busy
            }
            broken @ (StoreError::Conflict(Conflict::Unique(_) | Conflict::Reference(_))
            | StoreError::Corrupt(_)
            | StoreError::Died) => Self::Internal(broken.to_string()),
        }
    }
}

impl From<AttachError> for ApiError {
    fn from(error: AttachError) -> Self {
        match error {
            AttachError::TooMany => Self::TooMany(1),
            AttachError::SessionEnded => Self::Unauthorized,
            AttachError::GoingAway => Self::Busy,
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unauthenticated => Self::Unauthorized,
            Refusal::Forbidden => Self::Forbidden,
        }
    }
}

impl From<Throttled> for ApiError {
    fn from(throttled: Throttled) -> Self {
        Self::TooMany(throttled.retry_after)
    }
}

impl From<BlobError> for ApiError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::NotFound => Self::NotFound,
            BlobError::OutOfRange { size } => Self::RangeNotSatisfiable(size),
            BlobError::Unavailable(cause) => {
                log::warn!("the picture storage is not available: {cause}");
                Self::Busy
            }
            broken @ BlobError::Settings(_) => Self::Internal(broken.to_string()),
        }
    }
}

impl From<HashError> for ApiError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::Busy,
            broken => Self::Internal(broken.to_string()),
        }
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::WrongCredentials => Self::WrongCredentials,
            SignInError::Throttled(throttled) => throttled.into(),
            SignInError::Hash(error) => error.into(),
            SignInError::Store(error) => error.into(),
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    /// The answer without its body: that is written where the request's id is known.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status());
        self.headers(response.headers_mut());
        response
    }
}
