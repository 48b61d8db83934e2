//! A list or a detail costs the database the same number of statements, whatever the page holds.

use gigline_media::drawn;
use gigline_testkit::{Actor, Client, TestApp, on_both, plain_job};
use serde_json::json;

/// Statements of one request, the less of two: the first one of its kind may have looked up a session as well.
async fn cost(app: &TestApp, client: &Client, path: &str) -> u64 {
    let mut least = u64::MAX;
    for _ in 0..2 {
        let before = app.db_statements();
        let _ = client.get(path).await.expect(200);
        least = least.min(app.db_statements() - before);
    }
    least
}

/// A poster, their candidate and what the two have to do with each other: everything that a page can hold.
async fn scene(app: &TestApp, n: usize, picture: &[u8]) -> (Actor, i64) {
    let (ann, bob) = (app.user(&format!("ann{n}")).await, app.user(&format!("bob{n}")).await);
    let _ = ann.completes_with(&bob, "Walk the dog").await;
    let _ = ann.hires(&bob, "Paint a fence").await;
    let mut job = plain_job("Hang posters");
    job["longtitude"] = json!(-76.5);
    job["latitude"] = json!(42.44);
    // One without a picture of its own and without candidates, and one with both.
    let _ = ann.posts(&job).await.expect(201);
    let job = ann.posts(&job).await.expect(201).number("id");
    for (who, uploads) in [(&ann, true), (&bob, false)] {
        let _ = who.uploads(picture).await.expect(201);
        if uploads {
            let _ = ann.uploads_to(job, picture).await.expect(201);
        }
    }
    let _ = bob.applies(job).await.expect(201);
    let _ = ann.rates(&bob, 5).await.expect(201);
    let _ = bob.rates(&ann, 4).await.expect(201);
    (ann, job)
}

fn paths(ann: &Actor, job: i64) -> Vec<String> {
    let mut paths = vec![format!("/api/user/{}/", ann.id), format!("/api/job/{job}/"), "/api/asset/1/".to_owned()];
    let lists = [
        "user/",
        "job/",
        "rating/",
        "asset/",
        "job/?status=open",
        "job/?category=Labor",
        "job/filter/",
        "job/?latitude=42.4&longitude=-76.5&radius_km=50",
        "job/filter/?latitude=42.4&longitude=-76.5&radius_km=50&status=open",
        "user/?limit=3",
        "job/?limit=3",
        "job/?latitude=42.4&longitude=-76.5&radius_km=50&limit=1",
    ];
    paths.extend(lists.map(|list| format!("/api/{list}")));
    paths.push(format!("/api/job/?poster_id={}", ann.id));
    paths
}

on_both! {
    async fn a_page_costs_the_same_however_much_is_on_it(app) {
        let picture = drawn(7, 64, 48);
        let admin = app.admin("root").await;
        let (ann, job) = scene(&app, 0, &picture).await;
        let anyone = app.anyone();
        let viewers: [(&str, &Client); 3] = [("anyone", &anyone), ("the poster", &ann), ("an admin", &admin)];
        let mut before = Vec::new();
        for (who, client) in viewers {
            for path in paths(&ann, job) {
                let cost = cost(&app, client, &path).await;
                assert!(cost <= 14, "{path} costs {who} {cost} statements");
                before.push((who, client, path, cost));
            }
        }
        for n in 1..12 {
            let _ = scene(&app, n, &picture).await;
            // More of everything around the first poster too.
            let _ = ann.posts_job("One more").await;
            let _ = ann.uploads(&picture).await.expect(201);
            let _ = ann.uploads_to(job, &picture).await.expect(201);
            let _ = app.user(&format!("cid{n}")).await.applies(job).await.expect(201);
        }
        for (who, client, path, cost_before) in before {
            let cost = cost(&app, client, &path).await;
            // A page that is cut may by chance hold nothing of some kind.
            let same = if path.contains("limit=") { cost <= cost_before } else { cost == cost_before };
            assert!(same, "{path} for {who}: {cost_before} statements before, {cost} now");
        }
    }

    async fn chats_cost_the_same_however_much_was_said(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let chat = app.db_chat(ann.id, bob.id).await;
        let say = json!({ "message": "hello" });
        let _ = bob.post(&format!("/api/chat/{chat}/message/"), &say).await.expect(201);
        let mut before = Vec::new();
        for round in 0..2 {
            let mut costs = Vec::new();
            for path in [String::new(), "?limit=1".to_owned(), format!("{chat}/"), format!("{chat}/message/")] {
                costs.push(cost(&app, &ann, &format!("/api/chat/{path}")).await);
            }
            assert!(costs.iter().all(|cost| *cost <= 6), "{costs:?}");
            assert!(before.is_empty() || before == costs, "{before:?} {costs:?}");
            before = costs;
            for n in 0..10 * (1 - round) {
                let other = app.user(&format!("other{n}")).await;
                let theirs = app.db_chat(other.id, ann.id).await;
                let _ = other.post(&format!("/api/chat/{theirs}/message/"), &say).await.expect(201);
                let _ = bob.post(&format!("/api/chat/{chat}/message/"), &say).await.expect(201);
            }
        }
    }

    async fn a_search_costs_the_same_for_dozens_of_results_and_for_twice_as_many(app) {
        let ann = app.user("ann").await;
        let searches = ["painting", "fence+garden", "paintng", "painting+fnce+garden"]
            .map(|words| format!("/api/job/filter/?limit=500&search={words}"));
        let mut before = Vec::new();
        for dozens in [30, 60] {
            for n in dozens - 30..dozens {
                let mut job = plain_job(&format!("Painting {n}"));
                job["description"] = json!("fence garden");
                let _ = ann.posts(&job).await.expect(201);
            }
            let mut costs = Vec::new();
            for search in &searches {
                assert_eq!(app.anyone().get(search).await.expect(200).ids("jobs").len(), dozens);
                costs.push(cost(&app, &ann, search).await);
            }
            // What it costs depends on the words alone.
            assert!(costs.iter().all(|cost| *cost <= 24), "{costs:?}");
            assert!(before.is_empty() || before == costs, "{before:?} {costs:?}");
            before = costs;
        }
    }
}
