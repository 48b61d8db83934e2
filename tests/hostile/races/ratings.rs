//! Ratings at the same moment: the same one, mutual ones, and one while the job gets done.

use gigline_testkit::on_both;
use serde_json::json;

use crate::crowd::{FIFTY, Request, all_are, all_at_once, mixed, one_wins, people};

on_both! {
    async fn a_rating_is_given_once_and_the_others_are_told_which(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        for round in 0..4_usize {
            // The first round is for no job, the later ones each for a job that they did together.
            let job = if round == 0 { None } else { Some(ann.completes_with(&bob, "Job").await) };
            let verdict = json!({ "rate": 4, "description": "", "job_id": job });
            let path = format!("/api/user/{}/rating/{}/", ann.id, bob.id);
            let answers = all_at_once((0..FIFTY).map(|_| -> Request<'_> { Box::pin(ann.post(&path, &verdict)) })).await;
            one_wins(&answers, 201, (409, "already_rated"));
            let given = answers.iter().find(|answer| answer.status == 201).unwrap();
            for answer in answers.iter().filter(|answer| answer.status == 409) {
                assert_eq!(answer.number("rating_id"), given.number("id"));
                assert!(answer.text("error").contains(&given.number("id").to_string()));
            }
        }
        assert_eq!(app.database().count("ratings"), 4);
    }

    async fn people_who_rate_each_other_at_once_all_succeed(app) {
        let crowd = people(&app, "ann", 10).await;
        let crowd = &crowd;
        let pairs = (0..10).flat_map(|one| (0..10).filter(move |other| *other != one).map(move |other| (one, other)));
        let answers = all_at_once(pairs.map(|(one, other)| -> Request<'_> { Box::pin(crowd[one].rates(&crowd[other], 5)) }));
        all_are(&answers.await, 201);
        assert_eq!(app.database().count("ratings"), 90);
    }

    async fn a_rating_given_while_the_job_gets_done_is_verified_in_the_end(app) {
        for round in 0..6 {
            let (ann, bob) = (app.user(&format!("ann{round}")).await, app.user(&format!("bob{round}")).await);
            let job = ann.hires(&bob, "Job").await;
            let rate = (0..4).map(|n| -> Request<'_> {
                if n % 2 == 0 { Box::pin(ann.rates(&bob, 5)) } else { Box::pin(bob.rates(&ann, 1)) }
            });
            let done = (0..4).map(|_| -> Request<'_> { Box::pin(ann.finishes(job)) });
            let (rated, finished) = mixed(rate, done).await;
            all_are(&finished, 201);
            assert!(rated.iter().any(|answer| answer.status == 201));
            let theirs = format!("author_id IN ({}, {})", ann.id, bob.id);
            assert_eq!(app.database().count(&format!("ratings WHERE {theirs} AND NOT verified")), 0);
        }
    }
}
