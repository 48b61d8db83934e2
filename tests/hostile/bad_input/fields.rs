//! Each field of each body with a value of the wrong type, beyond its range, or with characters that no text holds.

use gigline_testkit::{on_both, plain_job};
use serde_json::{Value, json};

use super::{Rows, Stage, lives, refused, with_body};

/// A sound body for a schema, from which one field at a time is spoilt.
fn sound(schema: &str) -> Value {
    match schema {
        "Registration" => json!({
            "email": "new@example.org", "password": "a good secret", "first": "New", "last": "One", "phone_number": "1",
        }),
        "Credentials" => json!({ "email": "ann@example.org", "password": "ann's secret" }),
        "UserPatch" => json!({
            "first": "A", "last": "B", "email": "c@example.org", "phone_number": 1, "username": "some.name",
        }),
        "Upload" => json!({ "image_data": "AAAA" }),
        "NewJob" | "JobPatch" => {
            let mut job = plain_job("Job");
            job["relevant_skills"] = json!("");
            job["other_notes"] = json!("");
            job
        }
        "NewMessage" => json!({ "message": "hello", "client_id": "one" }),
        "ReadUpto" => json!({ "seq": 1 }),
        "Verdict" => json!({ "rate": 4, "description": "" }),
        other => panic!("this test does not know the body {other}: describe it here"),
    }
}

/// Values that are wrong for a field like this one.
fn wrong(name: &str, sound: &Value) -> Vec<Value> {
    let mut wrong = vec![json!(true), json!([]), json!({}), json!(["a"]), json!({ "a": 1 })];
    let far = ["18446744073709551616", "-9223372036854775809", "1e308", "-1e308", "9007199254740993e5"];
    let far = far.iter().map(|number| serde_json::from_str::<Value>(number).unwrap());
    match name {
        "phone_number" => {
            wrong.extend(far.chain([json!(-1), json!(1.5), json!("letters"), json!("1\u{0}"), json!("")]));
        }
        "longtitude" | "latitude" => wrong.extend(far.chain([json!("1"), json!(180.5), json!(-180.5), json!("\u{0}")])),
        _ if sound.is_number() => wrong.extend(far.chain([json!(-1), json!(0.5), json!("1"), json!("\u{0}")])),
        _ => wrong.extend([json!(1), json!(0.5), json!("a\u{0}b"), json!("\u{0}"), json!("x".repeat(100_000))]),
    }
    wrong
}

on_both! {
    async fn every_field_is_refused_by_its_name(app) {
        let stage = Stage::set(&app).await;
        let rows = Rows::of(&app);
        for route in with_body() {
            let (path, schema) = (stage.path(route), route.body.unwrap());
            let sound = sound(schema);
            for (name, value) in sound.as_object().unwrap() {
                for wrong in wrong(name, value) {
                    let text = wrong.is_string();
                    let mut body = sound.clone();
                    body[name] = wrong;
                    let answer = stage.ann.post(&path, &body).await;
                    // Any text may be tried as a password; what cannot be one is merely wrong.
                    if schema == "Credentials" && text {
                        refused(&answer, 401, "wrong_credentials");
                    } else {
                        refused(&answer, 400, "invalid_input");
                        assert!(answer.json()["fields"].get(name).is_some(), "{path} {body} {}", answer.json());
                    }
                }
            }
        }
        rows.are_still(&app);
        lives(&app).await;
    }

    async fn all_missing_fields_are_named_at_once(app) {
        let stage = Stage::set(&app).await;
        for route in with_body().filter(|route| !route.body.unwrap().ends_with("Patch")) {
            let answer = stage.ann.post(&stage.path(route), &json!({})).await;
            refused(&answer, 400, "invalid_input");
            let mut required: Vec<String> = sound(route.body.unwrap()).as_object().unwrap().keys().cloned().collect();
            required.retain(|name| !matches!(name.as_str(), "relevant_skills" | "other_notes" | "client_id"));
            required.sort();
            assert_eq!(answer.faulty_fields(), required, "{}", route.path);
        }
    }

    async fn what_is_not_for_input_never_binds(app) {
        let stage = Stage::set(&app).await;
        let mut job = plain_job("Mine");
        for (name, value) in [
            ("id", json!(77_777)), ("status", json!("done")), ("taken", json!(true)), ("done", json!(true)),
            ("poster", json!([{ "id": stage.bob.id }])), ("poster_id", json!(stage.bob.id)),
            ("receiver", json!([{ "id": stage.bob.id }])), ("receiver_id", json!(stage.bob.id)), ("role", json!("admin")),
            ("date_created", json!("1970-01-01T00:00:00.00000Z")), ("__proto__", json!({ "id": 1 })),
        ] {
            job[name] = value;
        }
        let made = stage.ann.posts(&job).await.expect(201).json();
        assert_ne!(made["id"], 77_777);
        assert_eq!((&made["status"], &made["taken"], &made["receiver"]), (&json!("open"), &json!(false), &json!([])));
        assert_eq!(made["poster"][0]["id"], stage.ann.id);
        let changed = stage.ann.post(&format!("/api/job/{}/", made["id"]), &job).await.expect(201).json();
        assert_eq!((&changed["status"], &changed["id"]), (&json!("open"), &made["id"]));
        let user = json!({ "role": "admin", "admin": true, "id": 1, "password_hash": "x", "rating": { "average": 5 } });
        let _ = stage.ann.post(&format!("/api/user/{}/", stage.ann.id), &user).await.expect(200);
        assert_eq!(app.database().count("users WHERE role = 'admin'"), 0);
        let verdict = json!({ "rate": 5, "description": "", "verified": true, "poster": [{ "id": stage.ann.id }] });
        let path = format!("/api/user/{}/rating/{}/", stage.bob.id, stage.ann.id);
        assert_eq!(stage.bob.post(&path, &verdict).await.expect(201).json()["verified"], false);
    }
}
