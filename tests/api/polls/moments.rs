//! What decides long-polls: a message in the very moment of a poll, clients that go before their answer or within it,
//! and two hundred who poll at once.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use futures_util::future::{Either, join_all, select};
use gigline_testkit::{Client, TestApp, on_both};
use serde_json::{Value, json};

use super::{ann_and_bob, open_polls, poll, poll_after, said, say};

/// Polls, and gives the poll up once it waits.
async fn given_up(app: &TestApp, who: &Client, room: i64) {
    let (waiting, opened) = (Box::pin(poll(who, room)), Box::pin(open_polls(app, 1)));
    assert!(matches!(select(waiting, opened).await, Either::Right(_)), "there was nothing to be answered");
}

/// Signs somebody in once more.
async fn another_login(app: &TestApp, name: &str) -> Client {
    let login = app.anyone().post_empty(&format!("/login/?username={name}&password=correct%20horse")).await.expect(200);
    app.anyone().with("authorization", &format!("Bearer {}", login.text("session_token")))
}

/// The numbers of an answer's messages.
fn numbers(messages: &Value) -> Vec<i64> {
    messages.as_array().unwrap().iter().map(|message| message["seq"].as_i64().unwrap()).collect()
}

on_both! {
    async fn a_message_in_the_very_moment_of_a_poll_stalls_nothing(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let mut seen = 0;
        for round in 1..=1_000 {
            let text = round.to_string();
            let polled =
                async { if round % 2 == 0 { poll_after(&bob, room, seen).await } else { poll(&bob, room).await } };
            let (answer, sent) = tokio::join!(polled, say(&ann, room, &text));
            let _ = sent.expect(200);
            seen = *numbers(&answer.expect(200).json()).last().unwrap();
            assert_eq!(seen, round);
        }
        open_polls(&app, 0).await;
    }

    async fn a_poll_that_is_given_up_frees_its_place_and_has_shown_nothing(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        for round in 1..=20 {
            given_up(&app, &bob, room).await;
            open_polls(&app, 0).await;
            let _ = say(&ann, room, &round.to_string()).await.expect(200);
            assert_eq!(*said(&poll(&bob, room).await).last().unwrap(), round.to_string());
        }
    }

    async fn an_answer_that_is_not_taken_to_its_end_was_not_shown(app) {
        let (ann, _, room) = ann_and_bob(&app).await;
        // More than fits on its way between two programs.
        let long = json!({ "message": "\u{1f4ac}".repeat(4_000) });
        for _ in 0..50 {
            let _ = ann.post(&format!("/api/chat/{room}/message/"), &long).await.expect(201);
        }
        let login = app.anyone().post_empty("/login/?username=bob&password=correct%20horse").await.expect(200);
        let cookie = login.text("session_token");
        let mut leaves = TcpStream::connect(app.address()).unwrap();
        leaves.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!(
            "GET /message/longpoll?chatroomid={room} HTTP/1.1\r\nHost: localhost\r\nCookie: session={cookie}\r\n\r\n"
        );
        leaves.write_all(head.as_bytes()).unwrap();
        leaves.read_exact(&mut [0; 1]).unwrap();
        drop(leaves);
        assert_eq!(said(&poll(&app.anyone().with_cookie(&cookie), room).await).len(), 50);
    }

    async fn two_hundred_who_poll_end_with_the_whole_log(app) {
        const MESSAGES: i64 = 60;
        let (ann, _, room) = ann_and_bob(&app).await;
        let mut sessions = Vec::new();
        for _ in 0..125 {
            sessions.push(another_login(&app, "bob").await);
        }
        // A hundred share 25 sessions and say what they have seen; a hundred leave that to the server.
        let follow = |number: usize| {
            let (who, tells) =
                if number < 100 { (&sessions[number % 25], true) } else { (&sessions[25 + number - 100], false) };
            async move {
                let (mut seen, mut log) = (0, Vec::new());
                while seen < MESSAGES {
                    let answer = if tells { poll_after(who, room, seen).await } else { poll(who, room).await };
                    log.extend(numbers(&answer.expect(200).json()).into_iter().filter(|seq| *seq > seen));
                    seen = log.last().copied().unwrap_or(0);
                }
                assert_eq!(log, (1..=MESSAGES).collect::<Vec<_>>(), "of {number}");
            }
        };
        let speak = async {
            // Twenty a second, however long each takes.
            let mut beat = tokio::time::interval(Duration::from_millis(50));
            for number in 1..=MESSAGES {
                let _ = beat.tick().await;
                let _ = say(&ann, room, &number.to_string()).await.expect(200);
            }
        };
        let _ = tokio::join!(join_all((0..200).map(follow)), speak);
        open_polls(&app, 0).await;
    }
}
