//! An erased account: what goes with it, what stays without it, and that nothing else is left.

use std::path::Path;

use gigline_testkit::{Actor, TestApp, on_both};
use serde_json::{Value, json};

use crate::support::{assert_error_shape, erased, hex, job_as, rate};

/// Somebody with a bit of everything, and those around them.
struct Life {
    zelda: Actor,
    elsewhere: Actor,
    ann: Actor,
    bob: Actor,
    open: i64,
    /// Zelda's, given to Bob.
    taken: i64,
    /// Ann's, given to Zelda.
    working: i64,
    /// Ann's, done by Zelda.
    done: i64,
    /// Ann's, that Zelda applied for.
    wished: i64,
    given: i64,
    got: i64,
    assets: Vec<Value>,
}

async fn lives(app: &TestApp) -> Life {
    let (zelda, ann, bob) = (app.user("zelda").await, app.user("ann").await, app.user("bob").await);
    let open = zelda.posts_job("Xylophone lessons").await;
    let _ = bob.applies(open).await.expect(201);
    let taken = zelda.hires(&bob, "Mow the lawn").await;
    let working = ann.hires(&zelda, "Paint the fence").await;
    let done = ann.completes_with(&zelda, "Walk the dog").await;
    let wished = ann.posts_job("Hang posters").await;
    let _ = zelda.applies(wished).await.expect(201);
    let (given, got) = (rate(&zelda, &ann, 1, None).await.expect(201), rate(&ann, &zelda, 5, None).await.expect(201));
    let mut assets = Vec::new();
    for (seed, job) in [(1, None), (2, Some(open)), (3, Some(taken))] {
        let picture = gigline_media::drawn(seed, 16, 12);
        let answer = match job {
            None => zelda.uploads(&picture).await,
            Some(job) => zelda.uploads_to(job, &picture).await,
        };
        assets.push(answer.expect(201).json());
    }
    // An answer that is kept for a repetition tells of her too.
    let _ = zelda.with("idempotency-key", "once").post(&zelda.path(), &json!({ "last": "Zelda" })).await.expect(200);
    let elsewhere = app.log_in("zelda").await;
    let (given, got) = (given.number("id"), got.number("id"));
    Life { zelda, elsewhere, ann, bob, open, taken, working, done, wished, given, got, assets }
}

/// How many files there are below a directory.
fn files(dir: &Path) -> usize {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}

