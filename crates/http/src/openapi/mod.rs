//! The API document (`OpenAPI` 3.1), made from the table of routes and from the shapes of bodies, so that it says what
//! the server does.

mod answers;
mod inputs;
mod operation;
mod parameters;
mod rooms;
mod schemas;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::body::{BODY_LIMIT, UPLOAD_LIMIT};
use crate::routes::ROUTES;

/// The document as JSON. Errors: a schema that cannot be written as JSON, which a test rules out.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    Ok(document()?.to_string())
}

fn document() -> Result<Value, serde_json::Error> {
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Gigline",
            "version": env!("CARGO_PKG_VERSION"),
            "description": introduction(),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The server that this document comes from." }],
        "paths": paths(),
        "components": {
            "schemas": schemas::all()?,
            "headers": answers::headers(),
            "securitySchemes": security_schemes(),
        },
    }))
}

fn paths() -> Map<String, Value> {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for route in ROUTES {
        let methods = paths.entry(route.path).or_default();
        methods.insert(route.method.to_ascii_lowercase(), operation::of(route));
    }
    paths.into_iter().map(|(path, methods)| (path.to_owned(), Value::Object(methods))).collect()
}

fn security_schemes() -> Value {
    json!({
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "The `session_token` of register, login or session. It wins over the cookie.",
        },
        "cookie": {
            "type": "apiKey",
            "in": "cookie",
            "name": crate::caller::COOKIE,
            "description": "Set by register, login and session. A write that it authorises is refused with 403 when \
                a page of another site made it.",
        },
        "update_token": {
            "type": "http",
            "scheme": "bearer",
            "description": "The `update_token` that came with the session.",
        },
    })
}

fn introduction() -> String {
    format!(
        "A marketplace for small jobs.\n\n\
        * A path means the same with and without its last slash. GET answers HEAD too. A method that a path does not \
        have is 405 with `Allow`.\n\
        * Bodies are JSON whatever their `Content-Type` says; unknown keys are ignored; an optional field that is null \
        counts as missing. A body may have {BODY_LIMIT} bytes, an upload {UPLOAD_LIMIT}; beyond that it is 413.\n\
        * Every error has the body `Error`, and its `code` is the stable part. Every answer has `X-Request-Id`.\n\
        * Ids are integers below 2^53 and never used twice. Users' ids stay below 1,000,000,000 and ratings' start \
        above it. A path segment that is no id is 404.\n\
        * Times are UTC and 26 characters long. Whole numbers have no fraction. Texts and lists are never null.\n\
        * Lists run from the newest page back, each page from old to new; `next_cursor` leads on and is null at the \
        end.\n\
        * What people say to one another also comes by itself, over two doors to one engine. Socket.IO (protocol 5 \
        over Engine.IO 4) at `/socket.io/`, namespace `/api/chat/`. Or a plain WebSocket at `/api/chat/`: text frames \
        `{{\"event\", \"data\", \"id\"?}}`; one with an `id` is answered `{{\"event\": \"ack\", \"id\", \"data\"}}`. The \
        session comes by header, cookie or `?token=`, on Socket.IO also as `auth: {{token}}`.\n\
        * Clients send `new_chat` {{sender_id, receiver_id}}, `join` {{chat_id}} or {{user1_id, user2_id}} with \
        `after`?, `private_message` {{chat_id}} or {{sender_id, receiver_id}} with `msg` and `client_id`?, `typing` \
        {{chat_id}} and `read` {{chat_id, seq}}. They hear `connection_succeeded`, `chat_created`, `past_history`, \
        `private_message`, `typing`, `read`, `presence`, `message_deleted`, `chat_deleted` and `failure` \
        {{event, code, message}}.\n\
        * The plain WebSocket closes with 1003 after bytes, 1007 after bad UTF-8, 1009 after more than 64 KiB, 1008 \
        after ten texts that are no event, 4001 when the session has ended, 4008 when the client reads too slowly and \
        1001 when the server goes away; after the last two reconnect, and join with `after`.\n\
        * `/api/chat/{{chat}}/events/` tells the events of one chat as server-sent events, and after a break what was \
        missed, as `Last-Event-ID` says.\n\
        * `longtitude` is spelt so for the sake of the first clients; where it goes in, `longitude` is taken too."
    )
}

#[cfg(test)]
mod tests;
