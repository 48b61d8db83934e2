//! Posting, finding and getting jobs done.

use gigline_testkit::on_both;
use serde_json::json;

on_both! {
    async fn a_job_goes_from_open_to_done(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let job = ann.posts_job("Hang posters").await;
        let _ = bob.applies(job).await.expect(201);
        let taken = ann.picks(job, &bob).await.expect(201).json();
        assert_eq!((&taken["status"], &taken["receiver"][0]["id"]), (&json!("taken"), &json!(bob.id)));
        assert_eq!(taken["potential"], json!([]));
        let done = bob.finishes(job).await.expect(201).json();
        assert_eq!((&done["status"], &done["done"], &done["taken"]), (&json!("done"), &json!(true), &json!(true)));
        assert_eq!(app.anyone().get(&format!("/api/job/{job}")).await.expect(200).json()["status"], "done");
    }

    async fn words_find_jobs_best_first(app) {
        let ann = app.user("ann").await;
        let body = ann
            .posts(&json!({
                "title": "Walk", "description": "paint the fence afterwards", "location": "", "date_activity": "",
                "duration": 0, "reward": "1", "category": "Pet Sitting", "longtitude": 0, "latitude": 0,
            }))
            .await
            .expect(201)
            .number("id");
        let title = ann.posts_job("Painting a fence").await;
        let found = |answer: &gigline_testkit::Answer| -> Vec<i64> {
            answer.json()["jobs"].as_array().unwrap().iter().map(|job| job["id"].as_i64().unwrap()).collect()
        };
        let answer = app.anyone().get("/api/job/filter?search=fence+pai").await.expect(200);
        assert_eq!(found(&answer), [title, body]);
        let misspelt = app.anyone().get("/api/job/filter?search=paintng").await.expect(200);
        assert_eq!(found(&misspelt), [title]);
    }
}
