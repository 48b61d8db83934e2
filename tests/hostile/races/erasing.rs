//! An account that goes while its owner and others do everything that has to do with it.

use std::time::Duration;

use futures_util::future::join_all;
use gigline_media::drawn;
use gigline_testkit::{Actor, TestApp, on_both, plain_job};
use serde_json::json;

use crate::crowd::{Request, all_at_once};

/// What no race may leave behind.
async fn nothing_dangles(app: &TestApp) {
    let database = app.database();
    for (what, from) in [
        ("open jobs of nobody", "jobs WHERE status = 'open' AND poster_id IS NULL"),
        ("receivers of open jobs", "jobs WHERE status = 'open' AND receiver_id IS NOT NULL"),
        ("candidates who are not there", "applications WHERE user_id NOT IN (SELECT id FROM users)"),
        ("candidates of no job", "applications WHERE job_id NOT IN (SELECT id FROM jobs)"),
        ("picked candidates", "applications a JOIN jobs j ON j.id = a.job_id AND j.receiver_id = a.user_id"),
        ("pictures of nobody", "assets WHERE user_id NOT IN (SELECT id FROM users)"),
        ("ratings by nobody", "ratings WHERE author_id NOT IN (SELECT id FROM users)"),
        ("sessions of nobody", "logins WHERE user_id NOT IN (SELECT id FROM users)"),
    ] {
        assert_eq!(database.count(from), 0, "{what}");
    }
    assert_eq!(database.count("job_words"), database.count("jobs"));
    gigline_http::housekeeping::bury(app.app()).await;
    assert_eq!(database.count("doomed_blobs"), 0);
    let files = 2 * usize::try_from(database.count("assets")).unwrap();
    assert_eq!(files_under(&app.data_dir().join("media")), files, "files beside those of pictures");
}

fn files_under(dir: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_under(&path) } else { 1 }).sum()
}

/// Everything that has to do with `gone`, who has a candidate, an application and a finished job with `other`.
fn everything<'a>(gone: &'a Actor, other: &'a Actor, theirs: i64, others: i64, picture: &'a [u8]) -> Vec<Request<'a>> {
    let mut all: Vec<Request<'a>> = Vec::new();
    for _ in 0..3 {
        all.push(Box::pin(gone.applies(others)));
        all.push(Box::pin(gone.rates(other, 3)));
        all.push(Box::pin(async { gone.posts(&plain_job("One more")).await }));
        all.push(Box::pin(other.rates(gone, 2)));
        all.push(Box::pin(other.applies(theirs)));
        all.push(Box::pin(other.picks(others, gone)));
        all.push(Box::pin(gone.picks(theirs, other)));
        all.push(Box::pin(gone.withdraws(others)));
        all.push(Box::pin(other.withdraws(theirs)));
        all.push(Box::pin(gone.finishes(theirs)));
        all.push(Box::pin(async { gone.get(&format!("/api/user/{}/", gone.id)).await }));
        all.push(Box::pin(async { gone.post(&format!("/api/user/{}/", gone.id), &json!({ "first": "Other" })).await }));
        let keyed = gone.with("idempotency-key", "once");
        all.push(Box::pin(
            async move { keyed.post(&format!("/api/user/{}/job/", gone.id), &plain_job("Keyed")).await },
        ));
    }
    all.push(Box::pin(gone.uploads(picture)));
    all.push(Box::pin(gone.uploads_to(theirs, picture)));
    all.push(Box::pin(async { gone.delete(&format!("/api/user/{}/", gone.id)).await }));
    all
}

on_both! {
    async fn an_account_goes_whole_whatever_happens_to_it_meanwhile(app) {
        let picture = drawn(7, 64, 48);
        for round in 0..5 {
            let (gone, other) = (app.user(&format!("ann{round}")).await, app.user(&format!("bob{round}")).await);
            let _ = gone.completes_with(&other, "Done").await;
            let (theirs, others) = (gone.posts_job("Theirs").await, other.posts_job("Others").await);
            let _ = gone.applies(others).await.expect(201);
            let _ = other.applies(theirs).await.expect(201);
            let mut requests = everything(&gone, &other, theirs, others, &picture);
            // The deletion comes last in the list; each round it is sent somewhere else among the others.
            let (last, place) = (requests.pop().unwrap(), round * 9);
            requests.insert(place, last);
            let answers = all_at_once(requests).await;
            let _ = answers[place].clone().expect(200);
            let _ = app.anyone().get(&format!("/api/user/{}/", gone.id)).await.expect(404);
            let _ = gone.get("/api/secret/").await.expect(401);
            nothing_dangles(&app).await;
        }
    }

    async fn people_who_worked_for_each_other_can_all_go_at_once(app) {
        for round in 0..3 {
            let names: Vec<String> = (0..6).map(|n| format!("p{round}x{n}")).collect();
            let people: Vec<Actor> = join_all(names.iter().map(|name| app.user(name))).await;
            for (one, other) in people.iter().flat_map(|one| people.iter().map(move |other| (one, other))) {
                if one.id != other.id {
                    let _ = one.completes_with(other, "Done").await;
                    let _ = one.rates(other, 4).await.expect(201);
                }
            }
            let paths: Vec<String> = people.iter().map(|person| format!("/api/user/{}/", person.id)).collect();
            let gone = all_at_once(
                people.iter().zip(&paths).map(|(person, path)| -> Request<'_> { Box::pin(person.delete(path)) }),
            );
            assert!(gone.await.iter().all(|answer| answer.status == 200));
            nothing_dangles(&app).await;
            assert_eq!(app.database().count("jobs WHERE status = 'done' AND poster_id IS NULL AND receiver_id IS NULL"), 30 * (round + 1));
        }
        assert_eq!(app.database().count("ratings"), 0);
        assert_eq!(app.database().count("users"), 0);
    }

    async fn who_signs_in_while_the_account_goes_is_let_in_or_not_and_then_out(app) {
        for round in 0..3 {
            let name = format!("ann{round}");
            let ann = app.user(&name).await;
            let (path, password) = (format!("/api/user/{}/", ann.id), format!("{name}'s secret"));
            let requests = (0..20).map(|n| -> Request<'_> {
                if n == 5 * round { Box::pin(ann.delete(&path)) } else { Box::pin(app.try_log_in(&name, &password)) }
            });
            let answers = all_at_once(requests).await;
            for answer in &answers {
                assert!(matches!(answer.status, 200 | 401), "{}", answer.status);
            }
            app.clock().advance(Duration::from_secs(2));
            for answer in answers.iter().filter(|answer| answer.json().get("session_token").is_some()) {
                let bearer = app.anyone().with("authorization", &format!("Bearer {}", answer.text("session_token")));
                let _ = bearer.get("/api/secret/").await.expect(401);
            }
            nothing_dangles(&app).await;
        }
    }
}
