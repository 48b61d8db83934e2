//! People as others see them, and what they change about themselves.

use gigline_testkit::{Client, on_both};
use serde_json::{Value, json};

use crate::support::{assert_error_shape, upload};

/// How much of a user an answer shows: all, how to reach them, or what everyone sees.
fn sight(user: &Value) -> &'static str {
    let reach = (&user["email"], &user["phone"], &user["phone_number"]);
    let applied = user["job_as_potential"].as_array().unwrap().len();
    if reach == (&json!(""), &json!(""), &json!(0)) {
        assert_eq!(applied, 0);
        return "public";
    }
    assert_eq!(reach, (&json!("ann@example.org"), &json!("+1 607 555 0100"), &json!(16_075_550_100_i64)));
    if applied == 0 { "contact" } else { "full" }
}

/// How much of the user `viewer` sees, which must be the same alone and in the list.
async fn sight_of(viewer: &Client, path: &str) -> &'static str {
    let alone = viewer.get(path).await.expect(200).json();
    let everyone = viewer.get("/api/user/").await.expect(200).list("user");
    assert_eq!(everyone.iter().find(|user| user["id"] == alone["id"]), Some(&alone));
    assert_eq!((&alone["token"], &alone["chats"], &alone["messages"]), (&json!(""), &json!([]), &json!([])));
    sight(&alone)
}