on_both! {
    async fn erasing_an_account_ends_its_sessions_and_everything_that_was_only_theirs(app) {
        let life = lives(&app).await;
        let Life { zelda, ann, bob, .. } = &life;
        let before = zelda.get(&zelda.path()).await.expect(200).json();
        assert_eq!((files(&app.data_dir().join("media")), zelda.get("/api/secret/").await.status), (6, 200));
        assert_eq!(zelda.delete(&zelda.path()).await.expect(200).json(), before, "as it was, in full");

        for session in [zelda, &life.elsewhere] {
            let _ = session.get("/api/secret/").await.expect(401);
            let renewal = app.anyone().with("authorization", &format!("Bearer {}", session.update_token));
            let _ = renewal.post_empty("/api/session/").await.expect(401);
        }
        assert_error_shape(&app.try_log_in("zelda", &zelda.password()).await.expect(401), "wrong_credentials");
        let anyone = app.anyone();
        for path in [zelda.path(), format!("/api/job/{}/", life.open), format!("/api/rating/{}/", life.given)] {
            let _ = anyone.get(&path).await.expect(404);
        }
        for asset in &life.assets {
            let _ = anyone.get(&format!("/api/asset/{}/", asset["id"])).await.expect(404);
            for url in ["url", "thumbnail_url"] {
                let _ = anyone.get(asset[url].as_str().unwrap()).await.expect(404);
            }
        }
        assert_eq!(files(&app.data_dir().join("media")), 0);
        assert!(!anyone.get("/api/user/").await.expect(200).ids("user").contains(&zelda.id));
        assert!(!anyone.get("/api/job/").await.expect(200).ids("jobs").contains(&life.open));
        assert!(anyone.get("/api/job/filter?search=xylophone").await.expect(200).ids("jobs").is_empty());
        assert_eq!(job_as(ann, life.wished).await["potential_count"], 0);
        assert!(bob.get(&bob.path()).await.expect(200).list("job_as_potential").is_empty());
        assert_eq!(ann.get(&ann.path()).await.expect(200).json()["rating"]["count"], 0);
    }

    async fn taken_and_done_jobs_and_what_others_said_stay_without_the_erased(app) {
        let life = lives(&app).await;
        let Life { zelda, ann, bob, .. } = &life;
        let admin = app.admin("admin").await;
        let _ = admin.delete(&zelda.path()).await.expect(200);
        let taken = job_as(bob, life.taken).await;
        assert_eq!((&taken["status"], &taken["poster"]), (&json!("taken"), &json!([erased()])));
        assert_eq!((&taken["receiver"][0]["id"], &taken["asset"]), (&json!(bob.id), &json!([])));
        for (job, status) in [(life.working, "taken"), (life.done, "done")] {
            let job = job_as(ann, job).await;
            assert_eq!((&job["status"], &job["receiver"]), (&json!(status), &json!([erased()])));
            assert_eq!(job["poster"][0]["id"], ann.id);
        }
        let got = app.anyone().get(&format!("/api/rating/{}/", life.got)).await.expect(200).json();
        assert_eq!(
            (&got["postee"], &got["verified"], &got["job_id"]),
            (&json!([erased()]), &json!(true), &json!(life.done))
        );
        assert_eq!(ann.get(&ann.path()).await.expect(200).ids("rating_as_poster"), [life.got]);
        // Whoever is left brings the work to its end.
        assert_eq!(bob.finishes(life.taken).await.expect(201).json()["status"], "done");
        assert_eq!(ann.finishes(life.working).await.expect(201).json()["status"], "done");
        assert!(app.anyone().get("/api/job/filter?search=lawn").await.expect(200).ids("jobs").contains(&life.taken));
        let _ = rate(ann, zelda, 1, None).await.expect(404);
    }

    async fn nothing_in_the_database_tells_of_the_erased(app) {
        let life = lives(&app).await;
        let zelda = &life.zelda;
        let phone = json!({ "phone_number": "+49 30 998877" });
        let _ = zelda.post(&zelda.path(), &phone).await.expect(200);
        let traces = || {
            let needles = ["zelda", "998877", "xylophone"].map(|text| (text, hex(text)));
            let cells = app.database().cells().into_iter();
            let telling = cells.filter(|(_, values)| {
                let mut values = values.iter().map(|value| value.to_lowercase());
                values
                    .any(|value| needles.iter().any(|(text, hex)| value.contains(text) || value.contains(hex.as_str())))
            });
            telling.map(|(column, _)| column).collect::<Vec<_>>()
        };
        assert!(traces().len() >= 8, "the test sees what it looks for: {:?}", traces());
        let _ = zelda.delete(&zelda.path()).await.expect(200);
        assert_eq!(traces(), Vec::<String>::new());
        let id = zelda.id.to_string();
        for (column, values) in app.database().cells() {
            let marks = ["user_id", "poster_id", "receiver_id", "author_id", "subject_id", "sender_id", "_user", "admin_id"];
            let names_user = marks.iter().any(|mark| column.ends_with(mark));
            // The log says for a week that an account of this number is erased: other servers learn of it there.
            let is_the_notice = column == "notices.user_id";
            assert!(!names_user || is_the_notice || !values.contains(&id), "{column}");
        }
        assert_eq!(app.database().count("doomed_blobs"), 0);
        for table in ["logins", "sessions", "update_tokens"] {
            assert_eq!(app.database().count(table), 2, "{table}: those of Ann and Bob");
        }
        let again = app.user("zelda").await;
        assert!(again.id > zelda.id, "the address is free, the number is not");
        assert!(again.get(&again.path()).await.expect(200).list("job_as_receiver").is_empty());
    }
}
