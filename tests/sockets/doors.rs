//! With which session a connection may come in, and that what follows must come with the same.

use std::time::{Duration, Instant};

use gigline_testkit::{Client, WebSocket, on_both};
use serde_json::Value;

use crate::polling::{OPEN, Polling};

const SOCKET: &str = "/socket.io/?EIO=4&transport=websocket";

/// What a client is answered who joins so.
async fn joining(client: &Client, path: &str, connect: &str) -> String {
    let mut socket = client.web_socket(path).await.unwrap();
    assert!(socket.text().await.starts_with('0'));
    socket.say(connect).await;
    socket.text().await
}

async fn first_event(socket: &mut WebSocket) -> Value {
    socket.json().await["event"].clone()
}

on_both! {
    async fn socketio_takes_the_session_from_four_places(app) {
        let (ann, anyone) = (app.user("ann").await, app.anyone());
        let plain = "40/api/chat/,";
        let with_token = format!(r#"40/api/chat/,{{"token":"{}"}}"#, ann.token);
        let by_query = format!("{SOCKET}&token={}", ann.token);
        let cases = [
            (anyone.clone(), SOCKET, with_token.as_str()),
            (Client::clone(&ann), SOCKET, plain),
            (anyone.with_cookie(&ann.token), SOCKET, plain),
            (anyone.clone(), &by_query, plain),
            // A cookie that has died is no obstacle.
            (anyone.with_cookie("gls_long-gone"), &by_query, plain),
        ];
        for (place, (client, path, connect)) in cases.into_iter().enumerate() {
            let joined = joining(&client, path, connect).await;
            assert!(joined.starts_with(r#"40/api/chat/,{"sid":""#), "{place}: {joined}");
        }
    }

    async fn without_a_live_session_socketio_says_so_and_lets_try_again(app) {
        let ann = app.user("ann").await;
        let refused = r#"44/api/chat/,{"message":"a live session is needed","data":{"code":"unauthorized"}}"#;
        let update_token = format!(r#"40/api/chat/,{{"token":"{}"}}"#, ann.update_token);
        for connect in ["40/api/chat/,", r#"40/api/chat/,{"token":"gls_nonsense"}"#, &update_token] {
            assert_eq!(joining(&app.anyone(), SOCKET, connect).await, refused, "{connect}");
        }
        // What is shown on purpose decides, whatever else is there.
        assert_eq!(joining(&ann, SOCKET, r#"40/api/chat/,{"token":"gls_nonsense"}"#).await, refused);
        let mut socket = app.anyone().web_socket(SOCKET).await.unwrap();
        let _ = socket.text().await;
        socket.say("40/api/chat/,").await;
        assert_eq!(socket.text().await, refused);
        socket.say(&format!(r#"40/api/chat/,{{"token":"{}"}}"#, ann.token)).await;
        assert!(socket.text().await.starts_with("40/api/chat/,"));
    }

    async fn the_plain_socket_takes_the_session_before_it_opens(app) {
        let (ann, anyone) = (app.user("ann").await, app.anyone());
        let by_query = format!("/api/chat/?token={}", ann.token);
        let cases = [
            (Client::clone(&ann), "/api/chat/"),
            (Client::clone(&ann), "/api/chat"),
            (anyone.with_cookie(&ann.token), "/api/chat/"),
            (anyone.clone(), &by_query),
        ];
        for (client, path) in cases {
            let mut socket = client.web_socket(path).await.unwrap();
            assert_eq!(first_event(&mut socket).await, "connection_succeeded");
        }
        for refused in [anyone.clone(), anyone.with_cookie("gls_nonsense"), anyone.with("authorization", "Bearer x")] {
            assert_eq!(refused.web_socket("/api/chat/").await.err(), Some(401));
        }
    }

    async fn another_sites_page_does_not_get_in_by_cookie(app) {
        let ann = app.user("ann").await;
        let by_cookie = app.anyone().with_cookie(&ann.token);
        let ours = format!("ws://{}", app.address());
        for evil in [by_cookie.with("origin", "https://evil.example"), by_cookie.with("sec-fetch-site", "cross-site")] {
            assert_eq!(evil.get(OPEN).await.expect(403).number("code"), 4);
            assert_eq!(evil.web_socket(SOCKET).await.err(), Some(403));
            assert_eq!(evil.web_socket("/api/chat/").await.err(), Some(403));
        }
        let _ = by_cookie.with("origin", &ours).web_socket("/api/chat/").await.unwrap();
        let _ = by_cookie.with("origin", &ours).web_socket(SOCKET).await.unwrap();
        // Without the cookie it is only somebody with a token of their own.
        let _ = app.anyone().with("origin", "https://evil.example").get(OPEN).await.expect(200);
    }

    #[settings = [("GIGLINE_ALLOWED_ORIGINS", "https://page.example")]]
    async fn an_allowed_page_may_read_polls_with_its_visitors_cookie(app) {
        let ann = app.user("ann").await;
        let page = app.anyone().with_cookie(&ann.token).with("origin", "https://page.example");
        let session = Polling::joined(&page).await;
        let poll = page.post_raw(&session.path(), "3").await.expect(200);
        assert_eq!(poll.header("access-control-allow-origin"), "https://page.example");
        assert_eq!(poll.header("access-control-allow-credentials"), "true");
        let elsewhere = app.anyone().with("origin", "https://evil.example").get(OPEN).await.expect(200);
        assert_eq!(elsewhere.header("access-control-allow-origin"), "");
    }

    async fn what_follows_a_handshake_comes_with_the_same_session(app) {
        let (ann, eve, anyone) = (app.user("ann").await, app.user("eve").await, app.anyone());
        let by_cookie = anyone.with_cookie(&ann.token);
        for client in [Client::clone(&ann), by_cookie] {
            let session = Polling::joined(&client).await;
            for other in [Client::clone(&eve), anyone.with_cookie(&eve.token), anyone.clone()] {
                assert_eq!(other.get(&session.path()).await.expect(403).number("code"), 4);
                assert_eq!(other.post_raw(&session.path(), "1").await.expect(403).number("code"), 4);
                assert_eq!(other.web_socket(&session.socket_path()).await.err(), Some(403));
            }
            session.post("3").await;
        }
        // A token within the protocol binds nothing: the sid is all that such a client shows.
        let session = Polling::open(&anyone).await;
        session.post(&format!(r#"40/api/chat/,{{"token":"{}"}}"#, ann.token)).await;
        assert!(session.packets(1).await[0].starts_with("40/api/chat/,"));
    }

    /// The Python client sends its headers with the handshake and with no poll.
    async fn who_never_shows_the_header_again_may_poll(app) {
        let (ann, eve, anyone) = (app.user("ann").await, app.user("eve").await, app.anyone());
        let session = Polling::open(&ann).await;
        let _ = anyone.post_raw(&session.path(), "40/api/chat/,").await.expect(200);
        let _ = anyone.get(&session.path()).await.expect(200);
        let _ = eve.post_raw(&session.path(), "1").await.expect(403);
    }

    async fn a_user_has_ten_sockets_and_no_more(app) {
        let ann = app.user("ann").await;
        let mut open = Vec::new();
        for _ in 0..9 {
            open.push(ann.web_socket("/api/chat/").await.unwrap());
        }
        assert!(joining(&ann, SOCKET, "40/api/chat/,").await.starts_with("40/api/chat/,"), "the tenth");
        let mut tenth = ann.web_socket("/api/chat/").await;
        while tenth.is_err() {
            // The one before has to be noticed first.
            assert_eq!(tenth.err(), Some(429));
            tenth = ann.web_socket("/api/chat/").await;
        }
        assert_eq!(ann.web_socket("/api/chat/").await.err(), Some(429));
        let refused = joining(&ann, SOCKET, "40/api/chat/,").await;
        assert!(refused.starts_with("44/api/chat/,") && refused.contains(r#""code":"too_many_sockets""#), "{refused}");
        let bob = app.user("bob").await;
        let _ = bob.web_socket("/api/chat/").await.unwrap();
    }

    #[settings = [("GIGLINE_RATE_LIMIT", "on"), ("GIGLINE_TRUSTED_PROXIES", "127.0.0.0/8")]]
    async fn an_address_opens_two_hundred_sessions_before_it_says_who_they_are_of(app) {
        let ann = app.user("ann").await;
        let here = ann.with("x-forwarded-for", "2001:db8::1");
        let neighbour = app.anyone().with("x-forwarded-for", "2001:db8::ffff");
        let mut open = Vec::new();
        for _ in 0..200 {
            open.push(Polling::open(&here).await);
        }
        let refused = neighbour.get(OPEN).await.expect(429);
        assert_eq!(refused.code(), "too_many_requests", "one /64 is one address");
        assert_eq!(refused.header("retry-after"), "1");
        assert_eq!(neighbour.web_socket(SOCKET).await.err(), Some(429));
        let _ = app.anyone().with("x-forwarded-for", "2001:db8:0:1::1").get(OPEN).await.expect(200);
        // Who joins has said who they are, until they leave.
        open[0].post("40/api/chat/,").await;
        assert!(open[0].packets(1).await[0].starts_with("40/api/chat/,"));
        let _ = neighbour.get(OPEN).await.expect(200);
        let _ = neighbour.get(OPEN).await.expect(429);
        // And who goes makes room, as soon as that was noticed.
        open[1].post("1").await;
        let until = Instant::now() + Duration::from_secs(10);
        let mut next = neighbour.get(OPEN).await;
        while next.status == 429 && Instant::now() < until {
            next = neighbour.get(OPEN).await;
        }
        let _ = next.expect(200);
        let _ = neighbour.get(OPEN).await.expect(429);
    }
}
