//! What holds on every route: slashes, bodies, errors, ids, times, numbers, and what never comes from input.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use gigline_testkit::{Client, Method, on_both, plain_job};
use serde_json::{Value, json};

use crate::support::{assert_error_shape, job_as, registration, upload, with};

/// Every text under a key that tells a time, and every number, anywhere in a value.
fn walk(value: &Value, times: &mut Vec<String>, numbers: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let timed = ["created_at", "updated_at", "date_created", "session_expiration"].contains(&key.as_str());
                if let (true, Some(text)) = (timed, value.as_str()) {
                    times.push(text.to_owned());
                }
                walk(value, times, numbers);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, times, numbers)),
        Value::Number(number) => numbers.push(number.to_string()),
        _ => {}
    }
}

/// The answer to a request of which only the head is sent: its status and body.
fn head_alone(address: SocketAddr, head: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(format!("{head}\r\nHost: gigs.example\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap())
}

on_both! {
    async fn a_path_with_and_without_its_last_slash_is_one_route_answered_in_place(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        for slash in ["", "/"] {
            for path in
                ["/api/job", "/api/job/filter", "/api/user", "/api/asset", "/api/rating", "/api/secret", "/healthz"]
            {
                let _ = ann.get(&format!("{path}{slash}")).await.expect(200);
                let _ = ann.get(&format!("{path}{slash}?limit=1")).await.expect(200);
            }
            let job =
                ann.post(&format!("/api/user/{}/job{slash}", ann.id), &plain_job("One")).await.expect(201).number("id");
            let _ = ann.get(&format!("/api/job/{job}{slash}")).await.expect(200);
            let _ = ann.post(&format!("/api/job/{job}{slash}"), &json!({ "title": "Two" })).await.expect(201);
            let _ = bob.post_empty(&format!("/api/user/{}/job/{job}{slash}", bob.id)).await.expect(201);
            let _ = ann.post_empty(&format!("/api/job/{job}/user/{}{slash}", bob.id)).await.expect(201);
            let _ = bob.post_empty(&format!("/api/job/{job}/done{slash}")).await.expect(201);
            let picture =
                ann.post(&format!("/api/user/{}/upload{slash}", ann.id), &upload()).await.expect(201).number("id");
            let _ = ann.delete(&format!("/api/asset/{picture}{slash}")).await.expect(200);
            let new = registration(&format!("user{}", slash.len()));
            let _ = app.anyone().post(&format!("/api/register{slash}"), &new).await.expect(201);
            let _ = app.anyone().post(&format!("/api/login{slash}"), &new).await.expect(200);
        }
    }

    async fn a_body_that_parses_as_json_is_taken_whatever_it_is_called(app) {
        let ann = app.user("ann").await;
        let path = format!("{}job/", ann.path());
        let body = plain_job("Hang posters").to_string();
        let _ = ann.post_raw(&path, body.clone()).await.expect(201);
        for kind in [
            "application/json",
            "application/json; charset=utf-8",
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/octet-stream",
            "multipart/form-data",
            "nonsense",
        ] {
            let _ = ann.with("content-type", kind).post_raw(&path, body.clone()).await.expect(201);
        }
        for bad in ["", "{", "title=Hang", "{\"title\": }", "\u{feff}{}", "{} {}", "\"\\ud800\""] {
            let refused = ann.with("content-type", "application/json").post_raw(&path, bad).await.expect(400);
            assert_error_shape(&refused, "malformed_json");
        }
        let latin = ann.post_raw(&path, b"{\"title\": \"caf\xe9\"}".to_vec()).await.expect(400);
        assert_error_shape(&latin, "malformed_json");
        for bad in ["[]", "1", "null", "\"text\"", "true"] {
            assert_error_shape(&ann.post_raw(&path, bad).await.expect(400), "invalid_input");
        }
    }

    async fn a_post_that_needs_no_body_comes_with_anything_or_nothing(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let empty = ann.with("content-type", "application/json");
        for round in 0..4 {
            let post = async |who: &Client, path: String| match round {
                0 => who.post_empty(&path).await,
                1 => who.post_raw(&path, "{}").await,
                2 => who.with("content-type", "application/json").post_empty(&path).await,
                _ => who.with("content-type", "application/x-www-form-urlencoded").post_raw(&path, "{}").await,
            };
            let job = ann.posts_job("Hang posters").await;
            let _ = post(&bob, format!("{}job/{job}/", bob.path())).await.expect(201);
            let _ = post(&ann, format!("/api/job/{job}/user/{}/", bob.id)).await.expect(201);
            let _ = post(&ann, format!("/api/job/{job}/done/")).await.expect(201);
            let session = app.log_in("ann").await;
            let renewing = app.anyone().with("authorization", &format!("Bearer {}", session.update_token));
            let renewed = post(&renewing, "/api/session/".to_owned()).await.expect(200);
            let renewed = app.anyone().with("authorization", &format!("Bearer {}", renewed.text("session_token")));
            let _ = post(&renewed, "/api/logout/".to_owned()).await.expect(200);
        }
        let _ = empty.post_empty("/api/logout/").await.expect(200);
    }

    async fn errors_have_one_shape_wherever_they_come_from(app) {
        let (ann, anyone) = (app.user("ann").await, app.anyone());
        for path in
            ["/", "/api", "/api/nothing/", "/api/job/7/nothing/", "/media/nothing", "/media/", "/api/user/1/job/x/y/"]
        {
            for method in [Method::GET, Method::POST, Method::DELETE, Method::PUT] {
                let answer = anyone.send(method, path, None).await;
                assert!(
                    answer.status == 404 || (answer.status == 405 && path == "/media/nothing"),
                    "{path}: {}",
                    answer.status
                );
                assert_error_shape(&answer, if answer.status == 404 { "not_found" } else { "method_not_allowed" });
            }
        }
        let unsupported = [
            (Method::PUT, "/api/job/", "GET, HEAD"),
            (Method::PATCH, "/api/job/7/", "GET, POST, DELETE, HEAD"),
            (Method::GET, "/api/login/", "POST"),
            (Method::DELETE, "/api/secret/", "GET, HEAD"),
            (Method::POST, "/healthz", "GET, HEAD"),
        ];
        for (method, path, allowed) in unsupported {
            let answer = anyone.send(method, path, None).await.expect(405);
            assert_error_shape(&answer, "method_not_allowed");
            assert_eq!(answer.header("allow"), allowed, "{path}");
        }
        for (path, limit) in
            [(format!("/api/user/{}/job/", ann.id), 1 << 20), (format!("/api/user/{}/upload/", ann.id), 12 << 20)]
        {
            let head =
                format!("POST {path} HTTP/1.1\r\nAuthorization: Bearer {}\r\nContent-Length: {}", ann.token, limit + 1);
            let (status, body) = head_alone(app.address(), &head);
            assert_eq!((status, &body["code"], &body["error"]), (413, &json!("too_large"), &body["message"]), "{body}");
        }
        let _ = ann.get("/api/secret/").await.expect(200);
    }

    async fn a_path_names_things_by_positive_whole_numbers_alone(app) {
        let ann = app.user("ann").await;
        let bad = [
            "0",
            "-1",
            "+1",
            "1.0",
            "x",
            "1x",
            "%31%20",
            "1e3",
            "9223372036854775807",
            "9223372036854775808",
            "18446744073709551616",
            "999999999999999999999999",
            "%F0%9F%8E%89",
            "%00",
        ];
        for id in bad {
            let (me, job) = (ann.id, plain_job("One"));
            let calls: [(Method, String, Option<&Value>); 13] = [
                (Method::GET, format!("/api/user/{id}/"), None),
                (Method::GET, format!("/api/job/{id}/"), None),
                (Method::GET, format!("/api/rating/{id}/"), None),
                (Method::GET, format!("/api/asset/{id}/"), None),
                (Method::DELETE, format!("/api/job/{id}/"), None),
                (Method::DELETE, format!("/api/rating/{id}/"), None),
                (Method::DELETE, format!("/api/asset/{id}/"), None),
                (Method::POST, format!("/api/job/{id}/"), Some(&job)),
                (Method::POST, format!("/api/job/{id}/done/"), None),
                (Method::POST, format!("/api/user/{me}/job/{id}/"), None),
                (Method::DELETE, format!("/api/user/{me}/job/{id}/"), None),
                (Method::POST, format!("/api/job/{id}/user/{me}/"), None),
                (Method::POST, format!("/api/job/{id}/upload/"), Some(&job)),
            ];
            for (method, path, body) in calls {
                let answer = ann.send(method, &path, body.map(|body| body.to_string().into_bytes())).await;
                assert_eq!(answer.status, 404, "{path}: {}", String::from_utf8_lossy(&answer.body));
                assert_error_shape(&answer, "not_found");
            }
        }
    }

    async fn times_have_26_characters_and_whole_numbers_no_fraction(app) {
        app.clock().advance(Duration::from_micros(1_119_080));
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let job = ann.completes_with(&bob, "Hang posters").await;
        let placed = with(with(plain_job("There"), "longtitude", json!(-76.0)), "latitude", json!(42.0));
        let _ = ann.posts(&placed).await.expect(201);
        let _ = ann.rates(&bob, 4).await.expect(201);
        let _ = ann.uploads(&gigline_media::drawn(1, 16, 12)).await.expect(201);
        let paths = [
            "/api/user/".to_owned(),
            "/api/job/".to_owned(),
            "/api/rating/".to_owned(),
            "/api/asset/".to_owned(),
            format!("/api/job/{job}/"),
            "/api/job/?latitude=42&longitude=-76&radius_km=1".to_owned(),
        ];
        let (mut times, mut numbers) = (Vec::new(), Vec::new());
        for path in paths {
            walk(&app.anyone().get(&path).await.expect(200).json(), &mut times, &mut numbers);
        }
        walk(
            &app.anyone().post("/api/register/", &registration("cleo")).await.expect(201).json(),
            &mut times,
            &mut numbers,
        );
        assert!(
            times.len() > 10 && times.iter().all(|time| time.len() == 26 && time.ends_with("09:00:01.11908Z")),
            "{times:?}"
        );
        assert!(numbers.iter().all(|number| !number.ends_with(".0")), "{numbers:?}");
        assert!(numbers.contains(&"-76".to_owned()) && numbers.contains(&"4".to_owned()));
    }

    async fn what_a_thing_is_never_comes_from_input(app) {
        let claims = json!({
            "id": 7, "role": "admin", "admin": true, "is_admin": true, "token": "x", "username": "root",
            "password_hash": "x", "status": "done", "taken": true, "done": true, "poster_id": 7, "receiver_id": 7,
            "poster": [{ "id": 7 }], "receiver": [{ "id": 7 }], "created_at": "x", "date_created": "x",
            "potential": [7], "potential_count": 7, "user_id": 7, "verified": true, "nonsense": {},
        });
        let claiming = |mut body: Value| {
            for (key, value) in claims.as_object().unwrap() {
                body[key] = value.clone();
            }
            body
        };
        let ann = app.anyone().post("/api/register/", &claiming(registration("ann"))).await.expect(201);
        assert_eq!((ann.number("id"), ann.text("username")), (1, "ann.lee".to_owned()));
        let (bob, me) =
            (app.user("bob").await, app.anyone().with("authorization", &format!("Bearer {}", ann.text("token"))));
        assert_eq!(me.get(&bob.path()).await.expect(200).text("email"), "", "not an admin's eyes");
        let mut patch = claims.clone();
        patch["username"] = json!("ann");
        let _ = me.post("/api/user/1/", &patch).await.expect(200);
        assert_eq!(me.get(&bob.path()).await.expect(200).text("email"), "");

        let job = me.post("/api/user/1/job/", &claiming(plain_job("One"))).await.expect(201).json();
        let id = job["id"].as_i64().unwrap();
        let _ = me.post(&format!("/api/job/{id}/"), &claims).await.expect(201);
        let shown = job_as(&me, id).await;
        assert_eq!((&shown, &shown["status"], &shown["taken"]), (&job, &json!("open"), &json!(false)));
        assert_eq!((&shown["id"], &shown["poster"][0]["id"], &shown["receiver"]), (&json!(1), &json!(1), &json!([])));
    }

    async fn head_answers_as_get_does_without_the_body(app) {
        let ann = app.user("ann").await;
        let job = ann.posts_job("Hang posters").await;
        for (path, status) in
            [(format!("/api/job/{job}/"), 200), ("/api/job/".to_owned(), 200), ("/api/job/7/".to_owned(), 404)]
        {
            let (head, get) =
                (app.anyone().head(&path).await.expect(status), app.anyone().get(&path).await.expect(status));
            assert_eq!(
                (head.body.len(), head.header("etag"), head.header("content-type")),
                (0, get.header("etag"), get.header("content-type"))
            );
        }
    }

    async fn every_answer_has_a_request_id_of_its_own(app) {
        let anyone = app.anyone();
        let mut ids = Vec::new();
        for path in ["/api/job/", "/api/job/", "/api/job/7/", "/nothing", "/healthz"] {
            let answer = anyone.with("x-request-id", "mine").get(path).await;
            ids.push(answer.header("x-request-id"));
        }
        ids.sort();
        ids.dedup();
        assert!(ids.len() == 5 && ids.iter().all(|id| id.len() == 16), "{ids:?}");
    }
}
