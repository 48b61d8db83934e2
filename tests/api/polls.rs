//! Long-polls: nobody waits for what was said already, nothing is lost between two polls, and only one's own polls end.

use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{FutureExt as _, StreamExt as _};
use gigline_testkit::{Answer, Client, TestApp, on_both};
use serde_json::{Value, json};

use crate::rooms::{guest, let_in, room_of};
use crate::support::assert_error_shape;

/// Polls a room, as far as the server knows what was shown.
async fn poll(who: &Client, room: i64) -> Answer {
    who.get(&format!("/message/longpoll?chatroomid={room}")).await
}

async fn poll_after(who: &Client, room: i64, after: i64) -> Answer {
    who.get(&format!("/message/longpoll/?chatroomid={room}&after={after}")).await
}

async fn end(who: &Client, room: i64) -> Answer {
    who.get(&format!("/message/endpoll?chatroomid={room}")).await
}

/// Says something as the page does it.
async fn say(who: &Client, room: i64, text: &str) -> Answer {
    let body = json!({ "params": { "chatroomid": room }, "data": { "message": text } });
    who.post("/message/sendMessage", &body).await
}

/// What the messages of an answer say.
fn said(answer: &Answer) -> Vec<String> {
    let body = answer.clone().expect(200).json();
    let messages = body.as_array().or_else(|| body["messages"].as_array()).unwrap();
    messages.iter().map(|message| message["message"].as_str().unwrap().to_owned()).collect()
}

