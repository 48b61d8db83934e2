//! The table of errors as clients rely on it, written out once more by hand.

use std::collections::{BTreeMap, BTreeSet};

use gigline_domain::RatingId;

use super::*;

/// Every variant as clients meet it. Changing a row here breaks somebody's client.
fn every_variant() -> Vec<(ApiError, u16, &'static str)> {
    use RuleViolation as Rule;
    let text = || "a cause".to_owned();
    vec![
        (ApiError::Invalid(BTreeMap::new()), 400, "invalid_input"),
        (ApiError::Malformed(text()), 400, "malformed_json"),
        (ApiError::Unreadable, 400, "unreadable_body"),
        (ApiError::EmailTaken, 400, "email_taken"),
        (ApiError::UsernameTaken, 400, "username_taken"),
        (ApiError::Unauthorized, 401, "unauthorized"),
        (ApiError::WrongCredentials, 401, "wrong_credentials"),
        (ApiError::Forbidden, 403, "forbidden"),
        (ApiError::CrossSite, 403, "cross_site"),
        (ApiError::NotFound, 404, "not_found"),
        (ApiError::MethodNotAllowed(text()), 405, "method_not_allowed"),
        (ApiError::Timeout, 408, "request_timeout"),
        (ApiError::AlreadyRated(RatingId::new(1)), 409, "already_rated"),
        (ApiError::KeyRunning, 409, "idempotency_key_running"),
        (ApiError::PreconditionFailed, 412, "precondition_failed"),
        (ApiError::TooLarge(1), 413, "too_large"),
        (ApiError::HeadersTooLarge(1), 431, "headers_too_large"),
        (ApiError::RangeNotSatisfiable(1), 416, "range_not_satisfiable"),
        (ApiError::KeyReused, 422, "idempotency_key_reused"),
        (ApiError::TooMany(1), 429, "too_many_requests"),
        (ApiError::NotInRoom, 500, "not_in_room"),
        (ApiError::Internal(text()), 500, "internal"),
        (ApiError::Busy, 503, "busy"),
        (ApiError::Rule(Rule::NotThePoster), 403, "not_the_poster"),
        (ApiError::Rule(Rule::NotAParty), 403, "not_a_party"),
        (ApiError::Rule(Rule::OwnJob), 403, "own_job"),
        (ApiError::Rule(Rule::OwnRating), 403, "own_rating"),
        (ApiError::Rule(Rule::RatingNeedsJob), 403, "rating_needs_job"),
        (ApiError::Rule(Rule::OwnChat), 403, "own_chat"),
        (ApiError::Rule(Rule::NotTheChatAdmin), 403, "not_the_chat_admin"),
        (ApiError::Rule(Rule::NotACandidate), 404, "not_found"),
        (ApiError::Rule(Rule::JobNotOpen), 409, "job_not_open"),
        (ApiError::Rule(Rule::JobNotTaken), 409, "job_not_taken"),
        (ApiError::Rule(Rule::JobTaken), 409, "job_taken"),
        (ApiError::Rule(Rule::JobDone), 409, "job_done"),
        (ApiError::Rule(Rule::JobNotDone), 409, "job_not_done"),
        (ApiError::Rule(Rule::AlreadyApplied), 409, "already_applied"),
        (ApiError::Rule(Rule::PickedAlready), 409, "picked_already"),
    ]
}

#[test]
fn every_variant_has_its_status_and_its_word() {
    for (error, status, code) in every_variant() {
        assert_eq!((error.status().as_u16(), error.code()), (status, code), "{error:?}");
        let body: serde_json::Value = serde_json::from_slice(&error.body("a-request")).unwrap();
        assert_eq!((&body["code"], &body["error"]), (&code.into(), &body["message"]), "{error:?}");
        assert_eq!(body["request_id"], "a-request");
    }
}

#[test]
fn the_list_of_words_and_the_variants_are_the_same() {
    let listed: BTreeSet<_> = error_codes().collect();
    let met: BTreeSet<_> = every_variant().into_iter().map(|(_, status, code)| (code, status)).collect();
    assert_eq!(listed, met);
    assert_eq!(listed.len(), error_codes().count(), "a word stands there once");
}

#[test]
fn a_failure_of_ours_tells_nothing_of_the_inside() {
    let body = ApiError::Internal("SELECT secret".to_owned()).body("a-request");
    assert!(!String::from_utf8(body).unwrap().contains("SELECT"));
}
