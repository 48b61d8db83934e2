//! Absurd paths and queries: nothing is there, or a fault is named; never is anything found that was not meant.

use gigline_http::ROUTES;
use gigline_testkit::on_both;

use super::{Rows, Stage, lives, refused};
use crate::raw::{Raw, head};

/// What no id is.
const NO_ID: [&str; 22] = [
    "0",
    "-1",
    "+1",
    "1.0",
    "1e3",
    "0x1",
    "01x",
    "%31%00",
    "%00",
    "%ff",
    "%c0%80",
    "%ed%a0%80",
    "..%2f1",
    "%2e%2e",
    "1%20",
    "%20",
    "9223372036854775808",
    "99999999999999999999999999",
    "9007199254740993",
    "\u{661}",
    "null",
    "1;drop",
];

const QUERIES: [&str; 27] = [
    "limit=0",
    "limit=501",
    "limit=-1",
    "limit=1.5",
    "limit=ten",
    "limit=99999999999999999999",
    "limit=%00",
    "limit=1%00",
    "cursor=%00",
    "cursor=AAAA",
    "cursor=%ff%fe",
    "cursor=aTE%00",
    "cursor=..%2f..%2fetc",
    "category=%00",
    "category=a%00b",
    "status=%00",
    "status=OPEN",
    "poster_id=x",
    "poster_id=%00",
    "poster_id=1e2",
    "latitude=1",
    "latitude=1&longitude=2&radius_km=0",
    "latitude=91&longitude=0&radius_km=1",
    "latitude=NaN&longitude=0&radius_km=1",
    "latitude=1e400&longitude=0&radius_km=1",
    "latitude=0&longitude=181&radius_km=1",
    "latitude=0&longitude=0&radius_km=inf",
];

on_both! {
    async fn what_is_no_id_names_nothing(app) {
        let stage = Stage::set(&app).await;
        let rows = Rows::of(&app);
        for route in ROUTES.iter().filter(|route| route.path.contains('{')) {
            for bad in NO_ID {
                // Each place in turn holds the bad id; the others hold good ones.
                for place in route.path.match_indices('{').map(|(at, _)| at) {
                    let end = place + route.path[place..].find('}').unwrap() + 1;
                    let spoilt = format!("{}{bad}{}", &route.path[..place], &route.path[end..]);
                    let path = stage.filled(&spoilt);
                    let answer = exchange(&app, &format!("{}Content-Length: 2\r\n\r\n{{}}", head(route.method, &path, &stage.ann.token)));
                    // An id of another person is no business of Ann's, whatever it is.
                    assert!(matches!(answer.0, 400 | 403 | 404), "{} {path}: {answer:?}", route.method);
                }
            }
        }
        rows.are_still(&app);
        lives(&app).await;
    }

    async fn absurd_paths_lead_nowhere(app) {
        let stage = Stage::set(&app).await;
        let rows = Rows::of(&app);
        let long = format!("/api/job/{}", "1".repeat(60_000));
        let slashes = format!("/api/user/{}", "/".repeat(5_000));
        for path in [
            "/..", "/../..", "/api/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/media/..%2f..%2fgigline.db",
            "/media/../gigline.db", "/media/%00", "/media/gigline.db", "/media/", "/media/x/y", "/%00", "/%", "/%f", "/%zz",
            "/%ff%fe", "/api/%00", "/api", "/api/nothing/", "/API/JOB/", "/api/job;x=1/", "/api/job/1/user/", "/api/user/1/job/1/2/",
            "//evil.example/", "/\\..\\..", "/api/job/{job}/", "/api/\u{1f4a5}", "/.git/config", &long, &slashes,
        ] {
            for method in ["GET", "POST", "DELETE", "PUT", "PATCH", "BREW"] {
                let text = format!("{}Content-Length: 2\r\n\r\n{{}}", head(method, path, &stage.ann.token));
                let (status, code) = exchange(&app, &text);
                // Slashes at the end are as good as one.
                let known = path == slashes && method == "GET" && status == 200;
                assert!(known || (400..500).contains(&status), "{method} {path:.60}: {status} {code}");
            }
        }
        rows.are_still(&app);
        lives(&app).await;
    }

    async fn queries_that_ask_for_nonsense_are_told_so(app) {
        let stage = Stage::set(&app).await;
        for path in ["/api/job/", "/api/job/filter/", "/api/user/", "/api/asset/", "/api/rating/"] {
            for query in QUERIES {
                let answer = app.anyone().get(&format!("{path}?{query}")).await;
                let known = ["limit", "cursor"].iter().any(|name| query.starts_with(name)) || path.starts_with("/api/job");
                if known {
                    refused(&answer, 400, "invalid_input");
                } else {
                    let _ = answer.expect(200);
                }
            }
        }
        let filter = format!("/api/job/filter/?search=posters&poster_id={}", stage.ann.id);
        assert_eq!(app.anyone().get(&filter).await.expect(200).ids("jobs"), [stage.job]);
        for tiny in ["5e-324", "1e-310", "2.2250738585072014e-308"] {
            for search in ["", "posters"] {
                let query = format!("latitude={tiny}&longitude=-{tiny}&radius_km={tiny}&search={search}");
                let _ = app.anyone().get(&format!("/api/job/filter/?{query}")).await.expect(200);
            }
        }
        lives(&app).await;
    }
}

/// Status and code of what comes back; a bare refusal, or a closed connection, counts as 400 without a code.
fn exchange(app: &gigline_testkit::TestApp, text: &str) -> (u16, String) {
    let mut raw = Raw::to(app.address());
    raw.send(text.as_bytes());
    match raw.answer() {
        Some(answer) if answer.body.is_empty() || answer.status < 400 => (answer.status, String::new()),
        Some(answer) => (answer.status, answer.code()),
        None => (400, String::new()),
    }
}
