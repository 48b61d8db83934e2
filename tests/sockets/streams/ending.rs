//! How streams end: told why where there is no coming back, and without a loss where there is.

use std::time::Duration;

use gigline_testkit::{Backend, EventStream, TestApp, on_both};
use serde_json::json;

use super::{ann_and_bob, attached, follow, message, path, refused, say};

/// Told that the session has ended, and nothing after that.
async fn is_shown_out(stream: &mut EventStream) {
    let events = stream.rest().await;
    let last = events.last().unwrap();
    assert_eq!((last.name.as_str(), &last.data["code"]), ("failure", &json!("unauthorized")));
    assert_eq!(last.data["event"], "");
}

on_both! {
    async fn a_logout_takes_its_streams_along_and_no_others(app) {
        let (ann, bob, chat) = ann_and_bob(&app).await;
        let other = app.log_in("ann").await;
        let (mut hers, mut kept) = (follow(&ann, chat).await, follow(&other, chat).await);
        let _ = ann.post_empty("/api/logout/").await.expect(200);
        is_shown_out(&mut hers).await;
        let _ = refused(&ann, &path(chat)).await.expect(401);
        let said = say(&bob, chat, "still there?").await;
        assert_eq!(message(&mut kept).await, said);
    }

    async fn an_expired_session_takes_its_streams_along(app) {
        let (ann, _bob, chat) = ann_and_bob(&app).await;
        let mut stream = follow(&ann, chat).await;
        app.clock().advance(Duration::from_secs(24 * 60 * 60 + 1));
        is_shown_out(&mut stream).await;
        let _ = refused(&ann, &path(chat)).await.expect(401);
    }

    async fn an_erased_account_takes_its_streams_along_and_no_others(app) {
        let (ann, bob, chat) = ann_and_bob(&app).await;
        let (mut anns, mut bobs) = (follow(&ann, chat).await, follow(&bob, chat).await);
        let _ = ann.delete(&ann.path()).await.expect(200);
        is_shown_out(&mut anns).await;
        let said = say(&bob, chat, "alone").await;
        assert_eq!(message(&mut bobs).await, said);
    }

    async fn a_deleted_chat_ends_its_streams_and_no_others(app) {
        let (ann, bob, chat) = ann_and_bob(&app).await;
        let other = app.db_room(ann.id, bob.id).await;
        let (mut anns, mut bobs, mut kept) =
            (follow(&ann, chat).await, follow(&bob, chat).await, follow(&ann, other).await);
        let said = say(&ann, chat, "the last").await;
        for stream in [&mut anns, &mut bobs] {
            assert_eq!(message(stream).await, said);
        }
        let _ = bob.delete(&format!("/api/chat/{chat}/")).await.expect(200);
        for stream in [&mut anns, &mut bobs] {
            let events = stream.rest().await;
            let told: Vec<_> = events.iter().map(|event| (event.name.as_str(), &event.data)).collect();
            assert_eq!(told, [("chat_deleted", &json!({ "chat_id": chat }))]);
        }
        let _ = refused(&ann.with("last-event-id", "1"), &path(chat)).await.expect(404);
        attached(&app, 1).await;
        let said = say(&bob, other, "hello").await;
        assert_eq!(message(&mut kept).await, said);
    }

    async fn who_hangs_up_frees_the_place(app) {
        let (ann, _bob, chat) = ann_and_bob(&app).await;
        let streams = [follow(&ann, chat).await, follow(&ann, chat).await];
        attached(&app, 2).await;
        drop(streams);
        attached(&app, 0).await;
    }
}

#[test]
fn a_stopping_server_ends_streams_and_does_not_wait_for_them() {
    let app = TestApp::start(Backend::Sqlite).expect("SQLite is always there");
    actix_rt::System::new().block_on(async {
        let (ann, _bob, chat) = ann_and_bob(&app).await;
        let mut stream = follow(&ann, chat).await;
        let began = std::time::Instant::now();
        drop(app);
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        assert_eq!(stream.rest().await, []);
    });
}
