//! The schemas by name: the shapes of answers as the code declares them, what goes in, and the error.

use gigline_chat::wire::{ChatBody, MessageBody};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use crate::error::error_codes;
use crate::openapi::{inputs, rooms};
use crate::shapes::{
    AssetBody, AssetList, ChatList, Ended, JobBody, JobList, MessageList, NoticeBody, RatingBody, RatingList, ReadBody,
    RoomAccount, RoomBody, RoomId, RoomSignedIn, SessionBody, SignedIn, UserBody, UserList,
};

/// A reference to one of the schemas.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// All schemas by their names.
pub(super) fn all() -> Result<Map<String, Value>, serde_json::Error> {
    let mut schemas = Map::new();
    for (name, shape) in shapes() {
        let mut schema = serde_json::to_value(shape)?;
        require_all(&mut schema);
        schemas.insert(name, schema);
    }
    schemas.extend(inputs::all().into_iter().map(|(name, schema)| (name.to_owned(), schema)));
    schemas.extend(rooms::all().into_iter().map(|(name, schema)| (name.to_owned(), schema)));
    schemas.insert("Error".to_owned(), error());
    schemas.insert("EngineRefusal".to_owned(), engine_refusal());
    schemas.insert("Packets".to_owned(), packets());
    schemas.insert("EventStream".to_owned(), event_stream());
    // What it describes is this document itself.
    schemas.insert("Document".to_owned(), json!({ "type": "object", "required": ["openapi", "paths"] }));
    Ok(schemas)
}

/// The shapes of answers, and those that they are made of.
fn shapes() -> Vec<(String, RefOr<Schema>)> {
    fn add<T: ToSchema>(all: &mut Vec<(String, RefOr<Schema>)>) {
        all.push((T::name().into_owned(), T::schema()));
        T::schemas(all);
    }
    let mut all = Vec::new();
    add::<NoticeBody>(&mut all);
    add::<SignedIn>(&mut all);
    add::<SessionBody>(&mut all);
    add::<UserBody>(&mut all);
    add::<UserList>(&mut all);
    add::<JobBody>(&mut all);
    add::<JobList>(&mut all);
    add::<AssetBody>(&mut all);
    add::<AssetList>(&mut all);
    add::<RatingBody>(&mut all);
    add::<RatingList>(&mut all);
    add::<ChatBody>(&mut all);
    add::<MessageBody>(&mut all);
    add::<ChatList>(&mut all);
    add::<MessageList>(&mut all);
    add::<ReadBody>(&mut all);
    add::<RoomAccount>(&mut all);
    add::<RoomSignedIn>(&mut all);
    add::<RoomId>(&mut all);
    add::<RoomBody>(&mut all);
    add::<Ended>(&mut all);
    all
}

/// Answers always have all of their keys, those that may be null too.
fn require_all(schema: &mut Value) {
    match schema {
        Value::Object(parts) => {
            if let Some(Value::Object(properties)) = parts.get("properties") {
                let names: Vec<Value> = properties.keys().map(|name| json!(name)).collect();
                parts.insert("required".to_owned(), Value::Array(names));
            }
            parts.values_mut().for_each(require_all);
        }
        Value::Array(parts) => parts.iter_mut().for_each(require_all),
        _ => {}
    }
}

fn packets() -> Value {
    json!({
        "type": "string",
        "description": "Packets of Engine.IO 4, separated by U+001E; bytes as `b` and base64. A POST that was taken is \
            answered `ok`.",
    })
}

fn event_stream() -> Value {
    json!({
        "type": "string",
        "description": "Blocks of server-sent events, without an end. First `connection_succeeded`, whose `id` is the number of \
            the message that it goes on after; then `private_message`, whose `data` is a Message and whose `id` its number, \
            `message_deleted`, `read`, `typing`, and last of all `chat_deleted`, or `failure` once the session has ended.",
    })
}

fn engine_refusal() -> Value {
    json!({
        "type": "object",
        "description": "How Engine.IO refuses: 0 no such transport, 1 no such session, 2 opened by another method than \
            GET, 3 not now, 4 not you, 5 another version than 4.",
        "required": ["code", "message"],
        "properties": {
            "code": { "type": "integer", "minimum": 0, "maximum": 5 },
            "message": { "type": "string", "description": "For people." },
        },
    })
}

fn error() -> Value {
    let text = |says: &str| json!({ "type": "string", "description": says });
    let codes: Vec<&str> = error_codes().map(|(code, _)| code).collect();
    json!({
        "type": "object",
        "description": "What every refusal and every failure says.",
        "required": ["error", "message", "code", "request_id"],
        "properties": {
            "error": text("For people; may change."),
            "message": text("The same, under the name that other clients look for."),
            "code": { "type": "string", "enum": codes, "description": "Stable; for programs to decide by." },
            "request_id": text("Names this request in the server's log."),
            "fields": {
                "type": "object",
                "additionalProperties": { "type": "string" },
                "description": "With `invalid_input`: every field that is wrong, and why.",
            },
            "rating_id": {
                "type": "integer", "format": "int64",
                "description": "With `already_rated`: the rating to update instead.",
            },
        },
    })
}
