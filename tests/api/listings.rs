//! Lists of a room's newest messages are never older than the question, whoever else has the room read at that moment.

use std::cell::Cell;

use futures_util::future::join_all;
use gigline_testkit::{Client, TestApp, on_both};
use serde_json::{Value, json};

use crate::rooms::{guest, let_in, room_of};
use crate::support::assert_error_shape;

/// The list as it is now: who claims to have seen what never was does not wait.
async fn list(who: &Client, room: i64) -> Vec<Value> {
    let answer = who.get(&format!("/message/longpoll/?chatroomid={room}&after=999999")).await.expect(200).json();
    answer.as_array().unwrap().clone()
}

async fn newest(who: &Client, room: i64) -> (Value, Value) {
    let newest = list(who, room).await.pop().unwrap();
    (newest["username"].clone(), newest["message"].clone())
}

/// Has several ask again and again until it is over.
async fn asking(who: Vec<Client>, room: i64, over: &Cell<bool>) {
    let one = |who: Client| async move {
        while !over.get() {
            let _ = list(&who, room).await;
        }
    };
    let _ = join_all(who.iter().cycle().take(12).cloned().map(one)).await;
}

/// Says, takes back and renames at one server, and asks both after each.
async fn change_and_ask(ann: (&Client, i64), bobs: [&Client; 2], room: i64) {
    let (ann, id) = ann;
    for round in 0..25 {
        let (text, name) = (format!("round {round}"), format!("ann_{round}"));
        let body = json!({ "chatroomid": room, "message": text });
        let said = ann.post("/message/sendMessage", &body).await.expect(200).json();
        let message = said.as_array().unwrap().last().unwrap()["id"].as_i64().unwrap();
        for bob in bobs {
            assert_eq!(newest(bob, room).await.1, json!(text));
        }
        let _ = ann.post(&format!("/api/user/{id}/"), &json!({ "username": name })).await.expect(200);
        for bob in bobs {
            assert_eq!(newest(bob, room).await, (json!(name), json!(text)));
        }
        let _ = ann.delete(&format!("/api/message/{message}/")).await.expect(200);
        for bob in bobs {
            assert_eq!(newest(bob, room).await, (json!(name), json!("")));
        }
    }
}

on_both! {
    async fn nobody_is_shown_what_was_changed_before_they_asked_at_either_of_two_servers(app) {
        let beside = app.beside();
        let ((id, ann), (_, bob)) = (guest(&app.anyone(), "ann").await, guest(&app.anyone(), "bob").await);
        let room = room_of(&ann).await;
        let _ = let_in(&ann, room, "bob").await.expect(200);
        let there = at(&beside, "bob").await;
        let over = Cell::new(false);
        let change = async {
            change_and_ask((&ann, id), [&bob, &there], room).await;
            over.set(true);
        };
        let _ = tokio::join!(asking(vec![bob.clone(), ann.clone(), there.clone()], room, &over), change);
    }

    async fn who_asks_together_with_others_is_refused_alone(app) {
        let ((_, ann), (_, cid)) = (guest(&app.anyone(), "ann").await, guest(&app.anyone(), "cid").await);
        let room = room_of(&ann).await;
        let body = json!({ "chatroomid": room, "message": "secret" });
        let _ = ann.post("/message/sendMessage", &body).await.expect(200);
        let over = Cell::new(false);
        let refused = async {
            for _ in 0..50 {
                let answer = cid.get(&format!("/message/endpoll/?chatroomid={room}")).await.expect(500);
                assert_error_shape(&answer, "not_in_room");
                assert_eq!(list(&ann, room).await.len(), 1);
            }
            over.set(true);
        };
        let _ = tokio::join!(asking(vec![ann.clone()], room, &over), refused);
    }
}

/// Somebody's client at another server.
async fn at(server: &TestApp, name: &str) -> Client {
    let login =
        server.anyone().post_empty(&format!("/login/?username={name}&password=correct%20horse")).await.expect(200);
    server.anyone().with_cookie(&login.text("session_token"))
}
