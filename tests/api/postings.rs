//! A job as its poster writes, changes and deletes it.

use gigline_testkit::{on_both, plain_job};
use serde_json::{Value, json};

use crate::support::{assert_error_shape, job_as, person, rate, with};

on_both! {
    async fn a_job_is_shown_as_it_was_posted(app) {
        let ann = app.user("ann").await;
        let given = json!({
            "title": "  Hang posters ", "description": "All over\nthe campus.\n", "location": "Ithaca, NY",
            "date_activity": "tomorrow", "duration": 90, "reward": "$12.50", "category": "Labor",
            "longtitude": -76.5, "latitude": 42, "relevant_skills": "legs", "other_notes": "bring tape",
        });
        let job = ann.posts(&given).await.expect(201).json();
        let expected = json!({
            "id": job["id"], "title": "Hang posters", "description": "All over\nthe campus.\n",
            "location": "Ithaca, NY", "date_created": "2026-11-20T09:00:00.00000Z", "date_activity": "tomorrow",
            "duration": 90, "reward": "$12.50", "done": false, "taken": false, "status": "open",
            "category": "Labor", "longtitude": -76.5, "latitude": 42, "relevant_skills": "legs",
            "other_notes": "bring tape", "asset": [], "poster": [person(&ann, "ann")],
            "receiver": [], "potential": [], "potential_count": 0, "distance_km": null,
        });
        assert_eq!((&job, &job_as(&app.anyone(), job["id"].as_i64().unwrap()).await), (&expected, &expected));
    }

    async fn every_field_of_a_job_must_be_there_and_all_faults_are_told_at_once(app) {
        let ann = app.user("ann").await;
        let required = [
            "category",
            "date_activity",
            "description",
            "duration",
            "latitude",
            "location",
            "longtitude",
            "reward",
            "title",
        ];
        assert_eq!(ann.posts(&json!({})).await.expect(400).faulty_fields(), required);
        let mistyped: Value = required.iter().map(|key| ((*key).to_owned(), json!([]))).collect();
        assert_eq!(ann.posts(&mistyped).await.expect(400).faulty_fields(), required);
        let bad = [
            ("title", json!(" ")),
            ("title", json!("x".repeat(201))),
            ("duration", json!(-1)),
            ("duration", json!(1.5)),
            ("duration", json!("5")),
            ("reward", json!(12)),
            ("longtitude", json!(180.1)),
            ("longtitude", json!("0")),
            ("latitude", json!(-90.1)),
            ("latitude", json!(1e300)),
            ("relevant_skills", json!(1)),
            ("other_notes", json!({})),
        ];
        for (key, value) in bad {
            let refused = ann.posts(&with(plain_job("Hang posters"), key, value.clone())).await.expect(400);
            assert_eq!(refused.faulty_fields(), [key], "{value}");
        }
        assert_eq!(app.database().count("jobs"), 0);
        for (key, edge) in [
            ("longtitude", json!(-180)),
            ("longtitude", json!(180)),
            ("latitude", json!(90)),
            ("latitude", json!(-90.0)),
        ] {
            let made = ann.posts(&with(plain_job("Hang posters"), key, edge.clone())).await.expect(201).json();
            assert_eq!(made[key].as_f64(), edge.as_f64());
        }
    }

    async fn longitude_is_taken_for_longtitude(app) {
        let ann = app.user("ann").await;
        let named = with(with(plain_job("Hang posters"), "longtitude", Value::Null), "longitude", json!(7.25));
        let job = ann.posts(&named).await.expect(201).json();
        assert_eq!((&job["longtitude"], job.get("longitude")), (&json!(7.25), None));
        let path = format!("/api/job/{}/", job["id"]);
        assert_eq!(ann.post(&path, &json!({ "longitude": -7 })).await.expect(201).json()["longtitude"], -7);
        let both = with(plain_job("Hang posters"), "longitude", json!(50));
        assert_eq!(ann.posts(&both).await.expect(201).json()["longtitude"], 0, "the first clients' name counts");
    }

    async fn a_poster_changes_any_field_alone_until_the_job_is_done(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let job = ann.posts_job("Hang posters").await;
        let path = format!("/api/job/{job}/");
        let mut wanted = job_as(&ann, job).await;
        assert_eq!(ann.post(&path, &json!({})).await.expect(201).json(), wanted);
        let changes = [
            ("title", json!("Take posters down")),
            ("description", json!("")),
            ("location", json!("here")),
            ("date_activity", json!("now")),
            ("duration", json!(5)),
            ("reward", json!("a pie")),
            ("category", json!("Other")),
            ("longtitude", json!(1.5)),
            ("latitude", json!(2.5)),
            ("relevant_skills", json!("arms")),
            ("other_notes", json!("none")),
        ];
        for (key, value) in changes {
            wanted[key] = value.clone();
            assert_eq!(ann.post(&path, &json!({ key: value })).await.expect(201).json(), wanted, "{key} alone");
        }
        let refused = ann.post(&path, &json!({ "title": "", "duration": -1 })).await.expect(400);
        assert_eq!(refused.faulty_fields(), ["duration", "title"]);
        assert_eq!(job_as(&ann, job).await, wanted);
        let found = |words: &str| format!("/api/job/filter?search={words}");
        assert_eq!(app.anyone().get(&found("down")).await.expect(200).ids("jobs"), [job]);
        assert!(app.anyone().get(&found("hang")).await.expect(200).ids("jobs").is_empty());

        let _ = bob.applies(job).await.expect(201);
        let _ = ann.picks(job, &bob).await.expect(201);
        assert_eq!(ann.post(&path, &json!({ "reward": "two pies" })).await.expect(201).text("status"), "taken");
        let done = bob.finishes(job).await.expect(201).json();
        assert_error_shape(&ann.post(&path, &json!({ "reward": "nothing" })).await.expect(409), "job_done");
        assert_error_shape(
            &app.admin("admin").await.post(&path, &json!({ "reward": "1" })).await.expect(409),
            "job_done",
        );
        assert_eq!(job_as(&bob, job).await["reward"], done["reward"]);
    }

    async fn an_open_job_goes_with_its_pictures_and_applications_and_leaves_the_posters_own(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let job = ann.posts_job("Hang posters").await;
        let _ = bob.applies(job).await.expect(201);
        let own = ann.uploads(&gigline_media::drawn(1, 16, 12)).await.expect(201).json();
        let of_job = ann.uploads_to(job, &gigline_media::drawn(2, 16, 12)).await.expect(201).json();
        let before = job_as(&ann, job).await;
        assert_eq!(before["asset"], json!([of_job]), "its own picture, not the poster's");
        assert_eq!(ann.delete(&format!("/api/job/{job}/")).await.expect(200).json(), before, "as it was");
        let anyone = app.anyone();
        for gone in [format!("/api/job/{job}/"), format!("/api/asset/{}/", of_job["id"])] {
            let _ = anyone.get(&gone).await.expect(404);
        }
        for url in ["url", "thumbnail_url"] {
            let _ = anyone.get(of_job[url].as_str().unwrap()).await.expect(404);
            let _ = anyone.get(own[url].as_str().unwrap()).await.expect(200);
        }
        assert_eq!((app.database().count("applications"), app.database().count("assets")), (0, 1));
        assert!(bob.get(&bob.path()).await.expect(200).ids("job_as_potential").is_empty());
        assert!(anyone.get("/api/job/filter?search=posters").await.expect(200).ids("jobs").is_empty());
        let _ = ann.delete(&format!("/api/job/{job}/")).await.expect(404);
        assert!(ann.posts_job("Hang more posters").await > job, "a number is never given twice");
    }

    async fn a_taken_job_stays_until_it_is_done_unless_an_admin_deletes_it(app) {
        let (ann, bob, admin) = (app.user("ann").await, app.user("bob").await, app.admin("admin").await);
        let (one, other) = (ann.hires(&bob, "One").await, ann.hires(&bob, "Other").await);
        assert_error_shape(&ann.delete(&format!("/api/job/{one}/")).await.expect(409), "job_taken");
        assert_eq!(job_as(&bob, one).await["status"], "taken");
        assert_eq!(admin.delete(&format!("/api/job/{other}/")).await.expect(200).text("status"), "taken");
        let _ = bob.finishes(one).await.expect(201);
        let rating = rate(&bob, &ann, 5, Some(one)).await.expect(201).number("id");
        assert_eq!(ann.delete(&format!("/api/job/{one}/")).await.expect(200).text("status"), "done");
        let left = app.anyone().get(&format!("/api/rating/{rating}/")).await.expect(200).json();
        assert_eq!((&left["job_id"], &left["verified"]), (&Value::Null, &json!(true)));
        assert_eq!(app.database().count("jobs"), 0);
    }

    async fn a_job_without_pictures_shows_its_posters_newest(app) {
        let ann = app.user("ann").await;
        let (bare, shown) = (ann.posts_job("One").await, ann.posts_job("Two").await);
        assert_eq!(job_as(&ann, bare).await["asset"], json!([]));
        let _older = ann.uploads(&gigline_media::drawn(1, 16, 12)).await.expect(201);
        let newest = ann.uploads(&gigline_media::drawn(2, 16, 12)).await.expect(201).json();
        let own = ann.uploads_to(shown, &gigline_media::drawn(3, 16, 12)).await.expect(201).json();
        assert_eq!(job_as(&ann, bare).await["asset"], json!([newest]));
        assert_eq!(job_as(&ann, shown).await["asset"], json!([own]));
        assert_eq!(
            ann.get(&ann.path()).await.expect(200).list("assets").len(),
            2,
            "a job's picture is not the person's"
        );
    }
}
