//! What people say of each other: once per job, verified by work that was done, theirs to change.

use std::time::Duration;

use gigline_testkit::{Actor, TestApp, on_both};
use serde_json::{Value, json};

use crate::support::{assert_error_shape, person, rate};

/// Average, count, and count of the verified ones, of what is said of somebody.
async fn summary(app: &TestApp, of: &Actor) -> Value {
    app.anyone().get(&of.path()).await.expect(200).json()["rating"].clone()
}

fn summed(average: impl Into<Value>, count: i64, verified_count: i64) -> Value {
    json!({ "average": average.into(), "count": count, "verified_count": verified_count })
}

async fn get(app: &TestApp, id: i64) -> Value {
    app.anyone().get(&format!("/api/rating/{id}/")).await.expect(200).json()
}

on_both! {
    async fn a_rating_says_who_rates_whom_and_how(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let made = rate(&ann, &bob, 4, None).await.expect(201).json();
        let id = made["id"].as_i64().unwrap();
        assert!(id > 1_000_000_000 && ann.id < 1_000_000_000);
        let expected = json!({
            "id": id, "rate": 4, "description": "so it was", "poster": [person(&ann, "ann")],
            "postee": [person(&bob, "bob")], "job_id": null, "verified": false,
            "created_at": "2026-11-20T09:00:00.00000Z", "updated_at": "2026-11-20T09:00:00.00000Z",
        });
        assert_eq!((&made, &get(&app, id).await), (&expected, &expected));
        assert_eq!(app.anyone().get("/api/rating/").await.expect(200).list("ratings"), [expected]);
        assert_error_shape(&rate(&ann, &ann, 5, None).await.expect(403), "own_rating");
    }

    async fn a_rate_is_a_whole_number_from_0_to_5(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let path = format!("{}rating/{}/", ann.path(), bob.id);
        assert_eq!(ann.post(&path, &json!({})).await.expect(400).faulty_fields(), ["description", "rate"]);
        for bad in [json!(-1), json!(6), json!(2.5), json!("3"), json!(null), json!(1e30), json!(true)] {
            let refused = ann.post(&path, &json!({ "rate": bad, "description": "" })).await.expect(400);
            assert_eq!(refused.faulty_fields(), ["rate"], "{bad}");
        }
        for good in [json!(0), json!(5), json!(3.0)] {
            let made = ann.post(&path, &json!({ "rate": good, "description": "" })).await.expect(201);
            let _ = ann.delete(&format!("/api/rating/{}/", made.number("id"))).await.expect(200);
        }
    }

    async fn the_number_in_the_path_is_a_user_or_a_rating_and_else_nothing(app) {
        let ann = app.user("ann").await;
        for target in [ann.id + 1, 999_999_999, 1_000_000_000, 1_000_000_001, 0, i64::MAX] {
            let answer =
                ann.post(&format!("{}rating/{target}/", ann.path()), &json!({ "rate": 1, "description": "" })).await;
            assert_error_shape(&answer.expect(404), "not_found");
        }
        let _ = app.anyone().get(&format!("/api/rating/{}/", ann.id)).await.expect(404);
    }

    async fn each_done_job_is_rated_once_from_the_latest_back_and_then_once_for_none(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let first = ann.completes_with(&bob, "One").await;
        let second = bob.completes_with(&ann, "Two").await;
        let _open = ann.hires(&bob, "Three").await;
        let mut made = Vec::new();
        for job in [json!(second), json!(first), Value::Null] {
            let rating = rate(&ann, &bob, 3, None).await.expect(201).json();
            assert_eq!((&rating["job_id"], &rating["verified"]), (&job, &json!(true)));
            made.push(rating["id"].as_i64().unwrap());
        }
        for (job, earlier) in [(Some(second), made[0]), (Some(first), made[1]), (None, made[2])] {
            let refused = rate(&ann, &bob, 3, job).await.expect(409);
            assert_error_shape(&refused, "already_rated");
            assert_eq!(refused.number("rating_id"), earlier);
            assert!(refused.text("error").contains(&earlier.to_string()), "{}", refused.text("error"));
        }
        let _ = rate(&bob, &ann, 5, Some(first)).await.expect(201);
    }

    async fn a_job_that_is_named_must_be_done_and_join_the_two(app) {
        let (ann, bob, cleo) = (app.user("ann").await, app.user("bob").await, app.user("cleo").await);
        let taken = ann.hires(&bob, "One").await;
        assert_error_shape(&rate(&ann, &bob, 3, Some(taken)).await.expect(409), "job_not_done");
        let _ = ann.finishes(taken).await.expect(201);
        for (author, subject) in [(&ann, &cleo), (&cleo, &bob)] {
            assert_error_shape(&rate(author, subject, 3, Some(taken)).await.expect(403), "not_a_party");
        }
        assert_error_shape(&rate(&ann, &bob, 3, Some(taken + 1)).await.expect(404), "not_found");
        assert_eq!(app.database().count("ratings"), 0);
        assert_eq!(rate(&ann, &bob, 3, Some(taken)).await.expect(201).number("job_id"), taken);
    }

    async fn the_average_is_over_the_verified_where_there_are_any(app) {
        let (ann, bob, cleo, dan) =
            (app.user("ann").await, app.user("bob").await, app.user("cleo").await, app.user("dan").await);
        assert_eq!(summary(&app, &bob).await, summed(Value::Null, 0, 0));
        let bad = rate(&cleo, &bob, 0, None).await.expect(201).number("id");
        assert_eq!(summary(&app, &bob).await, summed(0, 1, 0));
        let _ = rate(&dan, &bob, 5, None).await.expect(201);
        assert_eq!(summary(&app, &bob).await, summed(2.5, 2, 0));
        let _job = ann.completes_with(&bob, "One").await;
        let _ = rate(&ann, &bob, 4, None).await.expect(201);
        assert_eq!(summary(&app, &bob).await, summed(4, 3, 1), "a whole average is written as an integer");
        let _ = cleo.delete(&format!("/api/rating/{bad}/")).await.expect(200);
        assert_eq!(summary(&app, &bob).await, summed(4, 2, 1));
    }

    async fn a_job_that_gets_done_verifies_what_its_two_parties_said_before(app) {
        let (ann, bob, cleo) = (app.user("ann").await, app.user("bob").await, app.user("cleo").await);
        let mut made = Vec::new();
        for (author, subject) in [(&ann, &bob), (&bob, &ann), (&cleo, &bob), (&ann, &cleo)] {
            made.push(rate(author, subject, 3, None).await.expect(201).number("id"));
        }
        let job = ann.hires(&bob, "One").await;
        assert_eq!(get(&app, made[0]).await["verified"], false, "taken is not done");
        let _ = bob.finishes(job).await.expect(201);
        for (id, verified) in made.into_iter().zip([true, true, false, false]) {
            let rating = get(&app, id).await;
            assert_eq!((&rating["verified"], &rating["job_id"]), (&json!(verified), &Value::Null));
        }
    }

    async fn a_rating_outlives_its_job_and_stays_verified(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let job = ann.completes_with(&bob, "One").await;
        let id = rate(&ann, &bob, 4, None).await.expect(201).number("id");
        assert_eq!(get(&app, id).await["job_id"], job);
        let _ = ann.delete(&format!("/api/job/{job}/")).await.expect(200);
        let rating = get(&app, id).await;
        assert_eq!((&rating["job_id"], &rating["verified"]), (&Value::Null, &json!(true)));
        assert_eq!(summary(&app, &bob).await, summed(4, 1, 1));
        let _ = rate(&ann, &bob, 4, Some(job)).await.expect(404);
    }

    async fn its_author_changes_and_deletes_a_rating(app) {
        let (ann, bob, cleo) = (app.user("ann").await, app.user("bob").await, app.user("cleo").await);
        let before = rate(&ann, &bob, 4, None).await.expect(201).json();
        let (id, job) = (before["id"].as_i64().unwrap(), ann.completes_with(&cleo, "One").await);
        let path = format!("{}rating/{id}/", ann.path());
        app.clock().advance(Duration::from_secs(60));
        assert_eq!(ann.post(&path, &json!({ "rate": 9 })).await.expect(400).faulty_fields(), ["description", "rate"]);
        let sent =
            json!({ "rate": 1, "description": "not so", "job_id": job, "verified": true, "postee": [], "id": 1 });
        let after = ann.post(&path, &sent).await.expect(201).json();
        let mut expected = before.clone();
        expected["rate"] = json!(1);
        expected["description"] = json!("not so");
        expected["updated_at"] = json!("2026-11-20T09:01:00.00000Z");
        assert_eq!((&after, &get(&app, id).await), (&expected, &expected));
        for (caller, path) in [
            (&bob, format!("{}rating/{id}/", bob.path())),
            (&bob, path.clone()),
            (&ann, format!("{}rating/{id}/", bob.path())),
        ] {
            let _ = caller.post(&path, &sent).await.expect(403);
        }
        assert_eq!(ann.delete(&format!("/api/rating/{id}/")).await.expect(200).json(), expected);
        let _ = ann.post(&path, &sent).await.expect(404);
        let _ = ann.delete(&format!("/api/rating/{id}/")).await.expect(404);
        let again = rate(&ann, &bob, 2, None).await.expect(201).number("id");
        assert!(again > id, "a number is never given twice");
    }

    #[settings = [("GIGLINE_RATINGS_REQUIRE_JOB", "on")]]
    async fn where_the_setting_asks_for_a_done_job_no_other_rating_is_taken(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let job = ann.hires(&bob, "One").await;
        assert_error_shape(&rate(&ann, &bob, 4, None).await.expect(403), "rating_needs_job");
        let _ = ann.finishes(job).await.expect(201);
        assert_eq!(rate(&ann, &bob, 4, None).await.expect(201).number("job_id"), job);
        assert_eq!(rate(&bob, &ann, 4, None).await.expect(201).number("job_id"), job);
    }
}
