//! Requests around rooms that no page of good will makes: each is refused for what it is, and changes nothing.

use gigline_testkit::{Method, on_both};
use serde_json::json;

use super::{ann_and_bob, open_polls, poll, said, say};
use crate::support::assert_error_shape;

on_both! {
    async fn a_head_of_a_poll_waits_for_nothing_shows_nothing_and_ends_nothing(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let head = async |path: &str| {
            let answer = ann.head(&format!("/message/{path}?chatroomid={room}")).await.expect(200);
            assert_eq!((answer.body.len(), answer.header("content-type").as_str()), (0, "application/json"));
        };
        head("longpoll").await;
        let _ = say(&bob, room, "hi").await.expect(200);
        head("longpoll").await;
        head("endpoll").await;
        assert_eq!(said(&poll(&ann, room).await), ["hi"], "nobody was shown it");
        let (answer, ()) = tokio::join!(poll(&ann, room), async {
            open_polls(&app, 1).await;
            head("endpoll").await;
            head("longpoll").await;
            assert_eq!(app.app().engine.watches(), 1);
            let _ = say(&bob, room, "there").await.expect(200);
        });
        assert_eq!(said(&answer), ["hi", "there"]);
    }

    async fn an_answer_that_is_kept_for_a_second_try_counts_as_shown_to_nobody(app) {
        let (ann, bob, room) = ann_and_bob(&app).await;
        let keyed = ann.with("idempotency-key", "one");
        let first = say(&keyed, room, "hi").await.expect(200);
        let again = say(&keyed, room, "hi").await.expect(200);
        assert_eq!((again.json(), again.header("idempotency-replayed").as_str()), (first.json(), "true"));
        assert_eq!(said(&poll(&ann, room).await), ["hi"], "said once, and listed at once");
        assert_eq!(said(&poll(&bob, room).await), ["hi"]);
    }

    async fn what_is_no_parameter_is_told_so_and_the_first_of_two_counts(app) {
        let (ann, _, room) = ann_and_bob(&app).await;
        let _ = say(&ann, room, "hi").await.expect(200);
        for bad in
            ["", "x", "1.5", "%00", "1e3", "99999999999999999999", "-9223372036854775809", "null", "5%20", "true"]
        {
            for path in ["longpoll", "endpoll", "chatroomParticipants"] {
                let refused = ann.get(&format!("/message/{path}?chatroomid={bad}")).await.expect(400);
                assert_eq!(refused.faulty_fields(), ["chatroomid"], "{path} {bad}");
            }
        }
        for bad in ["", "x", "-1", "0.5", "99999999999999999999", "undefined"] {
            let refused = ann.get(&format!("/message/longpoll?chatroomid={room}&after={bad}")).await.expect(400);
            assert_eq!(refused.faulty_fields(), ["after"], "{bad}");
        }
        for nowhere in ["0", "-1", "9223372036854775807"] {
            for path in ["longpoll", "endpoll"] {
                let refused = ann.get(&format!("/message/{path}?chatroomid={nowhere}")).await.expect(500);
                assert_error_shape(&refused, "not_in_room");
            }
        }
        for body in [
            json!({ "chatroomid": [room] }),
            json!({ "chatroomid": true }),
            json!({ "chatroomid": 1.5 }),
            json!({ "chatroomid": null }),
        ] {
            let refused = ann.post("/message/sendMessage", &body).await.expect(400);
            assert_eq!(refused.faulty_fields(), ["chatroomid", "message"], "{body}");
        }
        let twice = format!("/message/longpoll?chatroomid={room}&chatroomid=0&after=0&after=x");
        assert_eq!(said(&ann.get(&twice).await), ["hi"]);
        let both = format!("/message/sendMessage?chatroomid={room}");
        let other = json!({ "chatroomid": 0, "message": "there", "data": { "message": "no" } });
        assert_eq!(said(&ann.post(&both, &other).await), ["hi", "there"], "the query counts first");
        let far = ann.get(&format!("/message/longpoll?chatroomid={room}&after=9223372036854775807")).await;
        assert_eq!(said(&far), ["hi", "there"]);
    }

    async fn a_route_takes_its_method_alone(app) {
        let (ann, _, room) = ann_and_bob(&app).await;
        for (method, path, allowed) in [
            (Method::POST, "longpoll", "GET, HEAD"),
            (Method::POST, "endpoll", "GET, HEAD"),
            (Method::DELETE, "endpoll", "GET, HEAD"),
            (Method::POST, "chatrooms", "GET, HEAD"),
            (Method::POST, "getUser", "GET, HEAD"),
            (Method::POST, "chatroomParticipants", "GET, HEAD"),
            (Method::GET, "sendMessage", "POST"),
            (Method::GET, "newChatroom", "POST"),
            (Method::GET, "addToChatroom", "POST"),
        ] {
            for slash in ["", "/"] {
                let path = format!("/message/{path}{slash}?chatroomid={room}&message=hi&usertoadd=bob&name=bob");
                let refused = ann.send(method.clone(), &path, None).await.expect(405);
                assert_error_shape(&refused, "method_not_allowed");
                assert_eq!(refused.header("allow"), allowed, "{path}");
            }
        }
        for path in ["/register", "/login", "/logout"] {
            assert_eq!(app.anyone().get(path).await.expect(405).header("allow"), "POST");
        }
        assert_eq!(app.database().count("messages"), 0);
    }
}
