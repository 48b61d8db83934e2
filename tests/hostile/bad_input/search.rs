//! Whatever is looked for is just text.

use gigline_testkit::{TestApp, on_both};
use proptest::prelude::{ProptestConfig, Strategy as _, any, prop};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;

use super::{Rows, Stage, lives, refused};
use crate::crowd::{Request, all_are, all_at_once};
use crate::raw::{Raw, head};

const TEXTS: [&str; 38] = [
    "'",
    "\"",
    "''",
    "\"\"",
    "\\",
    "\\'",
    "%",
    "_",
    "*",
    "()",
    ")(",
    "a AND b",
    "a OR",
    "NOT",
    "NOT a",
    "NEAR(a b)",
    "a NEAR b",
    "title:posters",
    "title : *",
    "{title}:x",
    "^posters",
    "-posters",
    "+a",
    "a & b",
    "a | !b",
    "a <-> b",
    "a:*",
    "a:A",
    "posters:*B",
    "$1",
    "?",
    "; DROP TABLE jobs; --",
    "\u{0}",
    "a\u{0}b",
    "\u{1f389}",
    "\u{200b}\u{feff}",
    "\u{202e}sretsop",
    "½ ² Ⅷ ① ª",
];

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat()
}

/// Looks for each text, by the query and by a body.
async fn look_for(app: &TestApp, texts: &[String]) {
    let anyone = app.anyone();
    let paths: Vec<String> =
        texts.iter().map(|text| format!("/api/job/filter/?status=open&search={}", encoded(text))).collect();
    for paths in paths.chunks(50) {
        all_are(&all_at_once(paths.iter().map(|path| -> Request<'_> { Box::pin(anyone.get(path)) })).await, 200);
    }
}

on_both! {
    async fn signs_and_operators_are_words_or_nothing(app) {
        let stage = Stage::set(&app).await;
        let rows = Rows::of(&app);
        look_for(&app, &TEXTS.map(ToOwned::to_owned)).await;
        for text in TEXTS {
            let body = json!({ "search": text }).to_string();
            let get = format!("{}Content-Length: {}\r\n\r\n{body}", head("GET", "/api/job/filter/", &stage.ann.token), body.len());
            let mut raw = Raw::to(app.address());
            assert!(raw.send(get.as_bytes()));
            assert_eq!(raw.answer().map(|answer| answer.status), Some(200), "{text:?}");
        }
        for found in ["\"posters\"", "posters*", "(posters)", "hang & posters", "POSTERS!", "'posters'; --"] {
            let answer = app.anyone().get(&format!("/api/job/filter/?search={}", encoded(found))).await.expect(200);
            assert_eq!(answer.ids("jobs"), [stage.job], "{found}");
        }
        for wrong in ["[]", "{\"search\":1}", "{\"search\":[\"a\"]}", "{\"search\":{\"$ne\":null}}", "{\"search\":\"\\ud800\"}"] {
            let get = format!("{}Content-Length: {}\r\n\r\n{wrong}", head("GET", "/api/job/filter/", &stage.ann.token), wrong.len());
            let mut raw = Raw::to(app.address());
            assert!(raw.send(get.as_bytes()));
            let answer = raw.answer().unwrap();
            assert_eq!(answer.status, 400, "{wrong}");
            let _ = answer.code();
        }
        refused(&app.anyone().get("/api/job/filter/?search=a&category=%00").await, 400, "invalid_input");
        rows.are_still(&app);
        lives(&app).await;
    }

    async fn a_very_long_search_is_answered_or_refused(app) {
        let stage = Stage::set(&app).await;
        for text in ["a".repeat(64 << 10), "posters ".repeat(8 << 10), "\u{1f389}".repeat(16 << 10), "\u{fdfa}".repeat(20 << 10)] {
            let body = json!({ "search": text }).to_string();
            let get = format!("{}Content-Length: {}\r\n\r\n{body}", head("GET", "/api/job/filter/", &stage.ann.token), body.len());
            let mut raw = Raw::to(app.address());
            assert!(raw.send(get.as_bytes()));
            assert_eq!(raw.answer().map(|answer| answer.status), Some(200));
            let mut raw = Raw::to(app.address());
            raw.send(head("GET", &format!("/api/job/filter/?search={}", encoded(&text)), &stage.ann.token).as_bytes());
            raw.send(b"\r\n");
            assert!(raw.answer().is_none_or(|answer| answer.status < 500));
        }
        lives(&app).await;
    }

    /// Any letters of any script: what one database takes for a word the other may not.
    async fn any_text_at_all_can_be_looked_for_and_posted(app) {
        let stage = Stage::set(&app).await;
        let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ));
        let word = prop::collection::vec(any::<char>(), 1..12).prop_map(|chars| chars.into_iter().collect::<String>());
        let alphanumeric = prop::collection::vec(any::<char>().prop_filter("a letter", |c| c.is_alphanumeric()), 1..9)
            .prop_map(|chars| chars.into_iter().collect::<String>());
        let mut sample = |n: usize| -> Vec<String> {
            (0..n).map(|n| if n % 2 == 0 { word.new_tree(&mut runner).unwrap().current() } else { alphanumeric.new_tree(&mut runner).unwrap().current() }).collect()
        };
        let texts = sample(300);
        for text in &texts {
            let mut job = gigline_testkit::plain_job("Any");
            job["title"] = json!(text);
            job["description"] = json!(text);
            let answer = stage.ann.posts(&job).await;
            assert!(matches!(answer.status, 201 | 400), "{text:?}: {}", answer.status);
        }
        look_for(&app, &texts).await;
        look_for(&app, &sample(300)).await;
        lives(&app).await;
    }
}
