//! What goes into an address and into headers, with types and bounds.

use gigline_domain::{Category, Circle};
use serde_json::{Value, json};

use crate::idempotency::KEY_LIMIT;
use crate::paging::{LIMIT_DEFAULT, LIMIT_MAX};
use crate::routes::Route;

/// The largest id, so that clients that keep numbers as floats keep it whole.
const LARGEST_ID: i64 = (1 << 53) - 1;

/// Everything that a request to this route may carry beside its body.
pub(super) fn of(route: &Route) -> Vec<Value> {
    let path = names_in(route.path).map(path_parameter);
    let query = route.query.iter().copied().map(query_parameter);
    path.chain(query).chain(headers(route)).collect()
}

/// The names between braces.
fn names_in(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

fn path_parameter(name: &str) -> Value {
    let says = match name {
        "user" => "A user's id.",
        "job" => "A job's id.",
        "asset" => "A picture's id.",
        "chat" => "A chat's id.",
        "message" => "A message's id.",
        "rating" => "A rating's id; above 1,000,000,000.",
        "target" => "A user's id to rate that user; a rating's id, above 1,000,000,000, to update that rating.",
        _ => "A file's name, from the address of a picture.",
    };
    let id = json!({ "type": "integer", "format": "int64", "minimum": 1, "maximum": LARGEST_ID });
    let file = json!({ "type": "string", "pattern": r"^[0-9a-f]{32}(?:-t)?\.(?:jpg|png)$" });
    let schema = if name == "name" { file } else { id };
    json!({ "name": name, "in": "path", "required": true, "description": says, "schema": schema })
}

fn query_parameter(name: &str) -> Value {
    let schema = query_schema(name);
    let says = schema.get("description").cloned().unwrap_or_default();
    json!({ "name": name, "in": "query", "required": false, "description": says, "schema": schema })
}

fn query_schema(name: &str) -> Value {
    match name {
        "limit" => json!({
            "type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT,
            "description": "How many at most.",
        }),
        "cursor" => json!({
            "type": "string",
            "description": "`next_cursor` of the page before, unread; 400 for anything that is no cursor of this list.",
        }),
        "status" => json!({
            "type": "string", "enum": ["open", "taken", "done"], "description": "Only jobs that have come this far.",
        }),
        "category" => json!({
            "type": "string", "minLength": Category::MIN, "maxLength": Category::MAX,
            "description": "Only jobs of exactly this category.",
        }),
        "EIO" => json!({ "type": "integer", "enum": [4], "description": "The version of Engine.IO." }),
        "transport" => json!({
            "type": "string", "enum": ["polling", "websocket"], "description": "How packets travel.",
        }),
        "sid" => json!({
            "type": "string", "pattern": "^[A-Za-z0-9_-]{20}$",
            "description": "The session, as its handshake named it: a secret. Without it a session is opened.",
        }),
        "after" => json!({
            "type": "integer", "format": "int64", "minimum": 0,
            "description": "Only what comes next after the message of this number.",
        }),
        "before" => json!({
            "type": "integer", "format": "int64", "minimum": 0,
            "description": "Only what comes last before the message of this number; not together with `after`.",
        }),
        "poster_id" => json!({ "type": "integer", "format": "int64", "description": "Only jobs of this user." }),
        "latitude" => json!({
            "type": "number", "minimum": -90, "maximum": 90,
            "description": "Degrees north of the circle's middle. All three of the circle, or none.",
        }),
        "longitude" => json!({
            "type": "number", "minimum": -180, "maximum": 180,
            "description": "Degrees east of the circle's middle; `longtitude` is taken too.",
        }),
        "radius_km" => json!({
            "type": "number", "exclusiveMinimum": 0, "maximum": Circle::MAX_RADIUS_KM,
            "description": "Only jobs within so many kilometres, nearest first where no words rank them.",
        }),
        "username" => json!({ "type": "string", "description": "A username, compared without regard to case." }),
        "password" => json!({
            "type": "string", "format": "password",
            "description": "Better sent in the body: what stands in an address may be kept on its way.",
        }),
        "name" => json!({ "type": "string", "description": "A part of a username, without regard to case." }),
        "chatroomid" => {
            json!({ "type": "integer", "format": "int64", "description": "A room's id, or a direct chat's." })
        }
        "message" => json!({ "type": "string", "description": "1 to 4,000 characters after trimming." }),
        "usertoadd" => json!({
            "type": ["integer", "string"], "description": "Who is to come in: an id or a username.",
        }),
        _ => json!({ "type": "string", "description": "Words to look for, in any order. Any text is just text." }),
    }
}

/// The parameters of a route that takes them from its body as well.
pub(super) fn as_body(route: &Route) -> Value {
    let properties: serde_json::Map<_, _> =
        route.query.iter().map(|name| ((*name).to_owned(), query_schema(name))).collect();
    json!({
        "type": "object",
        "properties": properties,
        "description": "What does not stand in the query; each parameter is needed in one of the two.",
    })
}

/// What the first clients send as a body beside a GET.
pub(super) fn search_fields() -> Vec<(&'static str, Value)> {
    let names = ["search", "status", "category", "poster_id", "latitude", "longitude", "radius_km"];
    names.into_iter().map(|name| (name, query_schema(name))).collect()
}

fn headers(route: &Route) -> impl Iterator<Item = Value> {
    let keyed = route.is_keyed().then(|| {
        header(
            "Idempotency-Key",
            "The same key with the same request within 24 hours gets the first answer again; with another request 422, \
                and 409 while the first still runs.",
            &json!({ "type": "string", "minLength": 1, "maxLength": KEY_LIMIT, "pattern": "^[!-~]+$" }),
        )
    });
    // What is no entity tag and no range is taken as one that nothing has, so any text will do.
    let text = || json!({ "type": "string" });
    let unless_known = route.refusals.contains(&304).then(|| {
        let says = "Entity tags that the client has; if what is there has one of them, the answer is 304.";
        header("If-None-Match", says, &text())
    });
    let only_if = route.refusals.contains(&412).then(|| {
        let says = "Entity tags of what the client saw; if what is there has none of them, nothing is changed: 412.";
        header("If-Match", says, &text())
    });
    let range = route.refusals.contains(&416).then(|| header("Range", "One range of bytes: `bytes=0-499`.", &text()));
    let resumed = route.is_stream().then(|| {
        let says = "The last `id` that the client was told: it goes on after the message of this number. It wins over `after`.";
        header("Last-Event-ID", says, &json!({ "type": "integer", "format": "int64", "minimum": 0 }))
    });
    [keyed, unless_known, only_if, range, resumed].into_iter().flatten()
}

fn header(name: &str, says: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": "header", "required": false, "description": says, "schema": schema })
}
