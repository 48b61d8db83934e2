//! Lists in pages: the newest page first, the oldest first within it, nothing twice and nothing left out.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gigline_testkit::{Client, TestApp, on_both};
use serde_json::Value;

use crate::support::assert_error_shape;

/// Each list, and the key that its items stand under.
const LISTS: [(&str, &str); 5] = [
    ("/api/user/", "user"),
    ("/api/job/", "jobs"),
    ("/api/job/filter/", "jobs"),
    ("/api/rating/", "ratings"),
    ("/api/asset/", "assets"),
];

/// Seven of everything.
async fn sevens(app: &TestApp) {
    let mut people = Vec::new();
    for n in 0..7 {
        people.push(app.user(&format!("user{n}")).await);
    }
    for (n, one) in people.iter().enumerate() {
        let _ = one.posts_job("Hang posters").await;
        let _ = one.rates(&people[(n + 1) % 7], 3).await.expect(201);
        let _ = one.uploads(&gigline_media::drawn(1, 16, 12)).await.expect(201);
    }
}

/// The pages of a list as their ids, as long as `next_cursor` leads on.
async fn pages(client: &Client, path: &str, key: &str, limit: usize) -> Vec<Vec<i64>> {
    let (mut pages, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let after = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = client.get(&format!("{path}?limit={limit}{after}")).await.expect(200);
        pages.push(page.ids(key));
        assert!(pages.len() < 20, "{path} never ends");
        match &page.json()["next_cursor"] {
            Value::Null => return pages,
            next => cursor = Some(next.as_str().unwrap().to_owned()),
        }
    }
}

on_both! {
    async fn pages_go_from_the_newest_back_with_the_oldest_first_in_each(app) {
        sevens(&app).await;
        for (path, key) in LISTS {
            let all = app.anyone().get(path).await.expect(200);
            assert_eq!(all.json()["next_cursor"], Value::Null);
            let all = all.ids(key);
            assert!(all.len() == 7 && all.is_sorted(), "{path}: {all:?}");
            let three = pages(&app.anyone(), path, key, 3).await;
            assert_eq!(three, [&all[4..], &all[1..4], &all[..1]], "{path}");
            assert_eq!(
                pages(&app.anyone(), path, key, 1).await.concat(),
                all.iter().rev().copied().collect::<Vec<_>>(),
                "{path}"
            );
            for whole in [7, 500] {
                assert_eq!(pages(&app.anyone(), path, key, whole).await, [&*all], "{path}: no empty page at the end");
            }
        }
    }

    async fn what_comes_and_goes_meanwhile_shifts_no_page(app) {
        let ann = app.user("ann").await;
        let mut jobs = Vec::new();
        for _ in 0..6 {
            jobs.push(ann.posts_job("Hang posters").await);
        }
        let first = app.anyone().get("/api/job/?limit=2").await.expect(200);
        assert_eq!(first.ids("jobs"), jobs[4..]);
        let _newer = ann.posts_job("Hang more posters").await;
        for gone in [jobs[4], jobs[2]] {
            let _ = ann.delete(&format!("/api/job/{gone}/")).await.expect(200);
        }
        let second =
            app.anyone().get(&format!("/api/job/?limit=2&cursor={}", first.text("next_cursor"))).await.expect(200);
        assert_eq!(second.ids("jobs"), [jobs[1], jobs[3]]);
    }

    async fn an_empty_list_has_no_next_page(app) {
        for (path, key) in LISTS {
            let answer = app.anyone().get(path).await.expect(200);
            assert_eq!((answer.ids(key), &answer.json()["next_cursor"]), (vec![], &Value::Null), "{path}");
        }
    }

    async fn a_bad_limit_or_cursor_is_told(app) {
        sevens(&app).await;
        let of_search =
            app.anyone().get("/api/job/filter/?search=posters&limit=1").await.expect(200).text("next_cursor");
        let crafted = |text: &str| URL_SAFE_NO_PAD.encode(text);
        for (path, _) in LISTS {
            for limit in ["0", "-1", "501", "x", "1.5", "", "99999999999999999999"] {
                let refused = app.anyone().get(&format!("{path}?limit={limit}")).await.expect(400);
                assert_error_shape(&refused, "invalid_input");
                assert_eq!(refused.faulty_fields(), ["limit"], "{path} {limit}");
            }
            for cursor in [
                "x",
                "",
                "%00",
                &of_search,
                &crafted("i"),
                &crafted("ix"),
                &crafted("i99999999999999999999"),
                &crafted("1"),
            ] {
                let refused = app.anyone().get(&format!("{path}?cursor={cursor}")).await.expect(400);
                assert_eq!(refused.faulty_fields(), ["cursor"], "{path} {cursor}");
            }
            let refused = app.anyone().get(&format!("{path}?cursor=x&limit=0")).await.expect(400);
            assert_eq!(refused.faulty_fields(), ["cursor", "limit"], "{path}");
            for far in ["i-5", "i0", "i9223372036854775807", "i-9223372036854775808"] {
                let _ = app.anyone().get(&format!("{path}?cursor={}", crafted(far))).await.expect(200);
            }
        }
    }
}
