//! The document is whole: every route is in it, every reference leads somewhere, every bound is meant.

use std::collections::BTreeSet;

use super::*;
use crate::routes::Route;

fn schemas() -> Map<String, Value> {
    schemas::all().unwrap()
}

#[test]
fn the_routes_of_the_table_are_in_the_document_and_no_others() {
    let document = document().unwrap();
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        described.extend(methods.as_object().unwrap().keys().map(|method| (path.clone(), method.to_uppercase())));
    }
    let routes: BTreeSet<_> = ROUTES.iter().map(|route| (route.path.to_owned(), route.method.to_owned())).collect();
    assert_eq!(described, routes);
}

#[test]
fn bodies_and_answers_of_all_routes_have_a_schema() {
    let schemas = schemas();
    for route in ROUTES {
        for name in [route.body, route.answer].into_iter().flatten() {
            assert!(schemas.contains_key(name), "{} {}: no schema {name}", route.method, route.path);
        }
    }
}

#[test]
fn operations_have_names_of_their_own() {
    let ids: BTreeSet<_> = ROUTES.iter().map(operation::id).collect();
    assert_eq!(ids.len(), ROUTES.len());
    assert!(ids.contains("jobs_list") && ids.iter().all(|id| id.chars().all(|c| c.is_ascii_lowercase() || c == '_')));
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_referred_to() {
    let document = document().unwrap();
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    for reference in &references {
        let at = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(at).is_some(), "{reference} leads nowhere");
    }
    for name in schemas().keys() {
        assert!(references.contains(&format!("#/components/schemas/{name}")), "nothing refers to {name}");
    }
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(parts) => {
            if let Some(Value::String(reference)) = parts.get("$ref") {
                references.insert(reference.clone());
            }
            parts.values().for_each(|part| collect(part, references));
        }
        Value::Array(parts) => parts.iter().for_each(|part| collect(part, references)),
        _ => {}
    }
}

#[test]
fn required_fields_are_fields() {
    for (name, schema) in schemas() {
        let Some(required) = schema["required"].as_array() else { continue };
        for field in required.iter().filter(|_| schema.get("properties").is_some()) {
            assert!(schema["properties"].get(field.as_str().unwrap()).is_some(), "{name} has no {field}");
        }
    }
}

#[test]
fn answers_have_all_of_their_keys_always() {
    let schemas = schemas();
    for (name, nullable) in [("Job", "distance_km"), ("Asset", "job_id"), ("UserList", "next_cursor")] {
        assert!(schemas[name]["required"].as_array().unwrap().contains(&json!(nullable)), "{name}");
    }
    assert_eq!(schemas["Job"]["required"].as_array().unwrap().len(), 22);
}

#[test]
fn whoever_signs_in_gets_a_user_and_a_session_in_one() {
    let parts = schemas()["SignedIn"]["allOf"].clone();
    assert!(parts.as_array().unwrap().contains(&schemas::reference("User")), "{parts}");
    assert!(parts.as_array().unwrap().contains(&schemas::reference("Session")), "{parts}");
}

#[test]
fn bounds_are_those_of_the_domain() {
    let new = schemas()["NewJob"]["properties"].clone();
    assert_eq!(new["title"]["maxLength"], gigline_domain::JobTitle::MAX);
    assert_eq!(new["title"]["type"], "string");
    assert_eq!(new["other_notes"]["type"], json!(["string", "null"]));
    assert_eq!(schemas()["Verdict"]["properties"]["rate"]["maximum"], 5);
}

#[test]
fn refusals_follow_from_what_a_route_does() {
    let refused = |path: &str, method: &str| {
        let is = |route: &&Route| route.path == path && route.method == method;
        answers::refusals(ROUTES.iter().find(is).unwrap()).into_iter().collect::<Vec<_>>()
    };
    assert_eq!(refused("/api/job/{job}/", "GET"), [304, 404, 413, 431, 500, 503]);
    assert_eq!(refused("/api/job/{job}/", "POST"), [400, 401, 403, 404, 408, 409, 412, 413, 422, 431, 500, 503]);
    assert_eq!(refused("/api/job/{job}/", "DELETE"), [401, 403, 404, 409, 413, 431, 500, 503]);
    assert_eq!(refused("/api/session/", "POST"), [401, 413, 431, 500, 503]);
    assert_eq!(refused("/healthz", "GET"), [413, 431]);
}

#[test]
fn the_sample_picture_is_one() {
    let bytes = gigline_media::decode_base64(inputs::PIXEL, 1000).unwrap();
    assert!(bytes.starts_with(b"GIF89a"));
}
