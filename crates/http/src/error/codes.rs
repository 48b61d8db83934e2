//! The status and the stable word of every error, in tables that the compiler holds complete.

use actix_web::http::StatusCode;
use gigline_domain::RuleViolation;

use crate::error::ApiError;

/// Writes a table of errors as the list of its words and as the function that finds one's row.
macro_rules! table {
    ($list:ident, $find:ident($of:ty) { $($error:pat => $status:ident $code:literal,)+ } $(else { $($other:pat => $found:expr,)+ })?) => {
        const $list: &[(&str, StatusCode)] = &[$(($code, StatusCode::$status),)+];

        pub(super) fn $find(error: &$of) -> (&'static str, StatusCode) {
            match error {
                $($error => ($code, StatusCode::$status),)+
                $($($other => $found,)+)?
            }
        }
    };
}

table! {
    ERRORS, of_error(ApiError) {
        ApiError::Invalid(_) => BAD_REQUEST "invalid_input",
        ApiError::Malformed(_) => BAD_REQUEST "malformed_json",
        ApiError::Unreadable => BAD_REQUEST "unreadable_body",
        ApiError::EmailTaken => BAD_REQUEST "email_taken",
        ApiError::UsernameTaken => BAD_REQUEST "username_taken",
        ApiError::Unauthorized => UNAUTHORIZED "unauthorized",
        ApiError::WrongCredentials => UNAUTHORIZED "wrong_credentials",
        ApiError::Forbidden => FORBIDDEN "forbidden",
        ApiError::CrossSite => FORBIDDEN "cross_site",
        ApiError::NotFound => NOT_FOUND "not_found",
        ApiError::MethodNotAllowed(_) => METHOD_NOT_ALLOWED "method_not_allowed",
        ApiError::Timeout => REQUEST_TIMEOUT "request_timeout",
        ApiError::AlreadyRated(_) => CONFLICT "already_rated",
        ApiError::KeyRunning => CONFLICT "idempotency_key_running",
        ApiError::PreconditionFailed => PRECONDITION_FAILED "precondition_failed",
        ApiError::TooLarge(_) => PAYLOAD_TOO_LARGE "too_large",
        ApiError::RangeNotSatisfiable(_) => RANGE_NOT_SATISFIABLE "range_not_satisfiable",
        ApiError::KeyReused => UNPROCESSABLE_ENTITY "idempotency_key_reused",
        ApiError::TooMany(_) => TOO_MANY_REQUESTS "too_many_requests",
        ApiError::HeadersTooLarge(_) => REQUEST_HEADER_FIELDS_TOO_LARGE "headers_too_large",
        ApiError::NotInRoom => INTERNAL_SERVER_ERROR "not_in_room",
        ApiError::Internal(_) => INTERNAL_SERVER_ERROR "internal",
        ApiError::Busy => SERVICE_UNAVAILABLE "busy",
    } else {
        ApiError::Rule(violation) => of_violation(violation),
    }
}

table! {
    VIOLATIONS, of_violation(RuleViolation) {
        RuleViolation::NotThePoster => FORBIDDEN "not_the_poster",
        RuleViolation::NotAParty => FORBIDDEN "not_a_party",
        RuleViolation::OwnJob => FORBIDDEN "own_job",
        RuleViolation::OwnRating => FORBIDDEN "own_rating",
        RuleViolation::RatingNeedsJob => FORBIDDEN "rating_needs_job",
        RuleViolation::OwnChat => FORBIDDEN "own_chat",
        RuleViolation::NotTheChatAdmin => FORBIDDEN "not_the_chat_admin",
        RuleViolation::JobNotOpen => CONFLICT "job_not_open",
        RuleViolation::JobNotTaken => CONFLICT "job_not_taken",
        RuleViolation::JobTaken => CONFLICT "job_taken",
        RuleViolation::JobDone => CONFLICT "job_done",
        RuleViolation::JobNotDone => CONFLICT "job_not_done",
        RuleViolation::AlreadyApplied => CONFLICT "already_applied",
        RuleViolation::PickedAlready => CONFLICT "picked_already",
    } else {
        RuleViolation::NotACandidate => of_error(&ApiError::NotFound),
    }
}

/// Every word that an error body may hold as its `code`, with the status that it comes with.
pub fn error_codes() -> impl Iterator<Item = (&'static str, u16)> {
    ERRORS.iter().chain(VIOLATIONS).map(|(code, status)| (*code, status.as_u16()))
}

#[cfg(test)]
mod tests;
