//! Requests sent behind one whose answer waits: some wait in turn, and who sends without end is cut off.

use gigline_testkit::{Actor, TestApp, on_both};

use super::lives;
use crate::raw::{Raw, head};

/// More than the server reads ahead of what it answers.
const FLOOD: usize = 400_000;

/// A connection whose first request waits, with its body if it has one.
fn waits(app: &TestApp, who: &Actor, path: &str, body: &str) -> Raw {
    let mut raw = Raw::to(app.address());
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    assert!(raw.send(format!("{}{length}\r\n{body}", head("GET", path, &who.token)).as_bytes()));
    raw
}

/// Until nobody waits any more; the wait for that is the test's own.
async fn nobody_waits(app: &TestApp) {
    for _ in 0..2_000 {
        if app.app().engine.watches() + app.app().engine.sockets() == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("somebody still waits who was cut off");
}

on_both! {
    async fn who_floods_the_connection_behind_an_answer_that_waits_is_cut_off(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let chat = app.db_chat(ann.id, bob.id).await;
        let poll = format!("/message/longpoll/?chatroomid={chat}&after=0");
        let flood = b"GET /healthz HTTP/1.1\r\nHost: gigline.test\r\n\r\n".repeat(FLOOD / 45);
        for (path, body) in [
            (poll.as_str(), ""),
            ("/message/longpoll/", &*format!("{{\"chatroomid\":{chat},\"after\":0}}")),
            (&*format!("/api/chat/{chat}/events/"), ""),
        ] {
            let mut raw = waits(&app, &ann, path, body);
            raw.send(&flood);
            assert!(raw.is_closed(), "{path}");
            nobody_waits(&app).await;
        }
        lives(&app).await;
    }

    async fn a_few_requests_behind_an_answer_that_waits_are_answered_after_it(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let chat = app.db_chat(ann.id, bob.id).await;
        let mut raw = waits(&app, &ann, &format!("/message/longpoll/?chatroomid={chat}&after=0"), "");
        let next = format!("{}\r\n", head("GET", "/api/secret/", &ann.token)).repeat(10);
        let last = format!("{}Connection: close\r\n\r\n", head("GET", "/healthz", &ann.token));
        assert!(raw.send(format!("{next}{last}").as_bytes()));
        let said = format!("/api/chat/{chat}/message/");
        let _ = bob.post(&said, &serde_json::json!({ "message": "now" })).await.expect(201);
        let answers = raw.rest();
        assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 12, "{answers}");
        assert!(answers.find("\"now\"") < answers.find("is alive"), "{answers}");
    }
}
