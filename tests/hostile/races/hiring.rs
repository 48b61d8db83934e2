//! Applying, withdrawing, deleting, picking and finishing, all at the same moment.

use gigline_testkit::{Actor, TestApp, on_both};
use serde_json::{Value, json};

use crate::crowd::{
    FIFTY, Request, all_are, all_at_once, count, ids, is_consistent, mixed, one_wins, people, statuses,
};

const ROUNDS: usize = 6;

fn picks<'a>(poster: &'a Actor, job: i64, candidate: &'a Actor) -> Request<'a> {
    Box::pin(poster.picks(job, candidate))
}

async fn seen_by(poster: &Actor, job: i64) -> Value {
    let seen = poster.get(&format!("/api/job/{job}/")).await.expect(200).json();
    is_consistent(&seen);
    seen
}

/// Two people, one of whom has a candidate: the other.
async fn two(app: &TestApp) -> (Actor, Actor) {
    (app.user("ann").await, app.user("bob").await)
}

on_both! {
    async fn of_fifty_picks_exactly_one_wins(app) {
        let (ann, crowd) = (app.user("ann").await, people(&app, "bob", FIFTY).await);
        for round in 0..3 {
            let job = ann.posts_job(&format!("Job {round}")).await;
            all_are(&all_at_once(crowd.iter().map(|bob| -> Request<'_> { Box::pin(bob.applies(job)) })).await, 201);
            let answers = all_at_once(crowd.iter().map(|bob| picks(&ann, job, bob))).await;
            one_wins(&answers, 201, (409, "job_not_open"));
            let chosen = crowd[answers.iter().position(|answer| answer.status == 201).unwrap()].id;
            let seen = seen_by(&ann, job).await;
            assert_eq!((seen["status"].as_str(), ids(&seen, "receiver")), (Some("taken"), vec![chosen]));
            assert_eq!(ids(&seen, "potential").len(), FIFTY - 1);
        }
    }

    async fn who_applies_fifty_times_is_a_candidate_once(app) {
        let (ann, bob) = two(&app).await;
        for round in 0..ROUNDS {
            let job = ann.posts_job(&format!("Job {round}")).await;
            let answers = all_at_once((0..FIFTY).map(|_| -> Request<'_> { Box::pin(bob.applies(job)) })).await;
            one_wins(&answers, 201, (409, "already_applied"));
            assert_eq!(ids(&seen_by(&ann, job).await, "potential"), [bob.id]);
        }
    }

    async fn who_applies_while_another_is_picked_is_a_candidate_or_too_late(app) {
        let (ann, bob, crowd) = (app.user("ann").await, app.user("bob").await, people(&app, "cid", 25).await);
        for round in 0..ROUNDS {
            let job = ann.posts_job(&format!("Job {round}")).await;
            let _ = bob.applies(job).await.expect(201);
            let apply = crowd.iter().map(|cid| -> Request<'_> { Box::pin(cid.applies(job)) });
            let pick = (0..25).map(|_| picks(&ann, job, &bob));
            let (applied, picked) = if round % 2 == 0 {
                mixed(apply, pick).await
            } else {
                let (picked, applied) = mixed(pick, apply).await;
                (applied, picked)
            };
            all_are(&picked, 201);
            let mut in_time = Vec::new();
            for (cid, answer) in crowd.iter().zip(&applied) {
                match answer.status {
                    201 => in_time.push(cid.id),
                    _ => assert_eq!((answer.status, answer.code().as_str()), (409, "job_not_open")),
                }
            }
            let seen = seen_by(&ann, job).await;
            let mut potential = ids(&seen, "potential");
            potential.sort_unstable();
            in_time.sort_unstable();
            assert_eq!((ids(&seen, "receiver"), potential), (vec![bob.id], in_time));
        }
    }

    async fn a_withdrawal_and_a_pick_never_both_succeed(app) {
        let (ann, bob) = two(&app).await;
        for round in 0..ROUNDS {
            let job = ann.posts_job(&format!("Job {round}")).await;
            let _ = bob.applies(job).await.expect(201);
            let withdraw = (0..25).map(|_| -> Request<'_> { Box::pin(bob.withdraws(job)) });
            let (withdrawn, picked) = mixed(withdraw, (0..25).map(|_| picks(&ann, job, &bob))).await;
            let seen = seen_by(&ann, job).await;
            if seen["taken"] == true {
                all_are(&picked, 201);
                all_are(&withdrawn, 409);
                assert!(withdrawn.iter().all(|answer| answer.code() == "picked_already"));
            } else {
                all_are(&picked, 404);
                one_wins(&withdrawn, 200, (404, "not_found"));
                assert_eq!(ids(&seen, "potential"), [0; 0]);
            }
        }
    }

    async fn a_deletion_and_a_pick_never_both_succeed(app) {
        let (ann, bob) = two(&app).await;
        for round in 0..ROUNDS {
            let job = ann.posts_job(&format!("Job {round}")).await;
            let _ = bob.applies(job).await.expect(201);
            let path = format!("/api/job/{job}/");
            let delete = (0..25).map(|_| -> Request<'_> { Box::pin(ann.delete(&path)) });
            let (deleted, picked) = mixed(delete, (0..25).map(|_| picks(&ann, job, &bob))).await;
            if count(&picked, 201) > 0 {
                all_are(&picked, 201);
                all_are(&deleted, 409);
                assert!(deleted.iter().all(|answer| answer.code() == "job_taken"), "{}", statuses(&deleted));
                assert_eq!(ids(&seen_by(&ann, job).await, "receiver"), [bob.id]);
            } else {
                all_are(&picked, 404);
                one_wins(&deleted, 200, (404, "not_found"));
                let _ = ann.get(&path).await.expect(404);
                assert_eq!(app.database().count(&format!("applications WHERE job_id = {job}")), 0);
                assert_eq!(app.database().count("job_words"), app.database().count("jobs"));
            }
        }
    }

    async fn both_parties_call_a_job_done_as_often_as_they_like(app) {
        let (ann, bob) = two(&app).await;
        for round in 0..ROUNDS {
            let job = ann.hires(&bob, &format!("Job {round}")).await;
            let by = |who| move |_| -> Request<'_> { Box::pin(Actor::finishes(who, job)) };
            let (one, other) = mixed((0..25).map(by(&ann)), (0..25).map(by(&bob))).await;
            let first = one[0].json();
            assert_eq!((&first["status"], ids(&first, "receiver")), (&Value::from("done"), vec![bob.id]));
            for answer in one.iter().chain(&other) {
                assert_eq!((answer.status, &answer.body), (201, &one[0].body));
            }
        }
    }

    async fn an_edit_and_the_end_of_a_job_leave_words_that_were_answered(app) {
        let (ann, bob) = two(&app).await;
        for round in 0..ROUNDS {
            let job = ann.hires(&bob, &format!("Job {round}")).await;
            let path = format!("/api/job/{job}/");
            let titles: Vec<Value> = (0..25).map(|n| json!({ "title": format!("Title {n}") })).collect();
            let edit = titles.iter().map(|title| -> Request<'_> { Box::pin(ann.post(&path, title)) });
            let done = (0..25).map(|_| -> Request<'_> { Box::pin(bob.finishes(job)) });
            let (edited, finished) = mixed(edit, done).await;
            all_are(&finished, 201);
            assert_eq!(count(&edited, 201) + count(&edited, 409), 25, "{}", statuses(&edited));
            let title = seen_by(&ann, job).await["title"].as_str().unwrap().to_owned();
            let mut told = edited.iter().filter(|answer| answer.status == 201).map(|answer| answer.text("title"));
            assert!(count(&edited, 201) == 0 || told.any(|told| told == title), "{title}");
        }
    }
}
