//! Pictures: what may be uploaded, what becomes of it, and where it shows.

mod clearing;
mod outage;
pub(crate) mod samples;
mod serving;
mod showing;

use std::sync::mpsc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use gigline_testkit::on_both;
use image::ImageFormat;
use serde_json::{Value, json};

use samples::{
    BLUE, RED, SECRET, body, data_url, db_files, fetch, halves_in, holds, is_about, photograph, pixels, png,
};

/// Bytes that the studio cannot let go of before the test lets it.
struct Held(Vec<u8>, mpsc::Receiver<()>);

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Ends when the test drops its side.
        let _ = self.1.recv();
    }
}

on_both! {
    async fn each_format_becomes_a_clean_jpeg_or_png_with_a_thumbnail(app) {
        let ann = app.user("ann").await;
        for (format, kept) in [
            (ImageFormat::Png, "image/png"),
            (ImageFormat::Gif, "image/png"),
            (ImageFormat::Jpeg, "image/jpeg"),
            (ImageFormat::WebP, "image/jpeg"),
        ] {
            let asset = ann.uploads(&halves_in(format, 640, 320)).await.expect(201).json();
            assert_eq!((&asset["width"], &asset["height"]), (&json!(640), &json!(320)), "{format:?}");
            assert_eq!((&asset["user_id"], &asset["job_id"]), (&json!(ann.id), &Value::Null));
            assert_eq!(asset["created_at"], "2026-11-20T09:00:00.00000Z");
            let file = fetch(&app.anyone(), &asset, "url").await;
            assert_eq!(file.header("content-type"), kept, "{format:?}");
            let picture = pixels(&file);
            assert_eq!(picture.dimensions(), (640, 320));
            assert!(is_about(*picture.get_pixel(10, 10), RED) && is_about(*picture.get_pixel(630, 310), BLUE));
            let small = pixels(&fetch(&app.anyone(), &asset, "thumbnail_url").await);
            assert_eq!(small.dimensions(), (320, 160));
        }
        assert_eq!(db_files(&app).len(), 8);
    }

    async fn base64_comes_bare_or_as_the_first_app_sends_it(app) {
        let ann = app.user("ann").await;
        let path = format!("/api/user/{}/upload/", ann.id);
        let picture = halves_in(ImageFormat::Jpeg, 60, 40);
        let bare = STANDARD.encode(&picture);
        for text in [
            bare.clone(),
            bare.trim_end_matches('=').to_owned(),
            data_url("image/jpeg", &picture),
            data_url("image/jpeg;charset=utf-8", &picture),
            format!("  data:IMAGE/JPEG;BASE64,{bare}\n"),
        ] {
            let asset = ann.post(&path, &body(&text)).await.expect(201).json();
            assert_eq!((&asset["width"], &asset["height"]), (&json!(60), &json!(40)));
        }
        let job = ann.posts_job("Paint a fence").await;
        let shown = ann.post(&format!("/api/job/{job}/upload/"), &body(&data_url("image/jpeg", &picture))).await;
        assert_eq!(shown.expect(201).json()["job_id"], json!(job));
    }

    async fn what_counts_is_what_the_bytes_are(app) {
        let ann = app.user("ann").await;
        let path = format!("/api/user/{}/upload/", ann.id);
        for (label, format, kept) in [
            ("text/html", ImageFormat::Png, "image/png"),
            ("image/png", ImageFormat::Jpeg, "image/jpeg"),
            ("image/svg+xml", ImageFormat::Gif, "image/png"),
        ] {
            let asset = ann.post(&path, &body(&data_url(label, &halves_in(format, 8, 8)))).await.expect(201).json();
            let file = fetch(&app.anyone(), &asset, "url").await;
            assert_eq!(file.header("content-type"), kept, "{label}");
        }
        let page = [png(8, 8), b"<script>alert(1)</script>".to_vec()].concat();
        let asset = ann.uploads(&page).await.expect(201).json();
        assert!(!holds(&fetch(&app.anyone(), &asset, "url").await.body, b"<script>"), "nothing of the upload survives");
    }

    async fn a_photograph_is_turned_upright_and_tells_nothing_of_its_place(app) {
        let ann = app.user("ann").await;
        let asset = ann.uploads(&photograph(40, 20)).await.expect(201).json();
        assert_eq!((&asset["width"], &asset["height"]), (&json!(20), &json!(40)));
        for which in ["url", "thumbnail_url"] {
            let file = fetch(&app.anyone(), &asset, which).await;
            assert!(!holds(&file.body, SECRET) && !holds(&file.body, b"Exif"), "{which}");
            let picture = pixels(&file);
            assert_eq!(picture.dimensions(), (20, 40));
            assert!(is_about(*picture.get_pixel(10, 4), RED), "what was on the left is on top");
            assert!(is_about(*picture.get_pixel(10, 36), BLUE));
        }
    }

    async fn what_is_no_picture_is_refused_and_nothing_of_it_is_kept(app) {
        let ann = app.user("ann").await;
        let job = ann.posts_job("Paint a fence").await;
        let sound = png(30, 30);
        let bad: [(&str, String); 9] = [
            ("nothing", String::new()),
            ("no base64", "what is this?".to_owned()),
            ("a URL", "http://example.org/a.png".to_owned()),
            ("a text", STANDARD.encode("hello")),
            ("a page", data_url("image/png", b"<!doctype html><script>alert(1)</script>")),
            ("a drawing", data_url("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")),
            ("a bitmap", STANDARD.encode([b"BM".as_slice(), &[0; 60]].concat())),
            ("cut short", STANDARD.encode(&sound[..sound.len() / 2])),
            ("the beginning alone", STANDARD.encode(&sound[..8])),
        ];
        for path in [format!("/api/user/{}/upload/", ann.id), format!("/api/job/{job}/upload/")] {
            for (what, text) in &bad {
                let refused = ann.post(&path, &body(text)).await.expect(400);
                assert_eq!(
                    (refused.code().as_str(), refused.faulty_fields().as_slice()),
                    ("invalid_input", ["image_data".to_owned()].as_slice()),
                    "{what}"
                );
            }
            for wrong in [json!({}), json!({ "image_data": null }), json!({ "image_data": 5 }), json!({ "image": "" })]
            {
                assert_eq!(ann.post(&path, &wrong).await.expect(400).faulty_fields(), ["image_data"]);
            }
        }
        assert_eq!(app.anyone().get("/api/asset/").await.expect(200).json()["assets"], json!([]));
        assert_eq!(db_files(&app), [""; 0]);
    }

    async fn only_its_poster_adds_pictures_to_a_job(app) {
        let (ann, bob, eve) = (app.user("ann").await, app.user("bob").await, app.user("eve").await);
        let job = ann.hires(&bob, "Paint a fence").await;
        for other in [&bob, &eve, &app.admin("root").await] {
            let _ = other.uploads_to(job, &png(9, 9)).await.expect(403);
        }
        let path = format!("/api/job/{job}/upload/");
        let _ = app.anyone().post(&path, &body(&STANDARD.encode(png(9, 9)))).await.expect(401);
        let _ = ann.uploads_to(job + 1, &png(9, 9)).await.expect(404);
        assert_eq!(db_files(&app), [""; 0]);
        let asset = ann.uploads_to(job, &png(9, 9)).await.expect(201).json();
        assert_eq!((&asset["user_id"], &asset["job_id"]), (&json!(ann.id), &json!(job)));
    }

    async fn an_upload_waits_for_no_place_in_a_full_studio(app) {
        let ann = app.user("ann").await;
        let (release, mut held) = (mpsc::channel::<()>().0, Vec::new());
        let mut releases = vec![release];
        for _ in 0..18 {
            let (release, wait) = mpsc::channel();
            releases.push(release);
            let studio = app.app().studio.clone();
            let mut cleaned = Box::pin(async move { studio.clean(Bytes::from_owner(Held(png(4, 4), wait))).await });
            // Asked once, it has its place: two are worked on and sixteen wait.
            let waits =
                std::future::poll_fn(|context| std::task::Poll::Ready(cleaned.as_mut().poll(context).is_pending()));
            assert!(waits.await);
            held.push(cleaned);
        }
        let refused = ann.uploads(&png(9, 9)).await.expect(503);
        assert_eq!((refused.code().as_str(), refused.header("retry-after").as_str()), ("busy", "1"));
        assert_eq!(db_files(&app), [""; 0]);
        drop(releases);
        for cleaned in held {
            assert!(cleaned.await.is_ok());
        }
        let _ = ann.uploads(&png(9, 9)).await.expect(201);
    }
}
