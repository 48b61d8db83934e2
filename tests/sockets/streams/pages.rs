//! Streams as pages open them: with the cookie, from the origins that the settings allow, and counted as their user's
//! presence.

use std::time::Duration;

use gigline_testkit::{Method, on_both};
use serde_json::json;

use super::{ann_and_bob, attached, come_back, follow, message, path, refused, say};

const PAGE: &str = "https://page.example";
const EVIL: &str = "https://evil.example";

on_both! {
    #[settings = [("GIGLINE_ALLOWED_ORIGINS", "https://page.example")]]
    async fn a_page_of_an_allowed_origin_follows_with_the_cookie_and_no_other_does(app) {
        let (ann, bob, chat) = ann_and_bob(&app).await;
        for number in 1..=3 {
            let _ = say(&ann, chat, &number.to_string()).await;
        }
        let cookie = app.anyone().with_cookie(&bob.token);
        let (page, evil) = (cookie.with("origin", PAGE), cookie.with("origin", EVIL));
        let mut stream = come_back(&page, chat, 2).await;
        assert_eq!(message(&mut stream).await["seq"], 3);
        let head = page.head(&path(chat)).await.expect(200);
        let allowed = ["access-control-allow-origin", "access-control-allow-credentials"].map(|name| head.header(name));
        assert_eq!(allowed, [PAGE, "true"]);
        assert_eq!(refused(&evil, &path(chat)).await.expect(403).code(), "cross_site");
    }

    #[settings = [("GIGLINE_ALLOWED_ORIGINS", "https://page.example")]]
    async fn a_page_of_an_allowed_origin_may_say_what_it_was_told_last(app) {
        let asks = |origin: &str| {
            let asking = app
                .anyone()
                .with("origin", origin)
                .with("access-control-request-method", "GET")
                .with("access-control-request-headers", "last-event-id");
            async move { asking.send(Method::OPTIONS, &path(1), None).await }
        };
        let asked = asks(PAGE).await;
        assert!(matches!(asked.status, 200 | 204), "{}", asked.status);
        assert_eq!(asked.header("access-control-allow-origin"), PAGE);
        let headers = asked.header("access-control-allow-headers").to_ascii_lowercase();
        assert!(headers.contains("last-event-id"), "{headers}");
        assert_eq!(asks(EVIL).await.expect(403).header("access-control-allow-origin"), "");
    }

    async fn who_follows_is_online_and_offline_a_while_after(app) {
        let (ann, bob, chat) = ann_and_bob(&app).await;
        let mut bobs = bob.web_socket("/api/chat/").await.unwrap();
        let stream = follow(&ann, chat).await;
        assert_eq!(bobs.event("presence").await["data"], json!({ "user_id": ann.id, "online": true }));
        drop(stream);
        attached(&app, 1).await;
        app.clock().advance(Duration::from_secs(14));
        // Who is back in time was never away.
        let stream = follow(&ann, chat).await;
        drop(stream);
        attached(&app, 1).await;
        app.clock().advance(Duration::from_secs(16));
        assert_eq!(bobs.event("presence").await["data"], json!({ "user_id": ann.id, "online": false }));
    }
}
