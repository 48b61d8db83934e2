//! What several of these files need: bodies to send, and short looks at answers.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gigline_testkit::{Actor, Answer, Client};
use serde_json::{Value, json};

/// A registration that passes, of `ann@example.org` for `ann`.
pub(crate) fn registration(name: &str) -> Value {
    json!({
        "email": format!("{name}@example.org"), "password": "correct horse", "first": "Ann", "last": "Lee",
        "phone_number": "+1 607 555 0100",
    })
}

/// `body` with `key` set to `value`; without it, if that is null.
pub(crate) fn with(mut body: Value, key: &str, value: Value) -> Value {
    let fields = body.as_object_mut().unwrap();
    match value {
        Value::Null => drop(fields.remove(key)),
        value => drop(fields.insert(key.to_owned(), value)),
    }
    body
}

/// A small picture as an upload's body.
pub(crate) fn upload() -> Value {
    json!({ "image_data": STANDARD.encode(gigline_media::drawn(1, 16, 12)) })
}

/// A job as its poster, or anybody, sees it.
pub(crate) async fn job_as(who: &Client, job: i64) -> Value {
    who.get(&format!("/api/job/{job}/")).await.expect(200).json()
}

/// `author` rates `subject`, perhaps for a job.
pub(crate) async fn rate(author: &Actor, subject: &Actor, rate: i64, job: Option<i64>) -> Answer {
    let body = json!({ "rate": rate, "description": "so it was", "job_id": job });
    author.post(&format!("/api/user/{}/rating/{}/", author.id, subject.id), &body).await
}

/// Somebody whom the testkit registered under `name`, as others refer to them.
pub(crate) fn person(who: &Actor, name: &str) -> Value {
    json!({ "id": who.id, "first": name, "last": "Tester", "username": format!("{name}.tester") })
}

/// The bytes of a text as the testkit shows bytes that are in a table.
pub(crate) fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// Whoever erased their account.
pub(crate) fn erased() -> Value {
    json!({ "id": 0, "first": "Deleted", "last": "user", "username": "" })
}

/// The answer is an error of the contract's shape: both texts the same, a code, the id of the request in body and
/// header, nothing else but what the code adds.
#[track_caller]
pub(crate) fn assert_error_shape(answer: &Answer, code: &str) {
    let body = answer.json();
    assert_eq!(answer.header("content-type"), "application/json", "{body}");
    assert_eq!(body["code"], code, "{body}");
    assert_eq!(body["error"], body["message"], "{body}");
    assert!(body["error"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    assert!(!answer.header("x-request-id").is_empty());
    assert_eq!(body["request_id"], answer.header("x-request-id"), "{body}");
    let known = ["error", "message", "code", "request_id", "fields", "rating_id"];
    assert!(body.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())), "{body}");
}
