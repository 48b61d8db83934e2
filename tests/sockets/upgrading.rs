//! From polling to a WebSocket: nothing is lost, nothing comes twice, and who comes uncalled for is sent away.

use gigline_testkit::on_both;

use crate::polling::{Polling, text};

on_both! {
    async fn a_session_moves_and_loses_nothing(app) {
        let ann = app.user("ann").await;
        let session = Polling::open(&ann).await;
        let mut socket = ann.web_socket(&session.socket_path()).await.unwrap();
        // Clients join while they move.
        session.post("40/api/chat/,").await;
        let (poll, ()) = tokio::join!(session.get(), socket.say("2probe"));
        assert_eq!(socket.text().await, "3probe");
        let mut heard: Vec<String> = text(&poll.expect(200)).split('\u{1e}').map(ToOwned::to_owned).collect();
        heard.retain(|packet| packet != "6");
        socket.say("5").await;
        while heard.len() < 2 {
            heard.push(socket.text().await);
        }
        assert!(heard[0].starts_with(r#"40/api/chat/,{"sid":""#), "{heard:?}");
        assert_eq!(heard[1], r#"42/api/chat/,["connection_succeeded","connected!"]"#);
        // The old way is closed, and the new one goes on.
        assert_eq!(session.get().await.expect(400).number("code"), 3);
        assert_eq!(session.try_post("3").await.expect(400).number("code"), 3);
        socket.say(r#"42/api/chat/,0["nonsense",{}]"#).await;
        assert!(socket.text_that_begins("43").await.starts_with(r#"43/api/chat/,0[{"ok":false,"#));
    }

    async fn another_socket_is_sent_away_and_the_first_goes_on(app) {
        let session = Polling::open(&app.anyone()).await;
        let mut first = app.anyone().web_socket(&session.socket_path()).await.unwrap();
        let mut uncalled = app.anyone().web_socket(&session.socket_path()).await.unwrap();
        assert_eq!(uncalled.closed().await, Some(1000));
        first.say("2probe").await;
        assert_eq!(first.text().await, "3probe");
        first.say("5").await;
        let mut late = app.anyone().web_socket(&session.socket_path()).await.unwrap();
        assert_eq!(late.closed().await, Some(1000));
        first.say("40").await;
        assert!(first.text().await.starts_with("40{"));
    }

    async fn who_does_not_probe_goes_on_polling(app) {
        let session = Polling::open(&app.anyone()).await;
        for wrong in ["3probe", "40", "5", "nonsense"] {
            let mut socket = app.anyone().web_socket(&session.socket_path()).await.unwrap();
            socket.say(wrong).await;
            assert_eq!(socket.closed().await, Some(1002), "{wrong}");
        }
        session.post("40").await;
        assert!(session.packet_that_begins("40").await.starts_with("40{"));
    }
}
