//! The answers of each route: its success, and every refusal that can come of what the route does.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::openapi::schemas::reference;
use crate::routes::{Access, Route};

/// The responses object of a route.
pub(super) fn of(route: &Route) -> Map<String, Value> {
    let mut answers = Map::new();
    answers.insert(route.status.to_string(), success(route));
    if route.handler == "messages::send" {
        // Its client id was used before: the first message again.
        answers.insert("200".to_owned(), success(route));
    }
    if route.answer.is_none() {
        answers.insert("206".to_owned(), file("The range of bytes that was asked for.", &["ETag", "Content-Range"]));
    }
    if route.is_engine_io() && route.method == "GET" {
        answers.insert("101".to_owned(), json!({ "description": "A WebSocket from here on." }));
    }
    for status in refusals(route) {
        answers.insert(status.to_string(), refusal(route, status));
    }
    answers
}

/// Every status but success: what the table says, and what follows from what a route of its kind does.
pub(super) fn refusals(route: &Route) -> BTreeSet<u16> {
    let mut statuses: BTreeSet<u16> = route.refusals.iter().copied().collect();
    let with_session = !matches!(route.access, Access::Anyone | Access::UpdateToken);
    let writes = route.method != "GET";
    // Seen by the head of a request alone, whatever it asks for.
    statuses.extend([413, 431]);
    if route.access != Access::Anyone {
        statuses.insert(401);
    }
    if with_session && writes {
        // Not entitled, or made by a page of another site.
        statuses.insert(403);
    }
    if route.path.contains('{') {
        statuses.insert(404);
    }
    if route.body.is_some() || route.is_keyed() {
        statuses.extend([400, 408]);
    }
    if route.is_keyed() {
        statuses.extend([409, 422]);
    }
    if route.is_engine_io() {
        statuses.extend([400, 403]);
    }
    if route.handler != "health::alive" && route.handler != "document::get" {
        // The database may be out of reach, or its queue full.
        statuses.extend([500, 503]);
    }
    statuses
}

fn success(route: &Route) -> Value {
    let mut headers = vec!["X-Request-Id"];
    if route.refusals.contains(&304) || route.refusals.contains(&412) {
        headers.push("ETag");
    }
    if route.is_keyed() {
        headers.push("Idempotency-Replayed");
    }
    let enters = ["accounts::register", "accounts::login", "accounts::renew", "accounts::logout"];
    if enters.contains(&route.handler) || route.handler.starts_with("entry::") {
        headers.push("Set-Cookie");
    }
    match route.answer {
        None => file("The file.", &headers),
        Some(schema) => json!({
            "description": if route.status == 201 { "Done." } else { "As asked." },
            "headers": named(&headers),
            "content": { media(route): { "schema": reference(schema) } },
        }),
    }
}

/// What a route's body and its answer are written in.
pub(super) fn media(route: &Route) -> &'static str {
    if route.is_engine_io() {
        "text/plain"
    } else if route.is_stream() {
        "text/event-stream"
    } else {
        "application/json"
    }
}

fn file(says: &str, headers: &[&str]) -> Value {
    let bytes = json!({ "image/jpeg": {}, "image/png": {} });
    json!({ "description": says, "headers": named(headers), "content": bytes })
}

fn refusal(route: &Route, status: u16) -> Value {
    let mut headers = vec!["X-Request-Id"];
    match status {
        304 => {
            headers.push("ETag");
            return json!({ "description": says(status), "headers": named(&headers) });
        }
        401 => headers.push("WWW-Authenticate"),
        409 if route.is_keyed() => headers.push("Retry-After-If-Running"),
        416 => headers.push("Content-Range"),
        429 | 503 => headers.push("Retry-After"),
        _ => {}
    }
    let schema = if route.is_engine_io() && matches!(status, 400 | 403) { "EngineRefusal" } else { "Error" };
    json!({
        "description": says(status),
        "headers": named(&headers),
        "content": { "application/json": { "schema": reference(schema) } },
    })
}

fn says(status: u16) -> &'static str {
    match status {
        304 => "The client has it already.",
        400 => "The body, the query or a header is not valid; `fields` names every fault.",
        401 => "No live session, or the wrong token or password.",
        403 => "Not the caller's to do, or made by a page of another site.",
        404 => "There is no such thing.",
        408 => "The body took too long to arrive.",
        409 => "The state does not allow it.",
        412 => "It is not what the client saw any more; nothing is changed.",
        413 => "The body is too large.",
        416 => "The file has no such bytes.",
        422 => "The idempotency key was used for another request.",
        431 => "The headers are too large.",
        429 => "Too many; come back after `Retry-After` seconds.",
        503 => "Busy; come back after `Retry-After` seconds.",
        _ => "Something is broken inside; the request's id leads to its cause in the log.",
    }
}

fn named(headers: &[&str]) -> Map<String, Value> {
    let reference = |name: &&str| {
        let shown = name.strip_suffix("-If-Running").unwrap_or(name);
        (shown.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }))
    };
    headers.iter().map(reference).collect()
}

/// The headers of answers, by the names that answers refer to them by.
pub(super) fn headers() -> Value {
    let text = |says: &str, required: bool| json!({ "description": says, "required": required, "schema": { "type": "string" } });
    let seconds = |says: &str, required: bool| {
        let whole = json!({ "type": "integer", "minimum": 0 });
        json!({ "description": says, "required": required, "schema": whole })
    };
    json!({
        "X-Request-Id": text("Names this request in the server's log.", true),
        "ETag": text("The entity tag of what was answered.", false),
        "Set-Cookie": text("The cookie `session`, or its end.", true),
        "WWW-Authenticate": text("`Bearer`.", true),
        "Content-Range": text("Which bytes of how many; of how many alone where there are none.", true),
        "Idempotency-Replayed": text("`true` where an idempotency key got its first answer again.", false),
        "Retry-After": seconds("Seconds to wait.", true),
        "Retry-After-If-Running": seconds("Seconds to wait, where the key's first request still runs.", false),
    })
}
