//! Where pictures show: in their own list, on their owner, on their job; under addresses that can be fetched.

use gigline_testkit::{Answer, Client, on_both};
use serde_json::{Value, json};

use super::samples::{fetch, name, png};

fn ids(list: &Value) -> Vec<i64> {
    list.as_array().unwrap().iter().map(|asset| asset["id"].as_i64().unwrap()).collect()
}

async fn job_pictures(client: &Client, job: i64) -> Vec<i64> {
    ids(&client.get(&format!("/api/job/{job}/")).await.expect(200).json()["asset"])
}

async fn listed(client: &Client, query: &str) -> Answer {
    client.get(&format!("/api/asset/{query}")).await.expect(200)
}

on_both! {
    async fn all_pictures_are_listed_in_pages_and_each_is_shown_by_itself(app) {
        let (ann, anyone) = (app.user("ann").await, app.anyone());
        assert_eq!(listed(&anyone, "").await.json(), json!({ "assets": [], "next_cursor": null }));
        let job = ann.posts_job("Paint a fence").await;
        let mut made = Vec::new();
        for _ in 0..2 {
            made.push(ann.uploads(&png(8, 8)).await.expect(201).json());
            made.push(ann.uploads_to(job, &png(8, 8)).await.expect(201).json());
        }
        let all = listed(&anyone, "").await.json();
        assert_eq!(all["assets"], json!(made), "the oldest first");
        let newest = listed(&anyone, "?limit=3").await.json();
        assert_eq!(newest["assets"], json!(made[1..]));
        let rest = listed(&anyone, &format!("?limit=3&cursor={}", newest["next_cursor"].as_str().unwrap())).await.json();
        assert_eq!((&rest["assets"], &rest["next_cursor"]), (&json!(made[..1]), &Value::Null));
        for asset in &made {
            let path = format!("/api/asset/{}/", asset["id"]);
            assert_eq!(&anyone.get(&path).await.expect(200).json(), asset);
        }
        let _ = anyone.get("/api/asset/999/").await.expect(404);
    }

    async fn a_person_shows_their_own_pictures_newest_first(app) {
        let ann = app.user("ann").await;
        let job = ann.posts_job("Paint a fence").await;
        let mut own = Vec::new();
        for _ in 0..3 {
            own.insert(0, ann.uploads(&png(8, 8)).await.expect(201).number("id"));
            let _ = ann.uploads_to(job, &png(8, 8)).await.expect(201);
        }
        let person = app.anyone().get(&format!("/api/user/{}/", ann.id)).await.expect(200).json();
        assert_eq!(ids(&person["assets"]), own, "those of the job are left out");
        let everyone = app.anyone().get("/api/user/").await.expect(200).json();
        assert_eq!(ids(&everyone["user"][0]["assets"]), own);
        let bob = app.user("bob").await;
        let of_bob = bob.uploads(&png(8, 8)).await.expect(201).number("id");
        let everyone = app.anyone().get("/api/user/").await.expect(200).json();
        let [first, second] = [0, 1].map(|at| ids(&everyone["user"][at]["assets"]));
        assert_eq!((first, second), (own, vec![of_bob]), "each has their own on a page of several");
    }

    async fn a_job_shows_its_own_pictures_else_its_posters_newest(app) {
        let (ann, bob, anyone) = (app.user("ann").await, app.user("bob").await, app.anyone());
        let (fence, other) = (ann.posts_job("Paint a fence").await, ann.posts_job("Trim a hedge").await);
        let _ = bob.uploads(&png(8, 8)).await.expect(201);
        assert_eq!(job_pictures(&anyone, fence).await, [0; 0]);
        let _ = ann.uploads(&png(8, 8)).await.expect(201);
        let newest = ann.uploads(&png(8, 8)).await.expect(201).number("id");
        assert_eq!(job_pictures(&anyone, fence).await, [newest]);
        let first = ann.uploads_to(fence, &png(8, 8)).await.expect(201).number("id");
        let second = ann.uploads_to(fence, &png(8, 8)).await.expect(201).number("id");
        assert_eq!(job_pictures(&anyone, fence).await, [second, first], "the newest first");
        assert_eq!(job_pictures(&anyone, other).await, [newest], "another job's pictures are none of the poster's own");
        let both = anyone.get("/api/job/").await.expect(200).json();
        assert_eq!(ids(&both["jobs"][0]["asset"]), [second, first]);
        assert_eq!(ids(&both["jobs"][1]["asset"]), [newest]);
        for picture in [second, first] {
            let _ = ann.delete(&format!("/api/asset/{picture}/")).await.expect(200);
        }
        assert_eq!(job_pictures(&anyone, fence).await, [newest]);
    }

    async fn addresses_are_those_that_the_client_called(app) {
        let ann = app.user("ann").await;
        let asset = ann.uploads(&png(8, 8)).await.expect(201).json();
        let here = format!("http://{}/media/", app.address());
        for which in ["url", "thumbnail_url"] {
            assert!(asset[which].as_str().unwrap().starts_with(&here), "{asset}");
            let _ = fetch(&app.anyone(), &asset, which).await;
        }
        let path = format!("/api/asset/{}/", asset["id"]);
        let called = app.anyone().with("host", "gigs.local:8080").get(&path).await.expect(200).json();
        assert_eq!(called["url"], format!("http://gigs.local:8080/media/{}", name(&asset, "url")));
    }

    #[settings = [("GIGLINE_PUBLIC_URL", "https://gigs.example/market/")]]
    async fn addresses_begin_with_the_public_one_where_that_is_set(app) {
        let ann = app.user("ann").await;
        let asset = ann.with("host", "evil.example").post(
            &format!("/api/user/{}/upload/", ann.id), &crate::support::upload(),
        ).await.expect(201).json();
        for which in ["url", "thumbnail_url"] {
            let file = name(&asset, which);
            assert_eq!(asset[which], format!("https://gigs.example/market/media/{file}"));
            let _ = app.anyone().get(&format!("/media/{file}")).await.expect(200);
        }
        assert_ne!(name(&asset, "url"), name(&asset, "thumbnail_url"));
    }
}
