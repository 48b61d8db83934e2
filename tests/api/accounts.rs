//! Registering: what is taken, what is refused, and the name that everyone gets.

use gigline_testkit::on_both;
use serde_json::{Value, json};

use crate::support::{assert_error_shape, registration, with};

on_both! {
    async fn registering_answers_the_whole_user_with_a_session(app) {
        let answer = app.anyone().post("/api/register/", &registration("ann")).await.expect(201);
        let body = answer.json();
        assert_eq!(
            (&body["email"], &body["first"], &body["last"]),
            (&json!("ann@example.org"), &json!("Ann"), &json!("Lee"))
        );
        assert_eq!((&body["phone"], &body["phone_number"]), (&json!("+1 607 555 0100"), &json!(16_075_550_100_i64)));
        assert_eq!(body["created_at"], "2026-11-20T09:00:00.00000Z");
        assert_eq!(body["session_expiration"], "2026-11-21T09:00:00.00000Z");
        assert_eq!(body["token"], body["session_token"]);
        assert_eq!(Some(body["token"].as_str().unwrap()), answer.cookie("session").as_deref());
        let lists = [
            "assets",
            "job_as_poster",
            "job_as_receiver",
            "job_as_potential",
            "rating_as_poster",
            "rating_as_postee",
            "chats",
            "messages",
        ];
        for list in lists {
            assert_eq!(body[list], json!([]), "{list}");
        }
        assert_eq!(body["rating"], json!({ "average": null, "count": 0, "verified_count": 0 }));
        assert_eq!(body.as_object().unwrap().len(), 21, "{body}");
        let _ = app.anyone().with_cookie(&answer.text("token")).get("/api/secret/").await.expect(200);
    }

    async fn all_faults_of_a_registration_are_told_at_once(app) {
        let all = ["email", "first", "last", "password", "phone_number"];
        let nothing = app.anyone().post("/api/register/", &json!({})).await.expect(400);
        assert_error_shape(&nothing, "invalid_input");
        assert_eq!(nothing.faulty_fields(), all);
        assert_eq!(nothing.json()["fields"]["first"], "is required");
        let nulls: Value = all.iter().map(|key| ((*key).to_owned(), Value::Null)).collect();
        assert_eq!(app.anyone().post("/api/register/", &nulls).await.expect(400).faulty_fields(), all);
        let mistyped = json!({ "email": 1, "first": [], "last": {}, "password": true, "phone_number": 1.5 });
        assert_eq!(app.anyone().post("/api/register/", &mistyped).await.expect(400).faulty_fields(), all);
        let bad =
            json!({ "email": "ann", "first": " ", "last": "a\nb", "password": "short", "phone_number": "call me" });
        assert_eq!(app.anyone().post("/api/register/", &bad).await.expect(400).faulty_fields(), all);
        assert_eq!(app.database().count("users"), 0);
    }

    async fn an_address_is_trimmed_and_taken_in_any_case(app) {
        let padded = with(registration("x"), "email", json!("  Ann@Example.org\n"));
        let ann = app.anyone().post("/api/register/", &padded).await.expect(201);
        assert_eq!(ann.text("email"), "Ann@Example.org");
        for again in ["Ann@Example.org", "ann@example.org", " ANN@EXAMPLE.ORG "] {
            let answer = app.anyone().post("/api/register/", &with(registration("x"), "email", json!(again))).await;
            assert_error_shape(&answer.expect(400), "email_taken");
        }
        assert_eq!(app.database().count("users"), 1);
    }

    async fn a_password_has_8_to_72_bytes(app) {
        let lengths: [(usize, &str, u16); 8] = [
            (7, "a", 400),
            (8, "a", 201),
            (72, "a", 201),
            (73, "a", 400),
            (4, "ü", 201),
            (36, "ü", 201),
            (37, "ü", 400),
            (24, "€", 201),
        ];
        for (n, (times, letter, status)) in lengths.into_iter().enumerate() {
            let password = letter.repeat(times);
            let body = with(registration(&format!("user{n}")), "password", json!(password));
            let answer = app.anyone().post("/api/register/", &body).await.expect(status);
            if status == 400 {
                assert_eq!(answer.faulty_fields(), ["password"]);
                continue;
            }
            let login = |password: &str| json!({ "email": format!("user{n}@example.org"), "password": password });
            let _ = app.anyone().post("/api/login/", &login(&password)).await.expect(200);
            // Every byte counts, the last one too.
            let cut = password.strip_suffix(letter).unwrap();
            let _ = app.anyone().post("/api/login/", &login(cut)).await.expect(401);
            let _ = app.anyone().post("/api/login/", &login(&format!("{password}x"))).await.expect(401);
        }
    }

    async fn a_telephone_number_comes_as_text_or_as_an_integer(app) {
        let cases = [
            (json!("+1 (607) 555-0100"), "+1 (607) 555-0100", 16_075_550_100_i64),
            (json!(6_075_550_100_i64), "6075550100", 6_075_550_100),
            (json!("0049 30 1"), "0049 30 1", 49_301),
            (json!(42.0), "42", 42),
        ];
        for (n, (given, phone, digits)) in cases.into_iter().enumerate() {
            let body = with(registration(&format!("user{n}")), "phone_number", given);
            let made = app.anyone().post("/api/register/", &body).await.expect(201).json();
            assert_eq!((&made["phone"], &made["phone_number"]), (&json!(phone), &json!(digits)));
        }
        for bad in [
            json!(""),
            json!("+"),
            json!(-1),
            json!(1.5),
            json!("1234567890123456"),
            json!(1e15),
            json!([1]),
            json!(true),
        ] {
            let body = with(registration("nobody"), "phone_number", bad.clone());
            assert_eq!(
                app.anyone().post("/api/register/", &body).await.expect(400).faulty_fields(),
                ["phone_number"],
                "{bad}"
            );
        }
    }

    async fn the_username_is_made_from_the_name_and_is_never_shared(app) {
        let names = [
            ("Ann", "Lee", "ann.lee"),
            ("Zoë", "D'Arc", "zoe.darc"),
            ("李", "王", "user"),
            ("7", "王", "user.7"),
            ("Wolfeschlegelstein", "Hausenbergerdorff", "wolfeschleg.hausenberge"),
        ];
        for (n, (first, last, username)) in names.into_iter().enumerate() {
            let mut taken = Vec::new();
            for round in 0..3 {
                let body =
                    with(with(registration(&format!("user{n}.{round}")), "first", json!(first)), "last", json!(last));
                taken.push(app.anyone().post("/api/register/", &body).await.expect(201).text("username"));
            }
            assert_eq!(taken[0], username);
            assert!(taken[1..].iter().all(|other| other.starts_with(&format!("{username}-"))), "{taken:?}");
            assert_ne!(taken[1], taken[2]);
            assert!(taken.iter().all(|name| name.len() <= 32), "{taken:?}");
        }
    }
}
