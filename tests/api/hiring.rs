//! Applying, withdrawing, picking, finishing: who may when, and what saying it again does.

use gigline_testkit::{Answer, on_both};
use serde_json::{Value, json};

use crate::support::{assert_error_shape, job_as};

/// The ids of the people in a list of a job.
fn people(job: &Value, list: &str) -> Vec<i64> {
    job[list].as_array().unwrap().iter().map(|person| person["id"].as_i64().unwrap()).collect()
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(&answer.body));
    assert_error_shape(answer, code);
}

on_both! {
    async fn an_application_is_made_once_and_for_an_open_job_of_another(app) {
        let (ann, bob, cleo) = (app.user("ann").await, app.user("bob").await, app.user("cleo").await);
        let job = ann.posts_job("Hang posters").await;
        let applied = bob.applies(job).await.expect(201);
        assert_eq!((applied.number("id"), applied.ids("job_as_potential")), (bob.id, vec![job]));
        assert_eq!(applied.text("email"), bob.email(), "the applicant in full");
        refused(&bob.applies(job).await, 409, "already_applied");
        refused(&ann.applies(job).await, 403, "own_job");
        refused(&bob.applies(job + 1).await, 404, "not_found");
        assert_eq!(app.database().count("applications"), 1);
        let _ = ann.picks(job, &bob).await.expect(201);
        for done in [false, true] {
            for late in [&bob, &cleo] {
                refused(&late.applies(job).await, 409, "job_not_open");
            }
            refused(&ann.applies(job).await, 403, "own_job");
            assert_eq!(job_as(&ann, job).await["done"], done);
            let _ = bob.finishes(job).await.expect(201);
        }
    }

    async fn an_application_can_be_taken_back_until_one_is_picked(app) {
        let (ann, bob, cleo) = (app.user("ann").await, app.user("bob").await, app.user("cleo").await);
        let job = ann.posts_job("Hang posters").await;
        refused(&bob.withdraws(job).await, 404, "not_found");
        refused(&bob.withdraws(job + 1).await, 404, "not_found");
        for candidate in [&bob, &cleo] {
            let _ = candidate.applies(job).await.expect(201);
        }
        let withdrawn = bob.withdraws(job).await.expect(200).json();
        assert_eq!(
            (&withdrawn["id"], &withdrawn["potential"], &withdrawn["potential_count"]),
            (&json!(job), &json!([]), &json!(1))
        );
        refused(&bob.withdraws(job).await, 404, "not_found");
        refused(&ann.picks(job, &bob).await, 404, "not_found");
        let _ = bob.applies(job).await.expect(201);
        let _ = ann.picks(job, &bob).await.expect(201);
        refused(&bob.withdraws(job).await, 409, "picked_already");
        assert_eq!(job_as(&ann, job).await["status"], "taken");
        assert_eq!(cleo.withdraws(job).await.expect(200).json()["potential_count"], 0, "who was not picked may go");
    }

    async fn one_candidate_is_picked_and_the_same_pick_says_the_same_again(app) {
        let (ann, bob, cleo) = (app.user("ann").await, app.user("bob").await, app.user("cleo").await);
        let job = ann.posts_job("Hang posters").await;
        refused(&ann.picks(job, &bob).await, 404, "not_found");
        for candidate in [&bob, &cleo] {
            let _ = candidate.applies(job).await.expect(201);
        }
        refused(&ann.picks(job + 1, &bob).await, 404, "not_found");
        refused(&bob.picks(job, &bob).await, 403, "not_the_poster");
        let picked = ann.picks(job, &bob).await.expect(201);
        let body = picked.json();
        assert_eq!((&body["status"], &body["taken"], &body["done"]), (&json!("taken"), &json!(true), &json!(false)));
        assert_eq!((people(&body, "receiver"), people(&body, "potential")), (vec![bob.id], vec![cleo.id]));
        assert_eq!(ann.picks(job, &bob).await.expect(201).body, picked.body);
        refused(&ann.picks(job, &cleo).await, 409, "job_not_open");
        refused(&ann.picks(job, &app.user("dan").await).await, 409, "job_not_open");
        assert_eq!(bob.get(&bob.path()).await.expect(200).ids("job_as_receiver"), [job]);
        assert!(bob.get(&bob.path()).await.expect(200).ids("job_as_potential").is_empty());
        let done = bob.finishes(job).await.expect(201);
        assert_eq!(ann.picks(job, &bob).await.expect(201).json()["status"], "done");
        assert_eq!(done.json()["receiver"][0]["id"], bob.id);
    }

    async fn either_party_calls_a_taken_job_done_and_once_more_changes_nothing(app) {
        let (ann, bob, cleo) = (app.user("ann").await, app.user("bob").await, app.user("cleo").await);
        for (first, second) in [(&ann, &bob), (&bob, &ann)] {
            let job = ann.posts_job("Hang posters").await;
            for candidate in [&bob, &cleo] {
                let _ = candidate.applies(job).await.expect(201);
            }
            refused(&ann.finishes(job).await, 409, "job_not_taken");
            refused(&bob.finishes(job).await, 403, "not_a_party");
            let _ = ann.picks(job, &bob).await.expect(201);
            refused(&cleo.finishes(job).await, 403, "not_a_party");
            let done = first.finishes(job).await.expect(201);
            let body = done.json();
            assert_eq!((&body["status"], &body["taken"], &body["done"]), (&json!("done"), &json!(true), &json!(true)));
            assert_eq!(first.finishes(job).await.expect(201).body, done.body);
            assert_eq!(second.finishes(job).await.expect(201).json()["status"], "done");
        }
        refused(&ann.finishes(10_000).await, 404, "not_found");
    }

    async fn candidates_are_for_the_poster_and_each_for_themselves(app) {
        let (ann, bob, cleo) = (app.user("ann").await, app.user("bob").await, app.user("cleo").await);
        let (admin, stranger) = (app.admin("admin").await, app.user("stranger").await);
        let job = ann.posts_job("Hang posters").await;
        for candidate in [&cleo, &bob] {
            let _ = candidate.applies(job).await.expect(201);
        }
        let all = vec![cleo.id, bob.id];
        let anyone = app.anyone();
        let views = [
            (&*ann, all),
            (&*admin, vec![]),
            (&*bob, vec![bob.id]),
            (&*cleo, vec![cleo.id]),
            (&*stranger, vec![]),
            (&anyone, vec![]),
        ];
        for (viewer, seen) in views {
            let alone = job_as(viewer, job).await;
            assert_eq!((people(&alone, "potential"), &alone["potential_count"]), (seen, &json!(2)));
            for list in ["/api/job/", "/api/job/filter?search=posters"] {
                assert_eq!(viewer.get(list).await.expect(200).list("jobs"), std::slice::from_ref(&alone), "{list}");
            }
        }
    }
}
