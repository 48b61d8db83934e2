//! How connections end that the server ends: told why, in time, and told whether to come back.

use std::time::Duration;

use gigline_testkit::{Backend, Client, TestApp, WebSocket, on_both};

use serde_json::json;

use crate::polling::{Polling, text};
use crate::raw::{DOORS, Raw};

async fn socketio(client: &Client) -> WebSocket {
    let mut socket = client.web_socket("/socket.io/?EIO=4&transport=websocket").await.unwrap();
    let _ = socket.text().await;
    socket.say("40/api/chat/,").await;
    let _ = socket.text_that_begins("42").await;
    socket
}

async fn plain(client: &Client) -> WebSocket {
    let mut socket = client.web_socket("/api/chat/").await.unwrap();
    let _ = socket.text().await;
    socket
}

/// Told to leave and not to come back.
async fn is_shown_out(socket: &mut WebSocket) {
    let failure = socket.text_that_begins(r#"42/api/chat/,["failure""#).await;
    assert!(failure.contains(r#""code":"unauthorized""#), "{failure}");
    assert_eq!(socket.text().await, "41/api/chat/,");
    assert_eq!(socket.text().await, "1");
    assert_eq!(socket.closed().await, Some(4001));
}

on_both! {
    async fn a_logout_takes_its_sockets_along_and_no_others(app) {
        let (ann, other) = (app.user("ann").await, app.log_in("ann").await);
        let (mut by_socketio, mut by_plain, polling) =
            (socketio(&ann).await, plain(&ann).await, Polling::joined(&ann).await);
        let mut kept = plain(&other).await;
        let _ = ann.post_empty("/api/logout/").await.expect(200);
        is_shown_out(&mut by_socketio).await;
        assert_eq!(by_plain.closed().await, Some(4001));
        let rest = text(&ann.get(&polling.path()).await);
        let packets: Vec<&str> = rest.split('\u{1e}').collect();
        assert!(packets.ends_with(&["41/api/chat/,", "1"]) || rest.contains(r#""code":4"#), "{rest}");
        kept.say(r#"{"event":"ping"}"#).await;
        let _ = kept.event("pong").await;
    }

    async fn a_traded_update_token_takes_the_old_sessions_sockets_along_and_not_the_new_ones(app) {
        let ann = app.user("ann").await;
        let (mut by_socketio, mut by_plain) = (socketio(&ann).await, plain(&ann).await);
        let bearer = format!("Bearer {}", ann.update_token);
        let traded = app.anyone().with("authorization", &bearer).post_empty("/api/session/").await.expect(200);
        is_shown_out(&mut by_socketio).await;
        assert_eq!(by_plain.closed().await, Some(4001));
        let anew = app.anyone().with_cookie(&traded.text("session_token"));
        let mut kept = plain(&anew).await;
        assert_eq!(ann.web_socket("/api/chat/").await.err(), Some(401));
        kept.say(r#"{"event":"ping"}"#).await;
        let _ = kept.event("pong").await;
    }

    async fn an_expired_session_takes_its_sockets_along(app) {
        let ann = app.user("ann").await;
        let (mut by_socketio, mut by_plain) = (socketio(&ann).await, plain(&ann).await);
        app.clock().advance(Duration::from_secs(24 * 60 * 60 + 1));
        is_shown_out(&mut by_socketio).await;
        assert_eq!(by_plain.closed().await, Some(4001));
    }

    async fn an_erased_account_takes_its_sockets_along(app) {
        let ann = app.user("ann").await;
        let (mut by_socketio, mut by_plain) = (socketio(&ann).await, plain(&ann).await);
        let _ = ann.delete(&ann.path()).await.expect(200);
        is_shown_out(&mut by_socketio).await;
        assert_eq!(by_plain.closed().await, Some(4001));
    }
}

/// Says so many long things.
async fn talks(who: &mut WebSocket, chat: &serde_json::Value, count: usize) {
    let said =
        json!({ "event": "private_message", "data": { "chat_id": chat, "msg": "\u{1f4ac}".repeat(4000) }, "id": 1 });
    for _ in 0..count {
        who.say(&said.to_string()).await;
        assert_eq!(who.event("ack").await["data"]["ok"], true);
    }
}

#[test]
fn who_reads_too_slowly_is_closed_and_holds_nobody_up() {
    const MESSAGES: usize = 1200;
    let app = TestApp::start(Backend::Sqlite).expect("SQLite is always there");
    actix_rt::System::new().block_on(async {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let mut anns = plain(&ann).await;
        let both = json!({ "sender_id": ann.id, "receiver_id": bob.id });
        anns.say(&json!({ "event": "new_chat", "data": both }).to_string()).await;
        let chat = anns.event("chat_created").await["data"]["id"].clone();
        let (mut stalled, mut asleep, mut awake) = (plain(&bob).await, socketio(&bob).await, plain(&bob).await);
        let reads = async {
            for seq in 1..=MESSAGES {
                assert_eq!(awake.event("private_message").await["data"]["seq"], seq);
            }
        };
        tokio::join!(talks(&mut anns, &chat, MESSAGES), reads);
        // Nothing of two of them has moved; time passes for all.
        for _ in 0..100 {
            if app.app().engine.sockets() == 2 {
                break;
            }
            app.clock().advance(Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(app.app().engine.sockets(), 2);
        assert_eq!(stalled.closed().await, Some(4008));
        // Engine.IO keeps its last words for five seconds only.
        assert!(matches!(asleep.closed().await, Some(4008) | None));
        talks(&mut anns, &chat, 1).await;
        assert_eq!(awake.event("private_message").await["data"]["seq"], MESSAGES + 1);
        // Who comes back gets it all, as many pages as it takes.
        let (mut back, mut seen) = (plain(&bob).await, 0);
        while seen <= MESSAGES {
            let resume = json!({ "event": "join", "data": { "chat_id": chat, "after": seen } });
            back.say(&resume.to_string()).await;
            for message in back.event("past_history").await["data"]["chat"].as_array().unwrap() {
                seen += 1;
                assert_eq!(message["seq"], seen);
            }
        }
    });
}

#[test]
fn a_stopping_server_tells_everybody_that_it_goes_away() {
    let app = TestApp::start(Backend::Sqlite).expect("SQLite is always there");
    actix_rt::System::new().block_on(async {
        let ann = app.user("ann").await;
        let (mut by_socketio, mut by_plain) = (socketio(&ann).await, plain(&ann).await);
        // Waits until it has stopped; what it said last is still to be read.
        drop(app);
        // Without the packet `1`, which would have some clients stay away.
        let (texts, code) = by_socketio.rest().await;
        assert_eq!((texts.iter().any(|text| text == "1"), code), (false, Some(1001)));
        assert_eq!(by_plain.closed().await, Some(1001));
    });
}

/// Neither who reads nothing, nor who never finishes a frame, nor who waits for packets keeps a server from stopping.
#[test]
fn a_stopping_server_waits_for_nobody_who_does_not_come_to_an_end() {
    const MESSAGES: usize = 400;
    let app = TestApp::start(Backend::Sqlite).expect("SQLite is always there");
    actix_rt::System::new().block_on(async {
        let (ann, bob, cat) = (app.user("ann").await, app.user("bob").await, app.user("cat").await);
        let polling = Polling::open(&cat).await;
        let waits = actix_rt::spawn(async move { polling.get().await });
        let halves = DOORS.map(|(path, _)| {
            let mut half = Raw::open(&app, path, &cat.token);
            half.begin(&[0x81, 0xfe, 0x01]);
            half
        });
        let chat = app.db_chat(ann.id, bob.id).await;
        let (mut anns, stalled, asleep) = (plain(&ann).await, plain(&bob).await, socketio(&bob).await);
        talks(&mut anns, &chat.into(), MESSAGES).await;
        let (stopped, has_stopped) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            drop(app);
            stopped.send(())
        });
        let in_time = tokio::time::timeout(Duration::from_secs(30), has_stopped).await;
        assert_eq!(in_time, Ok(Ok(())), "it stops");
        assert_eq!(anns.closed().await, Some(1001));
        assert_eq!(text(&waits.await.unwrap().expect(200)), "1");
        drop((halves, stalled, asleep));
    });
}
