//! Requests that break HTTP itself: their heads, their lines, and two opinions on where a body ends.

use gigline_testkit::{TestApp, on_both};

use super::{Rows, Stage, lives};
use crate::raw::{Raw, RawAnswer, head};

/// What the server does about these bytes: an answer, or the end of the connection.
fn fate(app: &TestApp, bytes: &[u8]) -> Option<RawAnswer> {
    let mut raw = Raw::to(app.address());
    raw.send(bytes);
    let answer = raw.answer();
    raw.hang_up();
    answer
}

/// What is broken below the level of requests gets a bare refusal, for there is no request to answer yet, and then
/// the connection is closed; everything else is refused in the contract's shape.
fn is_refused(app: &TestApp, bytes: &[u8]) {
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned();
    let Some(answer) = fate(app, bytes) else { return };
    assert!((400..500).contains(&answer.status), "{shown:?}: {answer:?}");
    if answer.body.is_empty() {
        let mut raw = Raw::to(app.address());
        raw.send(bytes);
        assert!(raw.is_closed(), "{shown:?}");
    } else {
        let _ = answer.code();
    }
}

on_both! {
    async fn what_is_no_http_is_cut_off(app) {
        let rows = Rows::of(&app);
        let long = "A".repeat(200_000);
        for line in [
            "\r\n\r\n\r\n\r\nGARBAGE\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1 extra\r\n\r\n", "\0\0\0\0\r\n\r\n", "G\0T / HTTP/1.1\r\n\r\n",
            "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nNo colon\r\n\r\n",
            "GET / HTTP/1.1\r\nBad name: x\r\n\r\n", "GET / HTTP/1.1\r\nA: b\0c\r\n\r\n", "GET / HTTP/1.1\r\n: empty\r\n\r\n",
            "POST /api/login/ HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            "POST /api/login/ HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n12345",
            "POST /api/login/ HTTP/1.1\r\nHost: a\r\nContent-Length: 0x10\r\n\r\n",
            "POST /api/login/ HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n",
            "POST /api/login/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            "POST /api/login/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
            "POST /api/login/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: magic\r\n\r\n{}",
            "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ] {
            let mut bytes = line.as_bytes().to_vec();
            bytes.extend_from_slice(b"\r\n\r\n");
            is_refused(&app, &bytes);
        }
        is_refused(&app, format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes());
        is_refused(&app, format!("{long} / HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes());
        is_refused(&app, format!("GET / HTTP/1.1\r\n{long}: a\r\n\r\n").as_bytes());
        rows.are_still(&app);
        lives(&app).await;
    }

    async fn two_opinions_on_a_bodys_end_are_none(app) {
        let stage = Stage::set(&app).await;
        let rows = Rows::of(&app);
        // Whoever believes the other length would find a second request here: a deletion of the account.
        let smuggled = format!("{}\r\n", head("DELETE", &format!("/api/user/{}/", stage.ann.id), &stage.ann.token));
        let start = head("POST", &format!("/api/user/{}/", stage.ann.id), &stage.ann.token);
        let long = smuggled.len();
        for lengths in [
            format!("Content-Length: 2\r\nContent-Length: {long}\r\n\r\n{{}}{smuggled}"),
            format!("Content-Length: {long}\r\nContent-Length: 2\r\n\r\n{{}}{smuggled}"),
            format!("Content-Length: 2, {long}\r\n\r\n{{}}{smuggled}"),
            format!("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"),
            format!("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{smuggled}"),
            format!("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{smuggled}"),
        ] {
            is_refused(&app, format!("{start}{lengths}").as_bytes());
            let _ = stage.ann.get("/api/secret/").await.expect(200);
        }
        rows.are_still(&app);
        lives(&app).await;
    }

    async fn headers_have_a_measure(app) {
        let stage = Stage::set(&app).await;
        let rows = Rows::of(&app);
        let start = head("POST", &format!("/api/user/{}/job/", stage.ann.id), &stage.ann.token);
        let body = "Content-Length: 2\r\n\r\n{}";
        let large = format!("{start}X-Large: {}\r\n{body}", "a".repeat(64 << 10));
        let answer = fate(&app, large.as_bytes()).expect("an answer");
        assert_eq!((answer.status, answer.code().as_str()), (431, "headers_too_large"));
        let cookie = format!("GET /api/job/ HTTP/1.1\r\nHost: a\r\nCookie: session={}\r\n\r\n", "a".repeat(64 << 10));
        assert_eq!(fate(&app, cookie.as_bytes()).map(|answer| answer.status), Some(431));
        let larger = format!("{start}X-Large: {}\r\n{body}", "a".repeat(1 << 20));
        is_refused(&app, larger.as_bytes());
        for count in [90, 1_000, 10_000] {
            let many = (0..count).map(|n| format!("X-{n}: {}\r\n", "b".repeat(400))).collect::<Vec<_>>().concat();
            is_refused(&app, format!("{start}{many}{body}").as_bytes());
        }
        rows.are_still(&app);
        lives(&app).await;
    }
}
