//! The schemas of answers that are bare lists, as the rooms' clients read them.

use serde_json::{Value, json};

/// All of them by their names.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("RoomIds", json!({ "type": "array", "items": { "type": "integer", "format": "int64" } })),
        ("Usernames", usernames()),
        ("FoundUsernames", found()),
        ("RoomMessages", json!({ "type": "array", "maxItems": 50, "items": super::schemas::reference("RoomMessage") })),
    ]
}

fn usernames() -> Value {
    json!({ "type": "array", "items": { "type": "string" } })
}

fn found() -> Value {
    let none = json!({ "type": "object", "maxProperties": 0, "description": "There are none." });
    json!({ "oneOf": [{ "type": "array", "items": { "type": "string" }, "minItems": 1, "maxItems": 50 }, none] })
}
