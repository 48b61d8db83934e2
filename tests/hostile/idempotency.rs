//! `Idempotency-Key`: sent once or fifty times, in order or all at once, a request has one effect and one answer.

use std::time::Duration;

use gigline_media::drawn;
use gigline_testkit::{Actor, Answer, Client, on_both, plain_job};
use serde_json::{Value, json};

use crate::crowd::{FIFTY, Request, all_are, all_at_once, count, statuses};
use crate::raw::{Raw, head};

fn keyed(actor: &Actor, key: &str) -> Client {
    actor.with("idempotency-key", key)
}

fn jobs(of: &Actor) -> String {
    format!("/api/user/{}/job/", of.id)
}

/// The same answer as the first, and marked as a repetition.
#[track_caller]
fn is_replay(first: &Answer, again: &Answer) {
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!(again.header("content-type"), first.header("content-type"));
    assert_eq!(
        (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
        (String::new(), "true".to_owned())
    );
}

on_both! {
    async fn a_request_that_is_sent_again_is_answered_again_and_done_once(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let first = keyed(&ann, "k1").post(&jobs(&ann), &plain_job("Once")).await.expect(201);
        // The slash at the end makes no other request of it.
        for path in [jobs(&ann), jobs(&ann).trim_end_matches('/').to_owned()] {
            is_replay(&first, &keyed(&ann, "k1").post(&path, &plain_job("Once")).await);
        }
        assert_eq!(app.database().count("jobs"), 1);
        // A refusal is an answer too: it comes again although the request would succeed by now.
        let job = first.number("id");
        let pick = format!("/api/job/{job}/user/{}/", bob.id);
        let refused = keyed(&ann, "k2").post(&pick, &json!({})).await.expect(404);
        let _ = bob.applies(job).await.expect(201);
        is_replay(&refused, &keyed(&ann, "k2").post(&pick, &json!({})).await);
        let _ = keyed(&ann, "k3").post(&pick, &json!({})).await.expect(201);
        // So does a 409, and one without a body.
        let conflict = keyed(&bob, "k2").post_empty(&format!("/api/user/{}/job/{job}/", bob.id)).await.expect(409);
        is_replay(&conflict, &keyed(&bob, "k2").post_empty(&format!("/api/user/{}/job/{job}/", bob.id)).await);
        let done = keyed(&ann, "k4").post_empty(&format!("/api/job/{job}/done/")).await.expect(201);
        is_replay(&done, &keyed(&ann, "k4").post_empty(&format!("/api/job/{job}/done/")).await);
        let verdict = json!({ "rate": 5, "description": "" });
        let rate = format!("/api/user/{}/rating/{}/", ann.id, bob.id);
        let rated = keyed(&ann, "k5").post(&rate, &verdict).await.expect(201);
        is_replay(&rated, &keyed(&ann, "k5").post(&rate, &verdict).await);
    }

    async fn a_key_stands_for_one_request_of_one_person(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let first = keyed(&ann, "k").post(&jobs(&ann), &plain_job("Once")).await.expect(201);
        let job = first.number("id");
        for (path, body) in [
            (jobs(&ann), plain_job("Other")),
            (format!("{}?x=1", jobs(&ann)), plain_job("Once")),
            (format!("/api/job/{job}/"), plain_job("Once")),
        ] {
            let answer = keyed(&ann, "k").post(&path, &body).await.expect(422);
            assert_eq!(answer.code(), "idempotency_key_reused");
        }
        is_replay(&first, &keyed(&ann, "k").post(&jobs(&ann), &plain_job("Once")).await);
        let _ = keyed(&bob, "k").post(&jobs(&bob), &plain_job("Once")).await.expect(201);
        let _ = keyed(&bob, "K").post(&jobs(&bob), &plain_job("Once")).await.expect(201);
        // Bob cannot fetch Ann's answer by her key either.
        let _ = keyed(&bob, "j").post(&jobs(&ann), &plain_job("Once")).await.expect(403);
        assert_eq!(app.database().count("jobs"), 3);
        // Another session of the same person is the same person.
        is_replay(&first, &keyed(&app.log_in("ann").await, "k").post(&jobs(&ann), &plain_job("Once")).await);
        // Only POST has keys.
        let _ = keyed(&ann, "k").get("/api/job/").await.expect(200);
        let _ = keyed(&ann, "k").delete(&format!("/api/job/{job}/")).await.expect(200);
    }

    async fn fifty_at_once_have_one_effect(app) {
        let ann = app.user("ann").await;
        let mut running = 0;
        for round in 0..6 {
            let (client, path, body) = (keyed(&ann, &format!("k{round}")), jobs(&ann), plain_job(&format!("Job {round}")));
            let answers = all_at_once((0..FIFTY).map(|_| -> Request<'_> { Box::pin(client.post(&path, &body)) })).await;
            assert_eq!(count(&answers, 201) + count(&answers, 409), FIFTY, "{}", statuses(&answers));
            let fresh = |answer: &&Answer| answer.status == 201 && answer.header("idempotency-replayed").is_empty();
            assert_eq!(answers.iter().filter(fresh).count(), 1);
            let first = answers.iter().find(fresh).unwrap();
            for answer in &answers {
                if answer.status == 201 {
                    assert_eq!(answer.body, first.body);
                } else {
                    assert_eq!((answer.code().as_str(), answer.header("retry-after").as_str()), ("idempotency_key_running", "1"));
                    running += 1;
                }
            }
            is_replay(first, &client.post(&path, &body).await);
            assert_eq!(app.database().count("jobs"), round + 1);
        }
        assert!(running > 0, "in no round did a request meet one that was still running");
    }

    async fn a_day_later_the_key_is_free(app) {
        let ann = app.user("ann").await;
        let first = keyed(&ann, "k").post(&jobs(&ann), &plain_job("Once")).await.expect(201);
        app.clock().advance(Duration::from_secs(24 * 60 * 60 - 1));
        let ann = app.log_in("ann").await;
        is_replay(&first, &keyed(&ann, "k").post(&jobs(&ann), &plain_job("Once")).await);
        app.clock().advance(Duration::from_secs(2));
        let again = keyed(&ann, "k").post(&jobs(&ann), &plain_job("Another")).await.expect(201);
        assert_ne!(again.number("id"), first.number("id"));
        is_replay(&again, &keyed(&ann, "k").post(&jobs(&ann), &plain_job("Another")).await);
        gigline_http::housekeeping::tidy(app.app()).await;
        assert_eq!(app.database().count("idempotency_keys"), 1);
    }

    async fn a_failure_of_ours_frees_the_key(app) {
        let ann = app.user("ann").await;
        let (path, body) = (format!("/api/user/{}/upload/", ann.id), picture());
        let media = app.data_dir().join("media");
        let aside = app.data_dir().join("media-aside");
        std::fs::rename(&media, &aside).unwrap();
        std::fs::write(&media, b"no directory").unwrap();
        let failed = keyed(&ann, "k").post(&path, &body).await;
        assert!(failed.status >= 500, "{}", failed.status);
        std::fs::remove_file(&media).unwrap();
        std::fs::rename(&aside, &media).unwrap();
        // The key is freed right after the answer.
        let again = eventually(|| keyed(&ann, "k"), &path, &body).await;
        assert_eq!((again.status, again.header("idempotency-replayed")), (201, String::new()));
        assert_eq!(app.database().count("assets"), 1);
    }

    async fn uploads_have_keys_as_well(app) {
        let ann = app.user("ann").await;
        let (path, body) = (format!("/api/user/{}/upload/", ann.id), picture());
        let client = keyed(&ann, "k");
        let answers = all_at_once((0..2).map(|_| -> Request<'_> { Box::pin(client.post(&path, &body)) })).await;
        assert_eq!(count(&answers, 201) + count(&answers, 409), 2, "{}", statuses(&answers));
        let first = answers.iter().find(|answer| answer.header("idempotency-replayed").is_empty() && answer.status == 201).unwrap();
        is_replay(first, &client.post(&path, &body).await);
        assert_eq!(app.database().count("assets"), 1);
        // More than an ordinary body may hold.
        let large = json!({ "image_data": body["image_data"], "padding": "x".repeat(2 << 20) });
        let first = keyed(&ann, "large").post(&path, &large).await.expect(201);
        is_replay(&first, &keyed(&ann, "large").post(&path, &large).await);
        let _ = keyed(&ann, "large-job").post(&jobs(&ann), &large).await.expect(413);
    }

    async fn what_is_no_key_is_refused_and_without_a_session_there_are_none(app) {
        let ann = app.user("ann").await;
        for bad in [String::new(), "x".repeat(256), "sch\u{f6}n".to_owned(), "\u{1f511}".to_owned()] {
            let mut raw = Raw::to(app.address());
            let body = plain_job("Never").to_string();
            let start = head("POST", &jobs(&ann), &ann.token);
            raw.send(format!("{start}Idempotency-Key: {bad}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
            let answer = raw.answer().unwrap();
            assert_eq!((answer.status, answer.code().as_str()), (400, "invalid_input"), "{bad}");
        }
        let _ = keyed(&ann, &"x".repeat(255)).post(&jobs(&ann), &plain_job("Longest")).await.expect(201);
        let nobody = app.anyone().with("idempotency-key", "k");
        let _ = nobody.post(&jobs(&ann), &plain_job("Never")).await.expect(401);
        let _ = nobody.post(&jobs(&ann), &plain_job("Never")).await.expect(401);
        assert_eq!((app.database().count("jobs"), app.database().count("idempotency_keys")), (1, 1));
    }

    /// What is kept for a day must not open the door for a day.
    async fn answers_with_tokens_are_not_kept(app) {
        let ann = app.user("ann").await;
        let by_cookie = app.anyone().with_cookie(&ann.token).with("idempotency-key", "k");
        let login = json!({ "email": ann.email(), "password": "ann's secret" });
        let one = by_cookie.post("/api/login/", &login).await.expect(200);
        let other = by_cookie.post("/api/login/", &login).await.expect(200);
        assert_ne!(one.text("session_token"), other.text("session_token"));
        // However the path is written.
        let encoded = by_cookie.post("/api/log%69n/", &login).await.expect(200);
        assert_ne!(one.text("session_token"), encoded.text("session_token"));
        let register = json!({
            "email": "new@example.org", "password": "a good secret", "first": "New", "last": "One", "phone_number": "1",
        });
        let _ = by_cookie.post("/api/register/", &register).await.expect(201);
        let _ = by_cookie.post("/api/register", &register).await.expect(400);
        let renew = app.anyone().with("authorization", &format!("Bearer {}", ann.update_token)).with("idempotency-key", "k");
        let _ = renew.post_empty("/api/session/").await.expect(200);
        assert_eq!(app.database().count("idempotency_keys"), 0);
    }

    async fn a_client_that_hangs_up_finds_its_request_done_once(app) {
        let ann = app.user("ann").await;
        for round in 0..30_u64 {
            let (key, body) = (format!("k{round}"), plain_job(&format!("Job {round}")));
            let text = body.to_string();
            let mut raw = Raw::to(app.address());
            let start = head("POST", &jobs(&ann), &ann.token);
            assert!(raw.send(format!("{start}Idempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n{text}", text.len()).as_bytes()));
            // Sooner or later, so that the end meets the request in all its states.
            let mut spin = 0_u64;
            while spin < round * 20_000 {
                spin = std::hint::black_box(spin + 1);
            }
            raw.hang_up();
            let again = eventually(|| keyed(&ann, &key), &jobs(&ann), &body).await;
            assert_eq!(again.status, 201);
            assert_eq!(app.database().count(&format!("jobs WHERE title = 'Job {round}'")), 1);
        }
    }

    async fn the_rest_of_the_contract_holds_for_keyed_requests(app) {
        let ann = app.user("ann").await;
        let answer = keyed(&ann, "k").post_raw(&jobs(&ann), "{").await.expect(400);
        assert_eq!(answer.code(), "malformed_json");
        assert_eq!(answer.header("x-request-id"), answer.text("request_id"));
        let again = keyed(&ann, "k").post_raw(&jobs(&ann), "{").await;
        is_replay(&answer, &again);
        let _ = keyed(&ann, "lost").post("/api/nothing/", &json!({})).await.expect(404);
        let _ = keyed(&ann, "lost2").post("/api/job/", &json!({})).await.expect(405);
        let edit = json!({ "title": "New" });
        let job = ann.posts_job("Old").await;
        let tag = ann.get(&format!("/api/job/{job}/")).await.header("etag");
        let conditional = keyed(&ann, "edit").with("if-match", &tag);
        let edited = conditional.post(&format!("/api/job/{job}/"), &edit).await.expect(201);
        let replayed = conditional.post(&format!("/api/job/{job}/"), &edit).await;
        is_replay(&edited, &replayed);
        assert_eq!(edited.header("etag"), replayed.header("etag"));
        let answers: Vec<Answer> = vec![conditional.post(&format!("/api/job/{job}/"), &edit).await];
        all_are(&answers, 201);
    }
}

fn picture() -> Value {
    use base64::Engine as _;
    json!({ "image_data": base64::engine::general_purpose::STANDARD.encode(drawn(7, 64, 48)) })
}

/// Sends a request until it is not told any more that the first one is still running.
async fn eventually(client: impl Fn() -> Client, path: &str, body: &Value) -> Answer {
    for _ in 0..2_000 {
        let answer = client().post(path, body).await;
        if answer.status != 409 || answer.code() != "idempotency_key_running" {
            return answer;
        }
    }
    panic!("the first request runs for ever");
}
