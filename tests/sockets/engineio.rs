//! Engine.IO's rules over HTTP: which request comes in, how the others are refused, and what ends a session.

use gigline_testkit::{Method, on_both};
use serde_json::{Value, json};

use crate::polling::{OPEN, Polling, text};

on_both! {
    async fn a_session_opens_with_five_things_said(app) {
        let opened = app.anyone().get(OPEN).await.expect(200);
        assert_eq!(opened.header("content-type"), "text/plain; charset=UTF-8");
        assert_eq!(opened.header("cache-control"), "no-store");
        let mut said: Value = serde_json::from_str(text(&opened).strip_prefix('0').unwrap()).unwrap();
        let sid = said["sid"].take();
        assert_eq!(sid.as_str().unwrap().len(), 20);
        assert_eq!(said, json!({
            "sid": null, "upgrades": ["websocket"], "pingInterval": 25000, "pingTimeout": 20000, "maxPayload": 1_000_000,
        }));
    }

    async fn what_is_no_request_of_ours_is_refused_by_number(app) {
        let client = app.anyone();
        let session = Polling::open(&client).await;
        let known = &session.sid;
        let refused = [
            ("GET", String::new(), 0),
            ("GET", "EIO=4".to_owned(), 0),
            ("GET", "EIO=4&transport=pigeon&sid=nobody".to_owned(), 0),
            ("GET", "EIO=4&transport=polling&sid=nobody".to_owned(), 1),
            ("POST", "EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA".to_owned(), 1),
            ("GET", format!("EIO=4&transport=websocket&sid={known}"), 3),
            ("POST", "EIO=4&transport=polling".to_owned(), 2),
            ("GET", "EIO=4&transport=websocket".to_owned(), 3),
            ("GET", "EIO=3&transport=polling".to_owned(), 5),
            ("GET", "transport=polling".to_owned(), 5),
        ];
        for (method, query, code) in refused {
            let path = format!("/socket.io/?{query}");
            let answer = client.send(method.parse::<Method>().unwrap(), &path, None).await.expect(400);
            assert_eq!(answer.number("code"), code, "{method} {query}");
            assert_eq!(answer.header("content-type"), "application/json");
        }
        for query in ["EIO=4", "EIO=3&transport=websocket", "transport=websocket", "transport=websocket&sid=nobody"] {
            let refused = client.web_socket(&format!("/socket.io/?{query}")).await;
            assert_eq!(refused.err(), Some(400), "{query}");
        }
        // The one that was named went on all the while.
        session.post("3").await;
    }

    async fn both_spellings_of_the_path_are_one(app) {
        let _ = app.anyone().get("/socket.io?transport=polling&b64=1&EIO=4&t=x1").await.expect(200);
        let _ = app.anyone().send(Method::PUT, OPEN, None).await.expect(405);
    }

    async fn a_second_poll_at_once_ends_the_session(app) {
        let session = Polling::open(&app.anyone()).await;
        let (first, second) = tokio::join!(session.get(), session.get());
        let mut answers = [(first.status, text(&first)), (second.status, text(&second))];
        answers.sort();
        assert_eq!(answers[0], (200, "1".to_owned()));
        assert_eq!(answers[1].0, 400);
        assert_eq!(session.get().await.expect(400).number("code"), 1);
    }

    async fn what_is_no_packet_ends_the_session(app) {
        for bad in ["", "abc", "4ok\u{1e}", "7", "2", "5", "\u{20ac}abc", "b!"] {
            let session = Polling::open(&app.anyone()).await;
            session.post(bad).await;
            assert_eq!(session.get().await.expect(400).number("code"), 1, "{bad:?}");
        }
        let session = Polling::open(&app.anyone()).await;
        let bytes = app.anyone().with("content-type", "application/octet-stream");
        let _ = bytes.post_raw(&session.path(), "40").await.expect(400);
        assert_eq!(session.get().await.expect(400).number("code"), 1);
    }

    async fn who_says_goodbye_is_answered_and_gone(app) {
        let session = Polling::open(&app.anyone()).await;
        let (poll, ()) = tokio::join!(session.get(), session.post("1"));
        assert!(poll.status == 400 || text(&poll) == "6", "released, or too late");
        assert_eq!(session.get().await.expect(400).number("code"), 1);
    }

    async fn too_large_a_post_is_refused_and_the_session_goes_on(app) {
        let session = Polling::open(&app.anyone()).await;
        let largest = format!("3\u{1e}4{}", "x".repeat(999_997));
        assert_eq!(session.try_post(&format!("{largest}x")).await.expect(413).code(), "too_large");
        session.post("40").await;
        assert!(session.packets(1).await[0].starts_with("40{"));
    }

    async fn an_answer_holds_at_most_sixteen_packets(app) {
        let session = Polling::open(&app.anyone()).await;
        session.post("40/nowhere,\u{1e}".repeat(20).trim_end_matches('\u{1e}')).await;
        let mut sizes = Vec::new();
        while sizes.iter().sum::<usize>() < 20 {
            let answer = text(&session.get().await.expect(200));
            assert!(answer.split('\u{1e}').all(|packet| packet == r#"44/nowhere,{"message":"Invalid namespace"}"#));
            sizes.push(answer.split('\u{1e}').count());
        }
        assert!(sizes.iter().all(|size| *size <= 16), "{sizes:?}");
    }

    async fn who_hangs_up_on_a_poll_is_gone(app) {
        let session = Polling::open(&app.anyone()).await;
        let hung_up = tokio::time::timeout(std::time::Duration::from_millis(30), session.get()).await;
        assert!(hung_up.is_err(), "there was nothing to say");
        // The server sees it a moment later. A pong that nobody asked for changes nothing of a session that lives.
        let until = std::time::Instant::now() + std::time::Duration::from_secs(10);
        let mut answer = session.try_post("3").await;
        while answer.status == 200 && std::time::Instant::now() < until {
            answer = session.try_post("3").await;
        }
        assert_eq!(answer.expect(400).number("code"), 1);
    }
}
