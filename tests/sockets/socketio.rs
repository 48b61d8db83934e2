//! The conversations on Socket.IO, packet by packet.

use gigline_testkit::{Actor, WebSocket, on_both};
use serde_json::{Value, json};

use crate::polling::Polling;

/// Somebody in the namespace of the chats, by WebSocket.
async fn joined(who: &Actor, namespace: &str) -> WebSocket {
    let mut socket = who.web_socket("/socket.io/?EIO=4&transport=websocket").await.unwrap();
    assert!(socket.text().await.starts_with('0'));
    socket.say(&format!("40{namespace},")).await;
    let told = socket.text().await;
    assert!(told.starts_with(&format!(r#"40{namespace},{{"sid":""#)), "{told}");
    let first = socket.text().await;
    assert_eq!(first, format!(r#"42{namespace},["connection_succeeded","connected!"]"#), "and in this order");
    socket
}

/// The data of an event packet.
fn data(packet: &str) -> Value {
    let args: Value = serde_json::from_str(&packet[packet.find('[').unwrap()..]).unwrap();
    args[1].clone()
}

on_both! {
    async fn everybody_hears_under_the_name_that_they_joined_by(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let mut by_slash = joined(&ann, "/api/chat/").await;
        let mut without = joined(&bob, "/api/chat").await;
        let polling = Polling::joined(&bob).await;
        let both = format!(r#"{{"sender_id":{},"receiver_id":{}}}"#, ann.id, bob.id);
        by_slash.say(&format!(r#"42/api/chat/,0["new_chat",{both}]"#)).await;
        assert!(by_slash.text_that_begins("43").await.starts_with(r#"43/api/chat/,0[{"ok":true,"#));
        let chat = data(&without.text_that_begins(r#"42/api/chat,["chat_created","#).await)["id"].clone();
        by_slash.say(&format!(r#"42/api/chat/,["private_message",{{"chat_id":{chat},"msg":"hello"}}]"#)).await;
        let first = data(&by_slash.text_that_begins(r#"42/api/chat/,["private_message","#).await);
        let second = data(&without.text_that_begins(r#"42/api/chat,["private_message","#).await);
        let third = data(&polling.packet_that_begins(r#"42/api/chat/,["private_message","#).await);
        assert_eq!(first["message"], "hello");
        assert_eq!((&first, &first), (&second, &third));
    }

    async fn an_event_whose_name_is_a_number_is_told_that_there_is_none(app) {
        let mut socket = joined(&app.user("ann").await, "/api/chat/").await;
        socket.say("42/api/chat/,1[5,{}]").await;
        let failure = data(&socket.text_that_begins(r#"42/api/chat/,["failure","#).await);
        assert_eq!((&failure["event"], &failure["code"]), (&json!("5"), &json!("unknown_event")));
        assert!(socket.text().await.starts_with(r#"43/api/chat/,1[{"ok":false,"code":"unknown_event""#));
    }

    async fn the_main_namespace_is_there_and_quiet_and_no_other_is(app) {
        let mut socket = app.anyone().web_socket("/socket.io/?EIO=4&transport=websocket").await.unwrap();
        let _ = socket.text().await;
        // As the Swift client writes it.
        socket.say("40/,").await;
        assert!(socket.text().await.starts_with(r#"40{"sid":""#));
        socket.say("40/admin,").await;
        assert_eq!(socket.text().await, r#"44/admin,{"message":"Invalid namespace"}"#);
        socket.say(r#"42["private_message",{}]"#).await;
        socket.say("40/other,").await;
        assert_eq!(socket.text().await, r#"44/other,{"message":"Invalid namespace"}"#, "nothing in between");
    }

    async fn who_joins_the_main_namespace_first_may_leave_it_and_talk(app) {
        let ann = app.user("ann").await;
        let mut socket = ann.web_socket("/socket.io/?EIO=4&transport=websocket").await.unwrap();
        let _ = socket.text().await;
        socket.say("40").await;
        assert!(socket.text().await.starts_with("40{"));
        socket.say("40/api/chat/,").await;
        assert!(socket.text().await.starts_with("40/api/chat/,{"));
        socket.say("41").await;
        socket.say(r#"42/api/chat/,0["nonsense",{}]"#).await;
        assert!(socket.text_that_begins("43").await.starts_with("43/api/chat/,0["));
    }

    async fn who_comes_and_goes_without_end_is_let_go(app) {
        let ann = app.user("ann").await;
        let mut socket = joined(&ann, "/api/chat/").await;
        for _ in 0..60 {
            socket.say("41/api/chat/,").await;
            socket.say("40/api/chat/,").await;
        }
        assert_eq!(socket.closed().await, Some(1008));
    }

    async fn what_is_no_packet_closes(app) {
        let ann = app.user("ann").await;
        for bad in ["4abc", "42/api/chat/,{}", "42/api/chat/,abc[\"x\"]", "40/api/chat/,", "42[\"x\"]", "44/api/chat/,{}"] {
            let mut socket = joined(&ann, "/api/chat/").await;
            socket.say(bad).await;
            assert_eq!(socket.closed().await, Some(1002), "{bad}");
        }
    }

    async fn nobody_hears_anything_before_they_are_told_that_they_joined(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let mut anns = joined(&ann, "/api/chat/").await;
        let both = json!({ "sender_id": ann.id, "receiver_id": bob.id });
        anns.say(&format!(r#"42/api/chat/,["new_chat",{both}]"#)).await;
        let chat = data(&anns.text_that_begins(r#"42/api/chat/,["chat_created","#).await)["id"].clone();
        let talks = async {
            for id in 0..300 {
                anns.say(&format!(r#"42/api/chat/,{id}["private_message",{{"chat_id":{chat},"msg":"{id}"}}]"#)).await;
                let _ = anns.text_that_begins("43").await;
            }
        };
        // Looks itself at what comes first and what comes second.
        let joins = async {
            for _ in 0..60 {
                drop(joined(&bob, "/api/chat/").await);
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(talks, joins);
    }

    async fn who_leaves_the_namespace_hears_nothing_any_more(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let mut socket = joined(&ann, "/api/chat/").await;
        socket.say("41/api/chat/,").await;
        let mut again = joined(&bob, "/api/chat/").await;
        let both = json!({ "sender_id": bob.id, "receiver_id": ann.id });
        again.say(&format!(r#"42/api/chat/,1["new_chat",{both}]"#)).await;
        let _ = again.text_that_begins("43").await;
        socket.say("40/api/chat/,").await;
        assert!(socket.text().await.starts_with("40/api/chat/,"), "and no chat_created before");
    }

    async fn who_leaves_and_comes_back_at_once_hears_each_message_once(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let mut socket = joined(&ann, "/api/chat/").await;
        let both = json!({ "sender_id": ann.id, "receiver_id": bob.id });
        socket.say(&format!(r#"42/api/chat/,["new_chat",{both}]"#)).await;
        let chat = data(&socket.text_that_begins(r#"42/api/chat/,["chat_created","#).await)["id"].clone();
        let says = |words: &str| format!(r#"42/api/chat/,["private_message",{{"chat_id":{chat},"msg":"{words}"}}]"#);
        for _ in 0..10 {
            socket.say(&says("and")).await;
            socket.say("41/api/chat/,").await;
            socket.say("40/api/chat/,").await;
        }
        socket.say(&says("end")).await;
        let mut last = 0;
        loop {
            let message = data(&socket.text_that_begins(r#"42/api/chat/,["private_message","#).await);
            assert!(message["seq"].as_i64() > Some(last), "{message} after {last}");
            last = message["seq"].as_i64().unwrap();
            if message["message"] == "end" {
                break;
            }
        }
    }
}
