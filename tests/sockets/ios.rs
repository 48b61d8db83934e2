//! The first app on iOS, byte by byte: by cookie alone, without a cache-buster, and waiting for its open poll before it
//! moves to the WebSocket.

mod phone;

use gigline_testkit::{Actor, on_both};
use serde_json::{Value, json};

use self::phone::{POLL, Phone, Wire};

fn packets(body: &str) -> Vec<String> {
    body.split('\u{1e}').filter(|packet| *packet != "6").map(ToOwned::to_owned).collect()
}

fn is_in(heard: &[String]) {
    assert!(heard[0].starts_with(r#"40/api/chat/,{"sid":""#), "it drops what comes before: {heard:?}");
    assert_eq!(heard[1], r#"42/api/chat/,["connection_succeeded","connected!"]"#);
}

/// What the app does with its socket. It never joins, and its first ack has the number 0.
fn talks(socket: &mut Wire, me: &Actor, other: &Actor) {
    let both = format!(r#""sender_id":{},"receiver_id":{}"#, me.id, other.id);
    socket.says(&format!(r#"42/api/chat/,["new_chat",{{{both}}}]"#));
    let created = socket.hears();
    assert!(created.starts_with(r#"42/api/chat/,["chat_created",{"#), "{created}");
    socket.says(&format!(r#"42/api/chat/,0["private_message",{{{both},"msg":"hello"}}]"#));
    let mut heard = [socket.hears(), socket.hears()];
    heard.sort();
    let message: Value = serde_json::from_str(heard[0].strip_prefix("42/api/chat/,").unwrap()).unwrap();
    assert_eq!((&message[0], &message[1]["message"]), (&json!("private_message"), &json!("hello")));
    // The fields and types that it decodes.
    assert!(["id", "sender_id", "chat_id"].iter().all(|key| message[1][key].is_i64()), "{message}");
    assert_eq!(message[1]["time"].as_str().unwrap().len(), 26);
    assert!(heard[1].starts_with(r#"43/api/chat/,0[{"ok":true,"#), "{heard:?}");
    // As it stands in the first version: somebody who is not there speaks to somebody who is not there.
    socket.says(
        r#"42/api/chat/,["private_message",{"sender_id":100000000000,"receiver_id":20000000000,"msg":"feiosfji"}]"#,
    );
    let failure = socket.hears();
    assert!(
        failure.starts_with(r#"42/api/chat/,["failure",{"event":"private_message","code":"forbidden","#),
        "{failure}"
    );
    socket.says(&format!(r#"42/api/chat/,1["private_message",{{{both},"msg":"still here"}}]"#));
    let _ = [socket.hears(), socket.hears()];
}

on_both! {
    async fn the_phone_moves_to_the_web_socket_once_its_open_poll_is_released(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let phone = Phone::of(&app, &ann);
        let [mut polls, mut posts, mut socket] = [phone.connects(), phone.connects(), phone.connects()];
        let sid = phone.shakes_hands(&mut polls);
        let path = format!("{POLL}&sid={sid}");
        phone.posts(&mut posts, &path, "40/api/chat/,");
        assert_eq!(posts.answer().1, "ok");
        let mut heard = Vec::new();
        while heard.len() < 2 {
            phone.gets(&mut polls, &path);
            heard.extend(packets(&polls.answer().1));
        }
        is_in(&heard);
        // This one finds nothing, and without it being released the phone would not go on.
        phone.gets(&mut polls, &path);
        phone.upgrades(&mut socket, &sid);
        socket.becomes_one();
        socket.says("2probe");
        assert_eq!(socket.hears(), "3probe");
        assert_eq!(polls.answer().1, "6");
        socket.says("5");
        talks(&mut socket, &ann, &bob);
    }

    async fn the_phone_does_it_all_at_once(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let phone = Phone::of(&app, &ann);
        let [mut polls, mut posts, mut socket] = [phone.connects(), phone.connects(), phone.connects()];
        let sid = phone.shakes_hands(&mut polls);
        let path = format!("{POLL}&sid={sid}");
        phone.upgrades(&mut socket, &sid);
        phone.gets(&mut polls, &path);
        phone.posts(&mut posts, &path, "40/api/chat/,");
        socket.becomes_one();
        socket.says("2probe");
        assert_eq!(posts.answer().1, "ok");
        assert_eq!(socket.hears(), "3probe");
        let mut heard = packets(&polls.answer().1);
        socket.says("5");
        while heard.len() < 2 {
            heard.push(socket.hears());
        }
        is_in(&heard);
        talks(&mut socket, &ann, &bob);
    }
}
