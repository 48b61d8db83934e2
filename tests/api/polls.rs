//! Long-polls: nobody waits for what was said already, nothing is lost between two polls, and only one's own polls end.

mod ends;
mod moments;
mod odd;

use std::time::Duration;

use futures_util::StreamExt as _;
use gigline_testkit::{Answer, Client, TestApp, on_both};
use serde_json::json;

use crate::rooms::{guest, let_in, room_of};
use crate::support::assert_error_shape;

/// Polls a room, as far as the server knows what was shown.
pub(crate) async fn poll(who: &Client, room: i64) -> Answer {
    who.get(&format!("/message/longpoll?chatroomid={room}")).await
}

pub(crate) async fn poll_after(who: &Client, room: i64, after: i64) -> Answer {
    who.get(&format!("/message/longpoll/?chatroomid={room}&after={after}")).await
}

pub(crate) async fn end(who: &Client, room: i64) -> Answer {
    who.get(&format!("/message/endpoll?chatroomid={room}")).await
}

/// Says something as the page does it.
pub(crate) async fn say(who: &Client, room: i64, text: &str) -> Answer {
    let body = json!({ "params": { "chatroomid": room }, "data": { "message": text } });
    who.post("/message/sendMessage", &body).await
}

/// What the messages of an answer say.
pub(crate) fn said(answer: &Answer) -> Vec<String> {
    let body = answer.clone().expect(200).json();
    let messages = body.as_array().or_else(|| body["messages"].as_array()).unwrap();
    messages.iter().map(|message| message["message"].as_str().unwrap().to_owned()).collect()
}