/// Until so many polls are open, or it takes too long.
async fn open_polls(app: &TestApp, count: usize) {
    for _ in 0..2_000 {
        if app.app().engine.watches() == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{} polls are open instead of {count}", app.app().engine.watches());
}

/// Ann with a room of hers, and Bob in it.
async fn ann_and_bob(app: &TestApp) -> (Client, Client, i64) {
    let ((_, ann), (_, bob)) = (guest(&app.anyone(), "ann").await, guest(&app.anyone(), "bob").await);
    let room = room_of(&ann).await;
    let _ = let_in(&ann, room, "bob").await.expect(200);
    (ann, bob, room)
}

on_both! {
    async fn a_message_is_listed_as_the_page_shows_it(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let sent = say(&ann, room, " Hello ").await.expect(200).json();
        let message = &sent[0];
        let me = app.anyone().post_empty("/login/?username=ann&password=correct%20horse").await.expect(200).number("id");
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
        let times: std::collections::BTreeSet<_> = listed.as_array().unwrap().iter().map(|one| one["createdAt"].to_string()).collect();
        assert_eq!((times.len(), listed[0]["seq"].as_i64(), listed[49]["seq"].as_i64()), (50, Some(12), Some(61)));
        let missed = poll_after(&bob, room, 3).await.expect(200).json();
        assert_eq!((missed[0]["seq"].as_i64(), missed[49]["seq"].as_i64()), (Some(4), Some(53)), "nothing is passed over");
        assert_eq!(poll_after(&bob, room, 53).await.expect(200).json()[49]["seq"], 61);
        assert_eq!(poll_after(&bob, room, 900).await.expect(200).json()[49]["seq"], 61, "what never was is not waited for");
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
        let (first, second, sent, elsewhere) = tokio::join!(poll(&ann, room), poll(&bob, room), async {
            open_polls(&app, 3).await;
            let sent = say(&bob, room, "hi").await;
            open_polls(&app, 1).await;
            let _ = end(&ann, other).await.expect(200);
            sent
        }, elsewhere);
        assert_eq!((said(&first), said(&second), said(&sent)), (vec!["hi".to_owned()], vec!["hi".to_owned()], vec!["hi".to_owned()]));
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
        let ended = end(&ann, room).await.expect(200).json();
        assert_eq!(ended, json!({ "message": "ok", "messages": [] }));
        assert!(said(&poll(&ann, room).await).is_empty(), "ended before it came");
        let ((mine, theirs), ()) = tokio::join!(
            async { tokio::join!(poll(&ann, room), poll(&bob, room)) },
            async {
                open_polls(&app, 2).await;
                let _ = end(&ann, room).await.expect(200);
                open_polls(&app, 1).await;
                let _ = say(&ann, room, "hi").await.expect(200);
            }
        );
        assert!(said(&mine).is_empty());
        assert_eq!(said(&theirs), ["hi"]);
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
            app.clock().advance(Duration::from_secs(24));
            tokio::time::sleep(Duration::from_millis(600)).await;
            open_polls(&app, 1).await;
            app.clock().advance(Duration::from_secs(1));
        });
        assert!(said(&answer).is_empty());
    }

    async fn a_poll_that_is_given_up_frees_its_place_and_has_shown_nothing(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        {
            let waiting = poll(&bob, room).boxed_local();
            let gone = tokio::time::timeout(Duration::from_millis(300), waiting).await;
            assert!(gone.is_err());
        }
        open_polls(&app, 0).await;
        let _ = say(&ann, room, "hi").await.expect(200);
        assert_eq!(said(&poll(&bob, room).await), ["hi"]);
    }

    async fn the_oldest_poll_of_five_is_released(app) {
        let (ann, _, room) = ann_and_bob(&app).await;
        let mut polls: futures_util::stream::FuturesUnordered<_> = (0..5).map(|_| poll(&ann, room)).collect();
        assert!(said(&polls.next().await.unwrap()).is_empty());
        open_polls(&app, 4).await;
        let (rest, _) = tokio::join!(polls.collect::<Vec<_>>(), end(&ann, room));
        assert_eq!(rest.len(), 4);
    }

    async fn polls_end_with_their_session_and_with_their_room(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let (answer, ()) = tokio::join!(poll(&bob, room), async {
            open_polls(&app, 1).await;
            let _ = bob.post_empty("/logout/").await.expect(200);
        });
        assert_error_shape(&answer.expect(401), "unauthorized");
        let (expired, ()) = tokio::join!(poll(&ann, room), async {
            open_polls(&app, 1).await;
            app.clock().advance(Duration::from_secs(86_400));
        });
        assert_error_shape(&expired.expect(401), "unauthorized");
    }

    async fn a_direct_chat_is_polled_by_its_id(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let now = gigline_domain::Timestamp::from_micros(1_795_165_200_000_000);
        let (one, other) = (gigline_domain::UserId::new(ann.id), gigline_domain::UserId::new(bob.id));
        let opened = app.app().store.write(move |tx| gigline_persistence::chats::open_direct(tx, one, other, now)).await;
        let chat = opened.unwrap().chat.id.get();
        assert_eq!(ann.get("/message/chatrooms").await.expect(200).json(), json!([]), "it is no room");
        let (answer, _) = tokio::join!(poll(&bob, chat), say(&ann, chat, "hi"));
        assert_eq!(said(&answer), ["hi"]);
    }

    async fn a_message_in_the_very_moment_of_a_poll_stalls_nothing(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let mut seen = 0;
        for round in 1..=1_000 {
            let text = round.to_string();
            let polled = async { if round % 2 == 0 { poll_after(&bob, room, seen).await } else { poll(&bob, room).await } };
            let (answer, sent) = tokio::join!(polled, say(&ann, room, &text));
            let _ = sent.expect(200);
            seen = answer.expect(200).json().as_array().unwrap().last().unwrap()["seq"].as_i64().unwrap();
            assert_eq!(seen, round);
        }
    }

    async fn two_hundred_who_poll_end_with_the_whole_log(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let mut sessions = Vec::new();
        for _ in 0..50 {
            let login = app.anyone().post_empty("/login/?username=bob&password=correct%20horse").await.expect(200);
            sessions.push(bob.with("authorization", &format!("Bearer {}", login.text("session_token"))));
        }
        let follow = |number: usize| {
            let who = sessions[number % 50].clone();
            async move {
                let (mut seen, mut log) = (0, Vec::new());
                while seen < 60 {
                    let messages = poll_after(&who, room, seen).await.expect(200).json();
                    let news: Vec<Value> = messages.as_array().unwrap().iter().filter(|one| one["seq"].as_i64().unwrap() > seen).cloned().collect();
                    log.extend(news.iter().map(|one| one["seq"].as_i64().unwrap()));
                    seen = log.last().copied().unwrap_or(0);
                }
                assert_eq!(log, (1..=60).collect::<Vec<_>>());
            }
        };
        let speak = async {
            for number in 1..=60 {
                let _ = say(&ann, room, &number.to_string()).await.expect(200);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let _ = tokio::join!(join_all((0..200).map(follow)), speak);
    }

    #[settings = [("GIGLINE_ALLOWED_ORIGINS", "http://localhost:3000")]]
    async fn the_page_switches_rooms_back_and_forth(app) {
        let page = app.anyone().with("origin", "http://localhost:3000").with("sec-fetch-site", "same-site");
        let ((_, ann), (_, bob)) = (guest(&page, "ann").await, guest(&page, "bob").await);
        let rooms = [room_of(&ann).await, room_of(&ann).await];
        for room in rooms {
            let _ = let_in(&ann, room, "bob").await.expect(200);
            let _ = say(&bob, room, "welcome").await.expect(200);
        }
        for switch in 0..20 {
            let room = rooms[switch % 2];
            // The page gives its open poll up, then fires a poll and its end at once.
            let (polled, ended) = tokio::join!(poll(&ann, room), end(&ann, room));
            assert_eq!(said(&polled), said(&ended));
            let again = poll(&ann, room).boxed_local();
            drop(tokio::time::timeout(Duration::from_millis(20), again).await);
            let _ = say(&bob, room, &format!("after {switch}")).await.expect(200);
            assert_eq!(*said(&poll(&ann, room).await).last().unwrap(), format!("after {switch}"));
        }
        open_polls(&app, 0).await;
    }
}

#[actix_rt::test]
async fn a_message_releases_the_polls_of_other_servers() {
    let Some(app) = TestApp::start(gigline_testkit::Backend::Postgres) else { return };
    let beside = app.beside();
    let (ann, bob, room) = ann_and_bob(&app).await;
    let there = Client::new(beside.address()).with_cookie(bob_cookie(&app).await.as_str());
    let (answer, ()) = tokio::join!(poll(&there, room), async {
        open_polls(&beside, 1).await;
        let _ = say(&ann, room, "hi").await.expect(200);
    });
    assert_eq!(said(&answer), ["hi"]);
    drop(bob);
}

async fn bob_cookie(app: &TestApp) -> String {
    let login = app.anyone().post_empty("/login/?username=bob&password=correct%20horse").await.expect(200);
    login.text("session_token")
}
