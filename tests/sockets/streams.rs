//! Server-sent events: what was missed of a chat, and then what happens in it, in its order and each message once.

mod cut_short;
mod ending;
mod pages;
mod resuming;
mod slow;

use std::time::Duration;

use gigline_testkit::{Actor, Answer, Client, EventStream, TestApp, on_both};
use serde_json::{Value, json};

fn path(chat: i64) -> String {
    format!("/api/chat/{chat}/events/")
}

/// Opens a stream; with the number that it goes on after.
async fn open(who: &Client, path: &str) -> (EventStream, i64) {
    let opened = who.events(path).await;
    let mut stream = opened.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    let first = stream.next().await;
    assert_eq!((first.name.as_str(), &first.data), ("connection_succeeded", &json!("connected!")));
    (stream, first.id.parse().unwrap())
}

/// Follows a chat from now on.
async fn follow(who: &Client, chat: i64) -> EventStream {
    open(who, &path(chat)).await.0
}

/// Goes on after what was seen, as a browser does: the address stays as it was.
async fn come_back(who: &Client, chat: i64, seen: i64) -> EventStream {
    let (stream, after) = open(&who.with("last-event-id", &seen.to_string()), &path(chat)).await;
    assert_eq!(after, seen);
    stream
}

async fn refused(who: &Client, path: &str) -> Answer {
    match who.events(path).await {
        Ok(_) => panic!("{path} was opened"),
        Err(refusal) => refusal,
    }
}

async fn say(who: &Client, chat: i64, text: &str) -> Value {
    who.post(&format!("/api/chat/{chat}/message/"), &json!({ "message": text })).await.expect(201).json()
}

/// The next message; its id is its number.
async fn message(stream: &mut EventStream) -> Value {
    let event = stream.next().await;
    assert_eq!((event.name.as_str(), &event.id), ("private_message", &event.data["seq"].to_string()));
    event.data
}

/// The numbers of the next messages.
async fn numbers(stream: &mut EventStream, count: usize) -> Vec<i64> {
    let mut numbers = Vec::new();
    while numbers.len() < count {
        numbers.push(message(stream).await["seq"].as_i64().unwrap());
    }
    numbers
}

/// Waits until so many sockets are attached.
async fn attached(app: &TestApp, count: usize) {
    for _ in 0..2_000 {
        if app.app().engine.sockets() == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{} sockets are attached instead of {count}", app.app().engine.sockets());
}

/// Ann and Bob, and their chat.
async fn ann_and_bob(app: &TestApp) -> (Actor, Actor, i64) {
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let chat = app.db_chat(ann.id, bob.id).await;
    (ann, bob, chat)
}

on_both! {
    async fn a_stream_tells_of_its_chat_and_of_no_other(app) {
        let (ann, bob, chat) = ann_and_bob(&app).await;
        let other = app.db_room(ann.id, bob.id).await;
        let mut stream = follow(&ann, chat).await;
        let _ = say(&bob, other, "elsewhere").await;
        let _new = app.db_room(bob.id, ann.id).await;
        let said = say(&bob, chat, "hello\nyou").await;
        assert_eq!(message(&mut stream).await, said);
        let own = say(&ann, chat, "hello").await;
        assert_eq!(message(&mut stream).await, own);

        let mut bobs = bob.web_socket("/api/chat/").await.unwrap();
        for (of, seq) in [(other, 1), (chat, 2)] {
            for event in ["typing", "read"] {
                bobs.say(&json!({ "event": event, "data": { "chat_id": of, "seq": seq }, "id": 1 }).to_string()).await;
                assert_eq!(bobs.event("ack").await["data"]["ok"], true);
            }
        }
        // One may be told before the other: the first is in no log.
        let mut told = [stream.next().await, stream.next().await];
        told.sort_by(|one, next| next.name.cmp(&one.name));
        assert_eq!([told[0].name.as_str(), told[1].name.as_str()], ["typing", "read"]);
        assert_eq!(told[0].data, json!({ "chat_id": chat, "user_id": bob.id }));
        assert_eq!(told[1].data, json!({ "chat_id": chat, "seq": 2, "user_id": bob.id }));
        assert_eq!(told[1].id, "2", "only messages move it on");

        let _ = bob.delete(&format!("/api/message/{}/", said["id"])).await.expect(200);
        let deleted = stream.next().await;
        assert_eq!((deleted.name.as_str(), &deleted.data["id"]), ("message_deleted", &said["id"]));
    }

    async fn a_stream_is_for_those_who_are_in_the_chat(app) {
        let (ann, bob, chat) = ann_and_bob(&app).await;
        let cid = app.user("cid").await;
        for (status, refusal) in [
            (401, refused(&app.anyone(), &path(chat)).await),
            (404, refused(&cid, &path(chat)).await),
            (404, refused(&cid.with("last-event-id", "x"), &path(chat)).await),
            (404, refused(&ann, &path(999)).await),
        ] {
            let _ = refusal.expect(status);
        }
        for bad in ["x", "-1", "1.5", "99999999999999999999"] {
            let refusal = refused(&bob.with("last-event-id", bad), &path(chat)).await.expect(400);
            assert_eq!(refusal.faulty_fields(), ["Last-Event-ID"], "{bad}");
            let refusal = refused(&bob, &format!("{}?after={bad}", path(chat))).await.expect(400);
            assert_eq!(refusal.faulty_fields(), ["after"], "{bad}");
        }
        let page = app.anyone().with_cookie(&bob.token);
        assert_eq!(refused(&page.with("origin", "https://evil.example"), &path(chat)).await.expect(403).code(), "cross_site");
        assert_eq!(refused(&page.with("sec-fetch-site", "cross-site"), &path(chat)).await.expect(403).code(), "cross_site");
        assert_eq!(app.app().engine.sockets(), 0);
        let _ours = follow(&page.with("sec-fetch-site", "same-origin"), chat).await;
    }

    async fn a_head_takes_no_place_and_a_stream_is_one_of_ten_sockets(app) {
        let (ann, _bob, chat) = ann_and_bob(&app).await;
        let head = ann.head(&path(chat)).await.expect(200);
        let headers = ["content-type", "cache-control", "x-accel-buffering"].map(|name| head.header(name));
        assert_eq!(headers, ["text/event-stream", "no-store", "no"]);
        assert_eq!(app.app().engine.sockets(), 0);
        let _ = app.anyone().head(&path(chat)).await.expect(401);

        let mut streams = Vec::new();
        for _ in 0..9 {
            streams.push(follow(&ann, chat).await);
        }
        let _socket = ann.web_socket("/api/chat/").await.unwrap();
        let refusal = refused(&ann, &path(chat)).await.expect(429);
        assert_eq!((refusal.code().as_str(), refusal.header("retry-after").as_str()), ("too_many_requests", "1"));
        assert_eq!(ann.web_socket("/api/chat/").await.err(), Some(429));
        drop(streams.pop());
        attached(&app, 9).await;
        let _again = follow(&ann, chat).await;
    }
}
