//! What decides long-polls: a message in the very moment of a poll, a client that goes in the moment of its answer, and
//! two hundred who poll at once.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures_util::future::{Either, join_all, select};
use gigline_testkit::{Client, TestApp, on_both};
use serde_json::Value;
use tokio::sync::oneshot;

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

/// A client that hangs up so long after its poll has begun to wait.
struct Leaves {
    waits: oneshot::Receiver<()>,
    end: JoinHandle<Option<String>>,
}

impl Leaves {
    fn after(wait: Duration, app: &TestApp, cookie: &str, room: i64) -> Self {
        let mut stream = TcpStream::connect(app.address()).unwrap();
        let head = format!(
            "GET /message/longpoll?chatroomid={room} HTTP/1.1\r\nHost: localhost\r\nCookie: session={cookie}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let engine = app.app().engine.clone();
        let (tell, waits) = oneshot::channel();
        let end = std::thread::spawn(move || {
            let begun = Instant::now();
            while engine.watches() == 0 {
                assert!(begun.elapsed() < Duration::from_secs(20), "there was nothing to wait for");
                std::thread::yield_now();
            }
            tell.send(()).unwrap();
            let until = Instant::now() + wait;
            while Instant::now() < until {
                std::hint::spin_loop();
            }
            stream.shutdown(Shutdown::Write).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).ok()?;
            answer.ends_with("}]").then_some(answer)
        });
        Self { waits, end }
    }

    /// The answer, if all of it came.
    fn answer(self) -> Option<String> {
        self.end.join().unwrap()
    }
}

on_both! {
    async fn a_message_in_the_very_moment_of_a_poll_stalls_nothing(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let mut seen = 0;
        for round in 1..=1_000 {
            let text = round.to_string();
            let polled = async { if round % 2 == 0 { poll_after(&bob, room, seen).await } else { poll(&bob, room).await } };
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

    async fn who_goes_in_the_moment_of_the_answer_was_shown_what_they_got_and_no_more(app) {
        let (ann, _, room) = ann_and_bob(&app).await;
        let login = app.anyone().post_empty("/login/?username=bob&password=correct%20horse").await.expect(200);
        let cookie = login.text("session_token");
        let bob = app.anyone().with_cookie(&cookie);
        let mut missed = 0;
        for round in 1..=200 {
            let mut leaves = Leaves::after(Duration::from_micros(10 * round), &app, &cookie, room);
            (&mut leaves.waits).await.unwrap();
            let text = round.to_string();
            let _ = say(&ann, room, &text).await.expect(200);
            open_polls(&app, 0).await;
            if leaves.answer().is_none() {
                missed += 1;
                assert_eq!(*said(&poll(&bob, room).await).last().unwrap(), text);
            } else {
                // Shown or not, as the server could tell.
                let _ = poll_after(&bob, room, i64::try_from(round).unwrap() - 1).await.expect(200);
            }
        }
        assert!(missed > 0, "nobody has gone before their answer");
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
            let (who, tells) = if number < 100 { (&sessions[number % 25], true) } else { (&sessions[25 + number - 100], false) };
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
            for number in 1..=MESSAGES {
                let _ = say(&ann, room, &number.to_string()).await.expect(200);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let _ = tokio::join!(join_all((0..200).map(follow)), speak);
        open_polls(&app, 0).await;
    }
}
