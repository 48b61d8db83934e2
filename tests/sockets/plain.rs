//! The plain WebSocket: frames, answers, and the code of every end.

use gigline_testkit::{Actor, WebSocket, on_both};
use serde_json::{Value, json};

async fn open(who: &Actor) -> WebSocket {
    let mut socket = who.web_socket("/api/chat/").await.unwrap();
    assert_eq!(socket.text().await, r#"{"event":"connection_succeeded","data":"connected!"}"#);
    socket
}

async fn ack(socket: &mut WebSocket, id: Value) -> Value {
    loop {
        let ack = socket.event("ack").await;
        if ack["id"] == id {
            return ack["data"].clone();
        }
    }
}

on_both! {
    async fn a_message_reaches_both_and_is_acknowledged(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let (mut anns, mut bobs) = (open(&ann).await, open(&bob).await);
        let both = json!({ "sender_id": ann.id, "receiver_id": bob.id });
        anns.say(&json!({ "event": "new_chat", "data": both, "id": 0 }).to_string()).await;
        assert_eq!(ack(&mut anns, json!(0)).await["ok"], true);
        let chat = bobs.event("chat_created").await["data"]["id"].clone();
        let said = json!({ "event": "private_message", "data": { "chat_id": chat, "msg": "hello" }, "id": "a\n\"b" });
        anns.say(&said.to_string()).await;
        let sent = ack(&mut anns, json!("a\n\"b")).await;
        assert_eq!((&sent["ok"], &sent["seq"]), (&json!(true), &json!(1)));
        let heard = bobs.event("private_message").await["data"].clone();
        assert_eq!((&heard["message"], &heard["sender_id"], &heard["id"]), (&json!("hello"), &json!(ann.id), &sent["id"]));
        bobs.say(&json!({ "event": "join", "data": { "chat_id": chat } }).to_string()).await;
        let history = bobs.event("past_history").await["data"].clone();
        assert_eq!((&history["chat"][0]["message"], &history["last_seq"]), (&json!("hello"), &json!(1)));
    }

    async fn what_is_said_without_waiting_comes_in_its_order_and_before_what_is_asked_after_it(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let (mut anns, mut bobs) = (open(&ann).await, open(&bob).await);
        let both = json!({ "sender_id": ann.id, "receiver_id": bob.id });
        anns.say(&json!({ "event": "new_chat", "data": both, "id": 0 }).to_string()).await;
        let chat = ack(&mut anns, json!(0)).await["chat"]["id"].clone();
        for number in 1..=18 {
            let data = json!({ "chat_id": chat, "msg": number.to_string() });
            anns.say(&json!({ "event": "private_message", "data": data, "id": number }).to_string()).await;
        }
        anns.say(&json!({ "event": "join", "data": { "chat_id": chat }, "id": "join" }).to_string()).await;
        for number in 1..=18 {
            let heard = bobs.event("private_message").await["data"].clone();
            assert_eq!((&heard["message"], &heard["seq"]), (&json!(number.to_string()), &json!(number)));
        }
        let history = anns.event("past_history").await["data"].clone();
        assert_eq!((history["chat"].as_array().unwrap().len(), &history["last_seq"]), (18, &json!(18)));
    }

    async fn a_refused_event_is_told_twice_and_closes_nothing(app) {
        let ann = app.user("ann").await;
        let mut socket = open(&ann).await;
        socket.say(r#"{"event":"private_message","data":{"chat_id":999,"msg":"x"},"id":7}"#).await;
        let failure = socket.event("failure").await["data"].clone();
        assert_eq!((&failure["event"], &failure["code"]), (&json!("private_message"), &json!("not_found")));
        let refused = ack(&mut socket, json!(7)).await;
        assert_eq!((&refused["ok"], &refused["code"]), (&json!(false), &json!("not_found")));
        socket.say(r#"{"event":"ping"}"#).await;
        let _ = socket.event("pong").await;
    }

    async fn what_is_no_event_is_told_so_and_the_tenth_closes(app) {
        let ann = app.user("ann").await;
        let mut socket = open(&ann).await;
        for bad in ["", "hello", "[]", "{}", r#"{"event":1}"#, r#"{"event":"join","id":-1}"#, "{", "1", "null"] {
            socket.say(bad).await;
            assert_eq!(socket.event("failure").await["data"]["code"], "bad_frame", "{bad}");
        }
        socket.say("ten").await;
        assert_eq!(socket.closed().await, Some(1008));
    }

    async fn each_fault_has_its_code(app) {
        let ann = app.user("ann").await;
        let mut socket = open(&ann).await;
        socket.say_bytes(b"{}").await;
        assert_eq!(socket.closed().await, Some(1003));
        let mut socket = open(&ann).await;
        socket.say(&" ".repeat(65_536)).await;
        assert_eq!(socket.event("failure").await["data"]["code"], "bad_frame", "it fits");
        socket.say(&" ".repeat(65_537)).await;
        assert_eq!(socket.closed().await, Some(1009));
    }
}