/// Until so many polls are open, or it takes too long.
pub(crate) async fn open_polls(app: &TestApp, count: usize) {
    for _ in 0..2_000 {
        if app.app().engine.watches() == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{} polls are open instead of {count}", app.app().engine.watches());
}

/// Ann with a room of hers, and Bob in it.
pub(crate) async fn ann_and_bob(app: &TestApp) -> (Client, Client, i64) {
    let ((_, ann), (_, bob)) = (guest(&app.anyone(), "ann").await, guest(&app.anyone(), "bob").await);
    let room = room_of(&ann).await;
    let _ = let_in(&ann, room, "bob").await.expect(200);
    (ann, bob, room)
}

on_both! {
    async fn a_poll_with_an_idempotency_key_shows_what_it_lists(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let _ = say(&ann, room, "one").await.expect(200);
        assert_eq!(said(&poll(&bob.with("idempotency-key", "k-1"), room).await), ["one"]);
        // So the next one waits for something else.
        let (answer, ()) = tokio::join!(poll(&bob, room), async {
            open_polls(&app, 1).await;
            let _ = say(&ann, room, "two").await.expect(200);
        });
        assert_eq!(said(&answer), ["one", "two"]);
    }

    async fn a_message_is_listed_as_the_page_shows_it(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let sent = say(&ann, room, " Hello ").await.expect(200).json();
        let message = &sent[0];
        let me =
            app.anyone().post_empty("/login/?username=ann&password=correct%20horse").await.expect(200).number("id");
        let expected = json!([{
            "id": message["id"], "seq": 1, "sender_id": me, "username": "ann", "message": "Hello",
            "createdAt": "2026-11-20T09:00:00.00000Z",
        }]);
        assert_eq!(sent, expected);
        assert_eq!(poll(&bob, room).await.expect(200).json(), expected);
        for number in 2..=60 {
            let _ = say(&bob, room, &number.to_string()).await.expect(200);
        }
        let listed = say(&ann, room, "61").await.expect(200).json();
        let times: std::collections::BTreeSet<_> =
            listed.as_array().unwrap().iter().map(|one| one["createdAt"].to_string()).collect();
        assert_eq!((times.len(), listed[0]["seq"].as_i64(), listed[49]["seq"].as_i64()), (50, Some(12), Some(61)));
        let missed = poll_after(&bob, room, 3).await.expect(200).json();
        assert_eq!(
            (missed[0]["seq"].as_i64(), missed[49]["seq"].as_i64()),
            (Some(4), Some(53)),
            "nothing is passed over"
        );
        assert_eq!(poll_after(&bob, room, 53).await.expect(200).json()[49]["seq"], 61);
        assert_eq!(
            poll_after(&bob, room, 900).await.expect(200).json()[49]["seq"],
            61,
            "what never was is not waited for"
        );
    }

    async fn messages_go_in_by_every_form_and_never_to_a_room_of_others(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let (_, cid) = guest(&app.anyone(), "cid").await;
        for slash in ["", "/"] {
            let path = format!("/message/sendMessage{slash}");
            let _ = ann.post_empty(&format!("{path}?chatroomid={room}&message=by%20query")).await.expect(200);
            let _ = ann.post(&path, &json!({ "chatroomid": room, "message": "flat" })).await.expect(200);
            let _ = ann.post_raw(&path, format!("chatroomid={room}&message=by+form")).await.expect(200);
            let body = json!({ "params": { "chatroomid": room }, "data": { "message": "wrapped" } });
            let _ = ann.post(&path, &body).await.expect(200);
        }
        let all = ["by query", "flat", "by form", "wrapped"];
        assert_eq!(said(&poll(&bob, room).await), [all, all].concat());
        let longest = format!("/message/sendMessage?chatroomid={room}&message={}", "%F0%9F%92%AC".repeat(4_000));
        assert_eq!(said(&ann.post_empty(&longest).await).last().unwrap().chars().count(), 4_000);
        let _ = ann.post_empty(&format!("{longest}x")).await.expect(400);
        for room in [room, 999_999] {
            for refused in [poll(&cid, room).await, end(&cid, room).await, say(&cid, room, "x").await] {
                assert_error_shape(&refused.expect(500), "not_in_room");
            }
        }
        for refused in [say(&ann, room, " ").await, ann.post_empty("/message/sendMessage").await] {
            assert_error_shape(&refused.expect(400), "invalid_input");
        }
        for query in ["", "?chatroomid=x", "?chatroomid=1&after=-1"] {
            let _ = ann.get(&format!("/message/longpoll/{query}")).await.expect(400);
        }
        let evil = ann.with("origin", "https://evil.example");
        assert_error_shape(&poll(&evil, room).await.expect(403), "cross_site");
        let _ = poll(&app.anyone(), room).await.expect(401);
    }

    async fn a_message_releases_every_poll_of_its_room_and_no_other(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let other = room_of(&ann).await;
        let elsewhere = poll(&ann, other);
        let (first, second, sent, elsewhere) = tokio::join!(
            poll(&ann, room),
            poll(&bob, room),
            async {
                open_polls(&app, 3).await;
                let sent = say(&bob, room, "hi").await;
                open_polls(&app, 1).await;
                let _ = end(&ann, other).await.expect(200);
                sent
            },
            elsewhere
        );
        assert_eq!(
            (said(&first), said(&second), said(&sent)),
            (vec!["hi".to_owned()], vec!["hi".to_owned()], vec!["hi".to_owned()])
        );
        assert!(said(&elsewhere).is_empty());
    }

    async fn nothing_said_between_two_polls_is_waited_for(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let _ = say(&ann, room, "one").await.expect(200);
        assert_eq!(said(&poll(&bob, room).await), ["one"]);
        let _ = say(&ann, room, "two").await.expect(200);
        assert_eq!(said(&poll(&bob, room).await), ["one", "two"], "without `after`");
        let _ = say(&ann, room, "three").await.expect(200);
        assert_eq!(said(&poll_after(&bob, room, 2).await), ["one", "two", "three"]);
        let (waited, ()) = tokio::join!(poll(&ann, room), async {
            open_polls(&app, 1).await;
            let _ = say(&bob, room, "four").await.expect(200);
        });
        assert_eq!(said(&waited).last().unwrap(), "four", "who has said it has been shown it");
    }

    async fn who_ends_polls_ends_their_own_before_during_and_after(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let other = room_of(&ann).await;
        let ended = end(&ann, room).await.expect(200).json();
        assert_eq!(ended, json!({ "message": "ok", "messages": [] }));
        assert!(said(&poll(&ann, room).await).is_empty(), "ended before it came");
        let again = app.anyone().post_empty("/login/?username=ann&password=correct%20horse").await.expect(200);
        let elsewhere = app.anyone().with_cookie(&again.text("session_token"));
        let ((one, two, theirs, elsewhere, other), ()) = tokio::join!(
            async {
                tokio::join!(
                    poll(&ann, room),
                    poll_after(&ann, room, 0),
                    poll(&bob, room),
                    poll(&elsewhere, room),
                    poll(&ann, other)
                )
            },
            async {
                open_polls(&app, 5).await;
                let _ = end(&ann, room).await.expect(200);
                open_polls(&app, 3).await;
                let _ = say(&ann, room, "hi").await.expect(200);
                open_polls(&app, 1).await;
                let _ = end(&ann, other).await.expect(200);
            }
        );
        assert!([one, two, other].iter().all(|mine| said(mine).is_empty()));
        assert_eq!(
            (said(&theirs), said(&elsewhere)),
            (vec!["hi".to_owned()], vec!["hi".to_owned()]),
            "another's, and another login's"
        );
        let _ = end(&ann, room).await.expect(200);
        app.clock().advance(Duration::from_secs(3));
        let (late, ()) = tokio::join!(poll(&ann, room), async {
            open_polls(&app, 1).await;
            let _ = say(&bob, room, "there").await.expect(200);
        });
        assert_eq!(said(&late), ["hi", "there"], "a mark does not last");
    }

    async fn a_poll_answers_after_twenty_five_seconds(app) {
        let (ann, _, room) = ann_and_bob(&app).await;
        let (answer, ()) = tokio::join!(poll(&ann, room), async {
            open_polls(&app, 1).await;
            app.clock().advance(Duration::from_millis(24_999));
            app.app().engine.sweep();
            assert_eq!(app.app().engine.watches(), 1);
            app.clock().advance(Duration::from_millis(1));
        });
        assert!(said(&answer).is_empty());
    }

    async fn the_oldest_poll_of_five_is_released(app) {
        let (ann, _, room) = ann_and_bob(&app).await;
        let mut polls: futures_util::stream::FuturesUnordered<_> = (0..5).map(|_| poll(&ann, room)).collect();
        assert!(said(&polls.next().await.unwrap()).is_empty());
        open_polls(&app, 4).await;
        let (rest, _) = tokio::join!(polls.collect::<Vec<_>>(), end(&ann, room));
        assert_eq!(rest.len(), 4);
    }

    async fn a_direct_chat_is_polled_by_its_id(app) {
        let (ann, bob, cid) = (app.user("ann").await, app.user("bob").await, app.user("cid").await);
        let chat = app.db_chat(ann.id, bob.id).await;
        assert_eq!(ann.get("/message/chatrooms").await.expect(200).json(), json!([]), "it is no room");
        let (answer, ()) = tokio::join!(poll(&bob, chat), async {
            open_polls(&app, 1).await;
            let _ = say(&ann, chat, "hi").await.expect(200);
        });
        assert_eq!(said(&answer), ["hi"]);
        let (ended, ()) = tokio::join!(poll(&bob, chat), async {
            open_polls(&app, 1).await;
            assert_eq!(said(&end(&bob, chat).await), ["hi"]);
        });
        assert_eq!(said(&ended), ["hi"]);
        assert_error_shape(&poll(&cid, chat).await.expect(500), "not_in_room");
        let names = bob.get(&format!("/message/chatroomParticipants?chatroomid={chat}")).await.expect(200);
        assert_eq!(names.json(), json!(["ann.tester", "bob.tester"]));
        assert_error_shape(&let_in(&ann, chat, "cid.tester").await.expect(403), "not_the_chat_admin");
        assert_error_shape(&let_in(&cid, chat, "cid.tester").await.expect(403), "forbidden");
    }

    async fn who_comes_into_a_room_polls_it_from_then_on(app) {
        let (ann, _, room) = ann_and_bob(&app).await;
        let (_, cid) = guest(&app.anyone(), "cid").await;
        let _ = say(&ann, room, "before").await.expect(200);
        assert_error_shape(&poll(&cid, room).await.expect(500), "not_in_room");
        let _ = let_in(&ann, room, "cid").await.expect(200);
        assert_eq!(said(&poll(&cid, room).await), ["before"]);
        let (answer, ()) = tokio::join!(poll(&cid, room), async {
            open_polls(&app, 1).await;
            let _ = say(&ann, room, "after").await.expect(200);
        });
        assert_eq!(said(&answer), ["before", "after"]);
    }
}

#[actix_rt::test]
async fn a_message_releases_the_polls_of_all_servers() {
    let Some(app) = TestApp::start(gigline_testkit::Backend::Postgres) else { return };
    let beside = app.beside();
    let (ann, bob, room) = ann_and_bob(&app).await;
    let token = app.anyone().post_empty("/login/?username=bob&password=correct%20horse").await.expect(200);
    let there = Client::new(beside.address()).with_cookie(&token.text("session_token"));
    let (here, one, other, ()) =
        tokio::join!(poll(&bob, room), poll(&there, room), poll_after(&there, room, 0), async {
            tokio::join!(open_polls(&app, 1), open_polls(&beside, 2));
            let _ = say(&ann, room, "hi").await.expect(200);
        });
    for answer in [here, one, other] {
        assert_eq!(said(&answer), ["hi"]);
    }
    tokio::join!(open_polls(&app, 0), open_polls(&beside, 0));
}
