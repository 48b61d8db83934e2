//! One operation from one row of the table of routes: nothing of it is written twice.

use serde_json::{Value, json};

use crate::openapi::{answers, parameters};
use crate::routes::{Access, Route};

/// The operation object of a route.
pub(super) fn of(route: &Route) -> Value {
    let mut operation = json!({
        "operationId": id(route),
        "tags": [tag(route)],
        "summary": route.summary,
        "description": format!("For {}.", route.access.says()),
        "security": security(route.access),
        "responses": answers::of(route),
    });
    let Some(parts) = operation.as_object_mut() else { return operation };
    let parameters = parameters::of(route);
    if !parameters.is_empty() {
        parts.insert("parameters".to_owned(), Value::Array(parameters));
    }
    let packets = (route.is_engine_io() && route.method == "POST").then_some("Packets");
    if let Some(body) = route.body.or(packets) {
        let content = json!({ answers::media(route): { "schema": super::schemas::reference(body) } });
        let required = route.method != "GET";
        parts.insert("requestBody".to_owned(), json!({ "required": required, "content": content }));
    }
    if route.is_lenient() {
        let schema = parameters::as_body(route);
        let content = json!({
            "application/json": { "schema": schema }, "application/x-www-form-urlencoded": { "schema": schema },
        });
        parts.insert("requestBody".to_owned(), json!({ "required": false, "content": content }));
    }
    operation
}

/// `jobs_list`: the handler's module and name.
pub(super) fn id(route: &Route) -> String {
    route.handler.split("::").map(str::trim).collect::<Vec<_>>().join("_")
}

fn tag(route: &Route) -> &'static str {
    route.handler.split("::").next().unwrap_or_default().trim()
}

fn security(access: Access) -> Value {
    match access {
        // With a session more may be shown.
        Access::Anyone => json!([{}, { "bearer": [] }, { "cookie": [] }]),
        Access::UpdateToken => json!([{ "update_token": [] }]),
        _ => json!([{ "bearer": [] }, { "cookie": [] }]),
    }
}
