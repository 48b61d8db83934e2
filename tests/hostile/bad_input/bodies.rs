//! Bodies that are no JSON, too deep, too large, or slow.

use std::time::Duration;

use gigline_http::ROUTES;
use gigline_testkit::on_both;

use super::{Rows, Stage, lives, refused, with_body};
use crate::raw::{Raw, RawAnswer, head};

/// What does not parse; the last ones only because a value cannot be held.
fn malformed() -> Vec<Vec<u8>> {
    let deep = |open: &str, close: &str| [open.repeat(10_000), close.repeat(10_000)].concat();
    let texts = [
        "",
        " ",
        "{",
        "}",
        "nul",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{'a':1}",
        "{} {}",
        "{},",
        "[1,]",
        "{\"a\":1,}",
        "\u{feff}{}",
        "NaN",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"title\":1e400}",
        "{\"latitude\":-1e999}",
        "{\"a\":\"\u{1}\"}",
        "{\"a\":\"\\x41\"}",
        "{\"a\":\"\\u12\"}",
        "{\"first\":\"\\ud800\"}",
        "{\"first\":\"\\udc00\\ud800\"}",
        "{\"\\ud83d\":1}",
        "// {}",
        "a=b&c=d",
        "<html></html>",
    ];
    let nested =
        [deep("[", "]"), deep("{\"a\":", "}"), "[".repeat(10_000), format!("{{\"title\":{}}}", deep("[", "]"))];
    let bytes =
        [&b"{\"a\":\"\xff\"}"[..], b"\xff\xfe{\0}\0", b"{\"first\":\"\xed\xa0\x80\"}", b"\0", b"{\"a\":\"\xc0\x80\"}"];
    let texts = texts.iter().map(|text| text.as_bytes().to_vec());
    texts.chain(nested.map(String::into_bytes)).chain(bytes.map(<[u8]>::to_vec)).collect()
}

on_both! {
    async fn what_is_no_json_is_refused_by_every_route_that_reads_a_body(app) {
        let stage = Stage::set(&app).await;
        let rows = Rows::of(&app);
        for route in with_body() {
            let path = stage.path(route);
            for body in malformed() {
                refused(&stage.ann.post_raw(&path, body).await, 400, "malformed_json");
            }
            for body in ["[]", "1", "\"text\"", "true", "null", "[{}]"] {
                refused(&stage.ann.post_raw(&path, body).await, 400, "invalid_input");
            }
        }
        rows.are_still(&app);
        lives(&app).await;
    }

    async fn a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(app) {
        let stage = Stage::set(&app).await;
        let rows = Rows::of(&app);
        for route in ROUTES {
            let upload = route.path.ends_with("/upload/");
            let limit: u64 = if upload { 12 << 20 } else { 1 << 20 };
            for length in [limit + 1, u64::MAX] {
                let mut raw = Raw::to(app.address());
                let head = head(route.method, &stage.path(route), &stage.ann.token);
                assert!(raw.send(format!("{head}Content-Length: {length}\r\n\r\n").as_bytes()));
                let answer = raw.answer().unwrap();
                assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"), "{} {length}", route.path);
                // What it would send now would be taken for a request.
                assert!(answer.head.to_lowercase().contains("connection: close"), "{}", route.path);
            }
        }
        rows.are_still(&app);
        lives(&app).await;
    }

    async fn a_body_that_grows_too_large_is_cut_off(app) {
        let stage = Stage::set(&app).await;
        let rows = Rows::of(&app);
        for route in with_body() {
            let limit: usize = if route.path.ends_with("/upload/") { 12 << 20 } else { 1 << 20 };
            let answer = chunked(&app, &head("POST", &stage.path(route), &stage.ann.token), limit);
            let answer = answer.expect("an answer before the end");
            assert_eq!((answer.status, answer.code().as_str()), (413, "too_large"), "{}", route.path);
        }
        rows.are_still(&app);
        lives(&app).await;
    }

    async fn the_largest_body_is_read_and_one_byte_more_is_not(app) {
        let stage = Stage::set(&app).await;
        let path = format!("/api/user/{}/", stage.ann.id);
        let body = |length: usize| format!("{{\"ignored\":\"{}\"}}", "x".repeat(length - 14));
        let _ = stage.ann.post_raw(&path, body(1 << 20)).await.expect(200);
        let mut raw = Raw::to(app.address());
        let body = body((1 << 20) + 1);
        raw.send(format!("{}Content-Length: {}\r\n\r\n{body}", head("POST", &path, &stage.ann.token), body.len()).as_bytes());
        assert_eq!(raw.answer().map(|answer| answer.status), Some(413));
        lives(&app).await;
    }

    #[settings = [("GIGLINE_BODY_SECONDS", "1")]]
    async fn a_body_or_a_head_that_trickles_is_not_waited_for(app) {
        let stage = Stage::set(&app).await;
        let rows = Rows::of(&app);
        let path = format!("/api/user/{}/", stage.ann.id);
        let (pause, limit) = (Duration::from_millis(50), Duration::from_secs(10));
        for framing in ["Content-Length: 1000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"] {
            let piece = if framing.starts_with('C') { " " } else { "1\r\n \r\n" };
            let mut raw = Raw::to(app.address());
            assert!(raw.send(format!("{}{framing}", head("POST", &path, &stage.ann.token)).as_bytes()));
            let answer = raw.trickle(piece.as_bytes(), pause, limit).unwrap();
            assert_eq!((answer.status, answer.code().as_str()), (408, "request_timeout"));
            assert!(raw.is_closed(), "after {framing:?}");
        }
        let mut raw = Raw::to(app.address());
        let answer = raw.trickle(b"G", pause, limit);
        assert!(answer.is_none_or(|answer| (400..500).contains(&answer.status)));
        let mut raw = Raw::to(app.address());
        assert!(raw.send(b"GET /api/job/ HTTP/1.1\r\nHost: a\r\n"));
        let answer = raw.trickle(b"X-Name: a\r\n", pause, limit);
        assert!(answer.is_none_or(|answer| (400..500).contains(&answer.status)));
        rows.are_still(&app);
        lives(&app).await;
    }
}

/// Sends chunks until an answer comes, at most a little more than the limit.
fn chunked(app: &gigline_testkit::TestApp, head: &str, limit: usize) -> Option<RawAnswer> {
    let mut raw = Raw::to(app.address());
    assert!(raw.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n").as_bytes()));
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(65_536));
    for _ in 0..=limit / 65_536 {
        if !raw.send(chunk.as_bytes()) {
            break;
        }
    }
    raw.answer()
}
