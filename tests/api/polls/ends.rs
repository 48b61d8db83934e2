//! Polls end with the session that they came with, with their room, and with the server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use gigline_testkit::{Answer, Client, TestApp, on_both};

use super::{ann_and_bob, open_polls, poll, said, say};
use crate::rooms::let_in;
use crate::support::assert_error_shape;

/// What an open poll is answered when this happens.
async fn ended_by(app: &TestApp, who: &Client, room: i64, happens: impl Future<Output = ()>) -> Answer {
    let (answer, ()) = tokio::join!(poll(who, room), async {
        open_polls(app, 1).await;
        happens.await;
        open_polls(app, 0).await;
    });
    answer
}

/// A poll whose bytes are in our own hands: the request is sent, and nothing is read yet.
fn sent_poll(app: &TestApp, token: &str, room: i64) -> TcpStream {
    let mut stream = TcpStream::connect(app.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!(
        "GET /message/longpoll?chatroomid={room} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

on_both! {
    async fn a_logout_ends_the_polls_of_its_session_alone(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let again = app.anyone().post_empty("/login/?username=bob&password=correct%20horse").await.expect(200);
        let other = app.anyone().with_cookie(&again.text("session_token"));
        let (stays, ended) = tokio::join!(poll(&other, room), async {
            open_polls(&app, 1).await;
            let (ended, ()) = tokio::join!(poll(&bob, room), async {
                open_polls(&app, 2).await;
                let _ = bob.post_empty("/logout/").await.expect(200);
                open_polls(&app, 1).await;
            });
            let _ = say(&ann, room, "hi").await.expect(200);
            ended
        });
        assert_error_shape(&ended.clone().expect(401), "unauthorized");
        assert_eq!(ended.header("www-authenticate"), "Bearer");
        assert_eq!(said(&stays), ["hi"]);
        let _ = poll(&bob, room).await.expect(401);
    }

    async fn an_expired_session_ends_its_polls(app) {
        let (ann, _, room) = ann_and_bob(&app).await;
        let expired = ended_by(&app, &ann, room, async { app.clock().advance(Duration::from_secs(86_400)) }).await;
        assert_error_shape(&expired.expect(401), "unauthorized");
    }

    async fn a_traded_token_ends_the_polls_of_the_old_one(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let room = app.db_room(ann.id, bob.id).await;
        let traded = async {
            let trades = app.anyone().with("authorization", &format!("Bearer {}", bob.update_token));
            let _ = trades.post_empty("/api/session/").await.expect(200);
        };
        assert_error_shape(&ended_by(&app, &bob, room, traded).await.expect(401), "unauthorized");
    }

    async fn an_erased_account_polls_no_more(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let room = app.db_room(ann.id, bob.id).await;
        let erased = ended_by(&app, &ann, room, async {
            let _ = ann.delete(&ann.path()).await.expect(200);
        });
        assert_error_shape(&erased.await.expect(401), "unauthorized");
        let _ = poll(&ann, room).await.expect(401);
    }

    async fn a_deleted_room_ends_its_polls(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let deleted = async {
            let _ = ann.delete(&format!("/api/chat/{room}/")).await.expect(200);
        };
        let ended = ended_by(&app, &bob, room, deleted).await;
        assert_error_shape(&ended.expect(500), "not_in_room");
        for refused in [poll(&bob, room).await, say(&bob, room, "x").await, let_in(&ann, room, "bob").await] {
            assert!(matches!(refused.status, 500 | 403), "{}", refused.status);
        }
    }

    async fn a_stopping_server_takes_no_polls(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let ended = ended_by(&app, &ann, room, async { app.app().close_sockets() }).await;
        assert!(said(&ended).is_empty(), "as when its time is over");
        let refused = poll(&bob, room).await.expect(503);
        assert_error_shape(&refused, "busy");
        assert_eq!(refused.header("retry-after"), "1");
    }

    async fn a_server_that_stops_answers_the_polls_that_are_open(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let room = app.db_room(ann.id, bob.id).await;
        let mut polls = [sent_poll(&app, &ann.token, room), sent_poll(&app, &bob.token, room)];
        open_polls(&app, 2).await;
        drop(app);
        for poll in &mut polls {
            let mut answer = String::new();
            poll.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n[]"), "{answer}");
        }
    }
}
