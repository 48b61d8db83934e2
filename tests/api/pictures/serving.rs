//! Files over HTTP: cached for good, in ranges, and harmless whatever a browser takes them for.

use gigline_testkit::{Answer, TestApp, on_both};
use serde_json::Value;

use super::samples::{name, png};

/// The path of a file that is there, and the file.
async fn stored(app: &TestApp) -> (String, Vec<u8>) {
    let asset = app.user("ann").await.uploads(&png(64, 64)).await.expect(201).json();
    let path = format!("/media/{}", name(&asset, "url"));
    let file = app.anyone().get(&path).await.expect(200);
    (path, file.body)
}

/// What every answer that is about a file has, whether it brings bytes or not.
fn assert_guarded(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin");
    assert_eq!(answer.header("accept-ranges"), "bytes");
}

on_both! {
    async fn a_file_may_be_kept_for_ever_and_run_nothing(app) {
        let (path, file) = stored(&app).await;
        let got = app.anyone().get(&path).await.expect(200);
        assert_guarded(&got);
        assert_eq!(got.header("content-type"), "image/png");
        assert_eq!(got.header("content-length"), file.len().to_string());
        let tag = got.header("etag");
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 30, "{tag}");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
            let same = app.anyone().with("if-none-match", &known).get(&path).await.expect(304);
            assert_guarded(&same);
            assert_eq!((same.header("etag"), same.body.len()), (tag.clone(), 0), "{known}");
        }
        let changed = app.anyone().with("if-none-match", "\"other\"").get(&path).await.expect(200);
        assert_eq!(changed.body, file);
    }

    async fn a_head_tells_all_but_the_bytes(app) {
        let (path, file) = stored(&app).await;
        for client in [app.anyone(), app.anyone().with("range", "bytes=0-3")] {
            let head = client.head(&path).await.expect(200);
            assert_guarded(&head);
            assert_eq!(head.header("content-type"), "image/png");
            assert_eq!((head.header("content-length"), head.body.len()), (file.len().to_string(), 0));
        }
        let _ = app.anyone().head("/media/0123456789abcdef0123456789abcdef.png").await.expect(404);
    }

    async fn a_part_is_served_on_its_own(app) {
        let (path, file) = stored(&app).await;
        let (size, last) = (file.len(), file.len() - 1);
        for (asked, part) in [
            ("bytes=0-0".to_owned(), 0..=0),
            ("bytes=2-9".to_owned(), 2..=9),
            (format!("bytes={last}-"), last..=last),
            ("bytes=5-".to_owned(), 5..=last),
            ("bytes=-7".to_owned(), size - 7..=last),
            ("bytes=-99999999".to_owned(), 0..=last),
            ("bytes=3-99999999".to_owned(), 3..=last),
            ("bytes=3-99999999999999999999999".to_owned(), 3..=last),
            ("BYTES = 2 - 9".to_owned(), 2..=9),
        ] {
            let got = app.anyone().with("range", &asked).get(&path).await.expect(206);
            assert_guarded(&got);
            assert_eq!(got.header("content-range"), format!("bytes {}-{}/{size}", part.start(), part.end()), "{asked}");
            assert_eq!(got.header("content-length"), got.body.len().to_string());
            assert_eq!(got.header("content-type"), "image/png");
            assert_eq!(got.body, file[part], "{asked}");
        }
    }

    async fn a_part_that_is_not_there_is_refused_with_the_size(app) {
        let (path, file) = stored(&app).await;
        for asked in [format!("bytes={}-", file.len()), "bytes=99999999-".to_owned(), "bytes=-0".to_owned()] {
            let refused = app.anyone().with("range", &asked).get(&path).await.expect(416);
            assert_eq!(refused.header("content-range"), format!("bytes */{}", file.len()), "{asked}");
            assert_eq!(refused.code(), "range_not_satisfiable");
        }
    }

    async fn several_parts_or_what_cannot_be_read_bring_the_whole(app) {
        let (path, file) = stored(&app).await;
        for asked in ["bytes=0-1,4-5", "bytes=5-2", "bytes=a-b", "bytes=+1-2", "bytes=-", "bytes", "lines=1-2", ""] {
            let got = app.anyone().with("range", asked).get(&path).await.expect(200);
            assert_eq!(got.body, file, "{asked:?}");
        }
    }

    async fn a_part_of_another_file_is_not_mixed_in(app) {
        let (path, file) = stored(&app).await;
        let part = app.anyone().with("range", "bytes=0-3");
        let tag = part.get(&path).await.expect(206).header("etag");
        assert_eq!(part.with("if-range", &tag).get(&path).await.expect(206).body, file[..4]);
        for other in ["\"other\"", &format!("W/{tag}"), "Fri, 20 Nov 2026 09:00:00 GMT"] {
            assert_eq!(part.with("if-range", other).get(&path).await.expect(200).body, file, "{other}");
        }
    }

    async fn no_other_file_is_served(app) {
        let (path, _) = stored(&app).await;
        let nowhere = "/media/0123456789abcdef0123456789abcdef";
        std::fs::write(app.data_dir().join(format!("{}.png", &nowhere[1..])), b"without a row").unwrap();
        for other in [
            &format!("{nowhere}.png"), &format!("{nowhere}-t.png"), nowhere, "/media/", "/media",
            "/media/..%2fgigline.db", "/media/%2e%2e/gigline.db", "/media/gigline.db", &path.to_uppercase(),
            &format!("{path}%00"), &format!("{path}.jpg"), &path.replace(".png", ".jpg"),
        ] {
            let missing = app.anyone().get(other).await.expect(404).json();
            assert_eq!(missing["code"], Value::from("not_found"), "{other}");
        }
        let _ = app.anyone().delete(&path).await.expect(405);
        let _ = app.anyone().post_empty(&path).await.expect(405);
    }
}
