//! A picture's row and its files go together, whatever happens in between.

use std::time::Duration;

use gigline_auth::{Clock as _, SystemClock};
use gigline_domain::Timestamp;
use gigline_http::housekeeping;
use gigline_persistence::{StoreError, blobs};
use gigline_testkit::{TestApp, on_both};
use serde_json::{Value, json};

use super::samples::{db_files, name, png};

fn files_of(assets: &[&Value]) -> Vec<String> {
    let mut names: Vec<String> =
        assets.iter().flat_map(|asset| [name(asset, "url"), name(asset, "thumbnail_url")]).collect();
    names.sort();
    names
}

/// Files that are noted for deletion.
async fn db_doomed(app: &TestApp) -> Vec<String> {
    app.app().store.read(|conn| blobs::list_doomed(conn, 100)).await.unwrap()
}

/// Lets the server's clock show `after` from now: files bear the times of the machine, so there the test begins too.
fn set_clock(app: &TestApp, after: Duration) -> Timestamp {
    let at = SystemClock.now().plus(after);
    app.clock().set(at);
    at
}

on_both! {
    async fn a_deleted_picture_takes_its_files_along(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let job = ann.posts_job("Paint a fence").await;
        let kept = ann.uploads(&png(8, 8)).await.expect(201).json();
        for shown in [None, Some(job)] {
            let asset = match shown {
                None => ann.uploads(&png(8, 8)).await.expect(201).json(),
                Some(job) => ann.uploads_to(job, &png(8, 8)).await.expect(201).json(),
            };
            let path = format!("/api/asset/{}/", asset["id"]);
            let _ = bob.delete(&path).await.expect(403);
            let _ = app.anyone().delete(&path).await.expect(401);
            assert_eq!(ann.delete(&path).await.expect(200).json(), asset, "as it was");
            assert_eq!(db_files(&app), files_of(&[&kept]));
            let _ = app.anyone().get(asset["url"].as_str().unwrap()).await.expect(404);
            let _ = app.anyone().get(&path).await.expect(404);
            let _ = ann.delete(&path).await.expect(404);
        }
        let _ = app.admin("root").await.delete(&format!("/api/asset/{}/", kept["id"])).await.expect(200);
        assert_eq!((db_files(&app), db_doomed(&app).await), (vec![], vec![]));
    }

    async fn a_deleted_job_takes_its_pictures_and_leaves_the_posters_own(app) {
        let ann = app.user("ann").await;
        let (fence, hedge) = (ann.posts_job("Paint a fence").await, ann.posts_job("Trim a hedge").await);
        let own = ann.uploads(&png(8, 8)).await.expect(201).json();
        let other = ann.uploads_to(hedge, &png(8, 8)).await.expect(201).json();
        let shown = [ann.uploads_to(fence, &png(8, 8)).await, ann.uploads_to(fence, &png(8, 8)).await];
        let shown: Vec<Value> = shown.into_iter().rev().map(|answer| answer.expect(201).json()).collect();
        let deleted = ann.delete(&format!("/api/job/{fence}/")).await.expect(200).json();
        assert_eq!(deleted["asset"], json!(shown), "as it was");
        assert_eq!(db_files(&app), files_of(&[&own, &other]));
        assert_eq!(app.anyone().get("/api/asset/").await.expect(200).json()["assets"], json!([own, other]));
    }

    async fn an_erased_account_takes_all_its_pictures(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let (open, taken) = (ann.posts_job("Paint a fence").await, ann.hires(&bob, "Trim a hedge").await);
        let _ = ann.uploads(&png(8, 8)).await.expect(201);
        for job in [open, taken] {
            let _ = ann.uploads_to(job, &png(8, 8)).await.expect(201);
        }
        let kept = bob.uploads(&png(8, 8)).await.expect(201).json();
        let erased = ann.delete(&format!("/api/user/{}/", ann.id)).await.expect(200).json();
        assert_eq!(erased["assets"].as_array().unwrap().len(), 1, "as it was");
        assert_eq!(db_files(&app), files_of(&[&kept]));
        assert_eq!(app.anyone().get("/api/asset/").await.expect(200).json()["assets"], json!([kept]));
        let job = app.anyone().get(&format!("/api/job/{taken}/")).await.expect(200).json();
        assert_eq!((&job["asset"], &job["poster"][0]["id"]), (&json!([]), &json!(0)));
    }

    async fn files_without_a_row_are_swept_once_no_upload_can_want_them(app) {
        let _ = set_clock(&app, Duration::ZERO);
        let ann = app.user("ann").await;
        let asset = ann.uploads(&png(8, 8)).await.expect(201).json();
        let media = app.data_dir().join("media");
        let orphans = ["0123456789abcdef0123456789abcdef.jpg", "0123456789abcdef0123456789abcdef-t.png"];
        let unfinished = "fedcba9876543210fedcba9876543210.jpg#1";
        let foreign = "README.txt";
        for name in orphans.into_iter().chain([unfinished, foreign]) {
            std::fs::write(media.join(name), b"left behind").unwrap();
        }
        let before = db_files(&app);
        let _ = set_clock(&app, Duration::from_secs(50 * 60));
        housekeeping::tidy(app.app()).await;
        assert_eq!(db_files(&app), before, "they may belong to an upload that is on its way");
        let _ = set_clock(&app, Duration::from_secs(70 * 60));
        housekeeping::tidy(app.app()).await;
        let mut kept = files_of(&[&asset]);
        kept.push(foreign.to_owned());
        kept.sort();
        assert_eq!(db_files(&app), kept, "what is not of our making is not touched");
        let _ = app.anyone().get(asset["url"].as_str().unwrap()).await.expect(200);
    }

    async fn a_file_that_could_not_be_deleted_is_deleted_later(app) {
        let ann = app.user("ann").await;
        let asset = ann.uploads(&png(8, 8)).await.expect(201).json();
        let stuck = name(&asset, "url");
        let file = app.data_dir().join("media").join(&stuck);
        let bytes = std::fs::read(&file).unwrap();
        // A directory in its place cannot be deleted as a file.
        std::fs::remove_file(&file).unwrap();
        std::fs::create_dir(&file).unwrap();
        let _ = ann.delete(&format!("/api/asset/{}/", asset["id"])).await.expect(200);
        assert_eq!((db_files(&app), db_doomed(&app).await), (vec![stuck.clone()], vec![stuck]), "the other is gone");
        let _ = app.anyone().get(asset["url"].as_str().unwrap()).await.expect(404);
        std::fs::remove_dir(&file).unwrap();
        std::fs::write(&file, bytes).unwrap();
        housekeeping::tidy(app.app()).await;
        assert_eq!((db_files(&app), db_doomed(&app).await), (vec![], vec![]));
    }

    async fn files_of_a_deletion_that_was_cut_short_are_deleted_at_the_next_chance(app) {
        let ann = app.user("ann").await;
        let asset = ann.uploads(&png(8, 8)).await.expect(201).json();
        let (id, now) = (gigline_domain::AssetId::new(asset["id"].as_i64().unwrap()), app.clock().now());
        // The row goes, and then the server dies before it comes to the files.
        let row_alone = app.app().store.write(move |tx| {
            gigline_persistence::pictures::delete(tx, id, now)?;
            Ok::<_, StoreError>(())
        });
        row_alone.await.unwrap();
        assert_eq!(db_files(&app), files_of(&[&asset]));
        let other = ann.uploads(&png(8, 8)).await.expect(201).json();
        let _ = ann.delete(&format!("/api/asset/{}/", other["id"])).await.expect(200);
        assert_eq!((db_files(&app), db_doomed(&app).await), (vec![], vec![]));
    }

    async fn rows_and_files_agree_whoever_comes_first(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let picture = png(8, 8);
        for _ in 0..6 {
            let job = ann.posts_job("Paint a fence").await;
            let asset = ann.uploads(&picture).await.expect(201).number("id");
            let old = format!("/api/asset/{asset}/");
            let gone = format!("/api/job/{job}/");
            let (upload, deleted, one, other) = tokio::join!(
                ann.uploads_to(job, &picture), ann.delete(&gone), ann.delete(&old), ann.delete(&old),
            );
            assert!([201, 404].contains(&upload.status), "{}", upload.status);
            let _ = deleted.expect(200);
            let mut deletions = [one.status, other.status];
            deletions.sort_unstable();
            assert_eq!(deletions, [200, 404], "one of two deletions");
        }
        let me = format!("/api/user/{}/", bob.id);
        let (_, _, erased) = tokio::join!(bob.uploads(&picture), bob.uploads(&picture), bob.delete(&me));
        let _ = erased.expect(200);
        // What a deletion left to another one's round is gone after one more.
        housekeeping::bury(app.app()).await;
        assert_eq!(app.anyone().get("/api/asset/").await.expect(200).json()["assets"], json!([]));
        assert_eq!((db_files(&app), db_doomed(&app).await), (vec![], vec![]));
    }
}