on_both! {
    async fn private_fields_are_for_oneself_admins_and_the_other_party_of_a_job(app) {
        let (ann, poster, receiver) = (app.user("ann").await, app.user("poster").await, app.user("receiver").await);
        let (candidate, admin) = (app.user("candidate").await, app.admin("admin").await);
        let (path, anyone) = (ann.path(), app.anyone());
        let wished = poster.posts_job("Another job").await;
        let _ = ann.applies(wished).await.expect(201);
        let offered = ann.posts_job("Hang posters").await;
        for applicant in [&candidate, &receiver] {
            let _ = applicant.applies(offered).await.expect(201);
        }
        for viewer in [&anyone, &poster, &candidate, &receiver] {
            assert_eq!(sight_of(viewer, &path).await, "public", "an application tells nothing");
        }
        assert_eq!((sight_of(&ann, &path).await, sight_of(&admin, &path).await), ("full", "full"));

        let _ = ann.picks(offered, &receiver).await.expect(201);
        let given = poster.hires(&ann, "Walk the dog").await;
        for done in [false, true] {
            for viewer in [&poster, &receiver] {
                assert_eq!(sight_of(viewer, &path).await, "contact", "done: {done}");
            }
            for viewer in [&anyone, &candidate] {
                assert_eq!(sight_of(viewer, &path).await, "public", "done: {done}");
            }
            for (job, party) in [(offered, &receiver), (given, &ann)] {
                let _ = party.finishes(job).await.expect(201);
            }
        }
    }

    async fn a_user_lists_what_belongs_to_them(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let done = ann.completes_with(&bob, "Hang posters").await;
        let open = ann.posts_job("Walk the dog").await;
        let _ = bob.applies(open).await.expect(201);
        let given = ann.rates(&bob, 5).await.expect(201).number("id");
        let pictures =
            [ann.uploads(&gigline_media::drawn(1, 16, 12)).await, ann.uploads(&gigline_media::drawn(2, 16, 12)).await]
                .map(|answer| answer.expect(201).json());
        let line =
            |id: i64, title: &str, done: bool| json!({ "id": id, "title": title, "reward": "12.00", "done": done });
        let (of_ann, of_bob) =
            (ann.get(&ann.path()).await.expect(200).json(), bob.get(&bob.path()).await.expect(200).json());
        assert_eq!(
            of_ann["job_as_poster"],
            json!([line(done, "Hang posters", true), line(open, "Walk the dog", false)])
        );
        assert_eq!(of_bob["job_as_receiver"], json!([line(done, "Hang posters", true)]));
        assert_eq!(of_bob["job_as_potential"], json!([line(open, "Walk the dog", false)]));
        let rating = json!([{ "id": given, "rate": 5, "description": "" }]);
        assert_eq!((&of_ann["rating_as_poster"], &of_bob["rating_as_postee"]), (&rating, &rating));
        assert_eq!(of_bob["rating"], json!({ "average": 5, "count": 1, "verified_count": 1 }));
        assert_eq!(of_ann["assets"], json!([pictures[1], pictures[0]]), "the newest first");
    }

    async fn people_change_what_they_say_of_themselves(app) {
        let ann = app.user("ann").await;
        let before = ann.get(&ann.path()).await.expect(200).json();
        assert_eq!(ann.post(&ann.path(), &json!({})).await.expect(200).json(), before);
        assert_eq!(ann.post(&ann.path(), &json!({ "first": null, "nonsense": 1 })).await.expect(200).json(), before);
        let mut wanted = before.clone();
        let changes = [
            ("first", json!("Änn")),
            ("last", json!("-")),
            ("email", json!("ann.lee@example.org")),
            ("username", json!("Ann_Lee")),
            ("phone_number", json!("0607 555")),
        ];
        for (key, value) in changes {
            wanted[key] = value.clone();
            if key == "phone_number" {
                (wanted["phone"], wanted["phone_number"]) = (value.clone(), json!(607_555));
            }
            assert_eq!(ann.post(&ann.path(), &json!({ key: value })).await.expect(200).json(), wanted, "{key} alone");
        }
        assert_eq!(ann.get(&ann.path()).await.expect(200).json(), wanted);
        let log_in = |email: &str| json!({ "email": email, "password": ann.password() });
        let _ = app.anyone().post("/api/login/", &log_in("ANN.Lee@example.org")).await.expect(200);
        let _ = app.anyone().post("/api/login/", &log_in(&ann.email())).await.expect(401);
        assert_eq!(app.user("ann").await.get("/api/secret/").await.status, 200, "the old address is free again");
    }

    async fn a_change_is_made_whole_or_not_at_all(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let _ = bob.post(&bob.path(), &json!({ "username": "the.bob" })).await.expect(200);
        let before = ann.get(&ann.path()).await.expect(200).json();
        let bad = json!({ "first": "", "last": 1, "email": "ann", "phone_number": "?", "username": "12345" });
        let refused = ann.post(&ann.path(), &bad).await.expect(400);
        assert_eq!(refused.faulty_fields(), ["email", "first", "last", "phone_number", "username"]);
        for (key, value, code) in
            [("email", " BOB@example.org", "email_taken"), ("username", "The.Bob", "username_taken")]
        {
            let refused = ann.post(&ann.path(), &json!({ "first": "Else", key: value })).await.expect(400);
            assert_error_shape(&refused, code);
        }
        assert_eq!(ann.get(&ann.path()).await.expect(200).json(), before);
        // One's own name in other letters is no conflict.
        let own =
            json!({ "email": "ANN@example.org", "username": before["username"].as_str().unwrap().to_uppercase() });
        let _ = ann.post(&ann.path(), &own).await.expect(200);
    }

    async fn what_the_client_has_already_is_not_sent_again(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let job = ann.posts_job("Hang posters").await;
        let rating = ann.rates(&bob, 3).await.expect(201).number("id");
        let picture = ann.post(&format!("{}upload/", ann.path()), &upload()).await.expect(201).number("id");
        for path in
            [ann.path(), format!("/api/job/{job}/"), format!("/api/rating/{rating}/"), format!("/api/asset/{picture}/")]
        {
            let seen = ann.get(&path).await.expect(200);
            let tag = seen.header("etag");
            assert!(tag.starts_with('"') && tag.ends_with('"'), "{path}: {tag:?}");
            for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
                let answer = ann.with("if-none-match", &known).get(&path).await.expect(304);
                assert_eq!((answer.body.len(), answer.header("etag")), (0, tag.clone()), "{path}");
            }
            let _ = ann.with("if-none-match", "\"other\"").get(&path).await.expect(200);
        }
        let (mine, theirs) = (ann.get(&ann.path()).await.header("etag"), bob.get(&ann.path()).await.header("etag"));
        assert_ne!(mine, theirs, "what is seen differs, so the tag does");
    }

    async fn a_change_of_what_one_has_not_seen_is_refused(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let job = ann.posts_job("Hang posters").await;
        let rating = ann.rates(&bob, 3).await.expect(201).number("id");
        let verdict = |rate: i64| json!({ "rate": rate, "description": "" });
        let things = [
            (ann.path(), ann.path(), json!({ "first": "One" }), json!({ "first": "Two" })),
            (
                format!("/api/job/{job}/"),
                format!("/api/job/{job}/"),
                json!({ "title": "One" }),
                json!({ "title": "Two" }),
            ),
            (format!("/api/rating/{rating}/"), format!("{}rating/{rating}/", ann.path()), verdict(1), verdict(2)),
        ];
        for (seen_at, changed_at, one, two) in things {
            let old = ann.get(&seen_at).await.expect(200).header("etag");
            let changed = ann.with("if-match", &old).post(&changed_at, &one).await;
            assert!(changed.status == 200 || changed.status == 201, "{changed_at}: {}", changed.status);
            let new = ann.get(&seen_at).await.expect(200);
            assert_eq!(changed.header("etag"), new.header("etag"), "{changed_at}: the answer tells the new tag");
            let refused = ann.with("if-match", &old).post(&changed_at, &two).await.expect(412);
            assert_error_shape(&refused, "precondition_failed");
            assert_eq!(ann.get(&seen_at).await.expect(200).body, new.body);
            for known in ["*".to_owned(), format!("\"other\", {}", new.header("etag"))] {
                let again = ann.with("if-match", &known).post(&changed_at, &one).await;
                assert!(again.status == 200 || again.status == 201, "{changed_at}: {known}: {}", again.status);
            }
        }
    }
}
