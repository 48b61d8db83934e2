//! Rooms, as the page meets them that knows people by their usernames: in by any form, and only as far as one may.

use gigline_testkit::{Actor, Answer, Client, Method, on_both};
use serde_json::{Value, json};

use crate::support::assert_error_shape;

/// Somebody who has registered by username, with their cookie.
pub(crate) async fn guest(anyone: &Client, name: &str) -> (i64, Client) {
    let answer = anyone.post_empty(&format!("/register/?username={name}&password=correct%20horse")).await.expect(201);
    (answer.number("id"), anyone.with_cookie(&answer.cookie("session").unwrap()))
}

/// A new room of somebody's.
pub(crate) async fn room_of(admin: &Client) -> i64 {
    admin.post_empty("/message/newChatroom").await.expect(200).number("chatroomid")
}

/// Lets somebody in.
pub(crate) async fn let_in(admin: &Client, room: i64, who: &str) -> Answer {
    admin.post_empty(&format!("/message/addToChatroom/?chatroomid={room}&usertoadd={who}")).await
}

/// A GET or a POST, with its parameters in each of the ways in which they may come.
async fn in_every_form(who: &Client, method: Method, path: &str, parameters: &[(&str, &str)]) -> Vec<Answer> {
    let encoded: Vec<_> =
        parameters.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect();
    let (form, json) = (encoded.join("&"), parameters.iter().copied().collect::<std::collections::BTreeMap<_, _>>());
    let bare = path.trim_end_matches('/');
    let mut answers = Vec::new();
    for path in [bare.to_owned(), format!("{bare}/")] {
        answers.push(who.send(method.clone(), &format!("{path}?{form}"), None).await);
        let flat = json!(json).to_string().into_bytes();
        answers.push(who.send(method.clone(), &path, Some(flat)).await);
        let typed = who.with("content-type", "application/x-www-form-urlencoded");
        answers.push(typed.send(method.clone(), &path, Some(form.clone().into_bytes())).await);
        if method == Method::POST {
            answers.push(who.post(&path, &as_axios_wraps(parameters)).await);
        }
    }
    answers
}

/// A route, the status of its answer, and its parameters.
type Asked<'a> = (Method, &'a str, u16, &'a [(&'a str, &'a str)]);

/// A body with the first parameter where axios has those of the query, and the others where it has the body.
fn as_axios_wraps(parameters: &[(&str, &str)]) -> Value {
    let (first, rest) = parameters.split_at(parameters.len().min(1));
    let object = |some: &[(&str, &str)]| json!(some.iter().copied().collect::<std::collections::BTreeMap<_, _>>());
    json!({ "params": object(first), "data": object(rest) })
}

async fn names(who: &Client, room: i64) -> Value {
    who.get(&format!("/message/chatroomParticipants?chatroomid={room}")).await.expect(200).json()
}

fn of(actor: &Actor) -> &Client {
    actor
}

on_both! {
    async fn who_registers_by_username_is_signed_in_by_the_cookie(app) {
        let answer = app.anyone().post_empty("/register/?username=Ann_1&password=correct%20horse").await.expect(201);
        assert_eq!(answer.json(), json!({ "id": answer.number("id"), "username": "Ann_1" }));
        let ann = app.anyone().with_cookie(&answer.cookie("session").unwrap());
        let user = ann.get(&format!("/api/user/{}/", answer.number("id"))).await.expect(200).json();
        assert_eq!((&user["first"], &user["last"], &user["email"]), (&json!("Ann_1"), &json!("-"), &json!("")));
        let again = app.anyone().post_empty("/register?username=aNN_1&password=correct%20horse").await.expect(400);
        assert_error_shape(&again, "username_taken");
        for (query, faults) in [
            ("", vec!["password", "username"]),
            ("?username=12345&password=correct+horse", vec!["username"]),
            ("?username=bob&password=short", vec!["password"]),
        ] {
            let refused = app.anyone().post_empty(&format!("/register/{query}")).await.expect(400);
            assert_eq!(refused.faulty_fields(), faults);
        }
        for taken in in_every_form(
            &app.anyone(),
            Method::POST,
            "/register/",
            &[("username", "Ann_1"), ("password", "correct horse")],
        )
        .await
        {
            assert_eq!(taken.expect(400).code(), "username_taken");
        }
    }

    async fn whoever_knows_the_password_signs_in_and_out(app) {
        let (id, first) = guest(&app.anyone(), "ann").await;
        let parameters = [("username", "ANN"), ("password", "correct horse")];
        for answer in in_every_form(&app.anyone(), Method::POST, "/login/", &parameters).await {
            let answer = answer.expect(200);
            assert_eq!((answer.number("id"), answer.text("username")), (id, "ann".to_owned()));
            assert!(!answer.text("update_token").is_empty() && answer.text("session_expiration").len() == 26);
            assert_eq!(answer.cookie("session"), Some(answer.text("session_token")));
        }
        let wrong = app.anyone().post_empty("/login/?username=ann&password=wrong%20horse").await.expect(401);
        let nobody = app.anyone().post_empty("/login/?username=nobody&password=wrong%20horse").await.expect(401);
        assert_eq!((wrong.code(), wrong.text("message")), (nobody.code(), nobody.text("message")));
        for gone in [
            first.post_empty("/logout").await,
            first.post_empty("/logout/").await,
            app.anyone().post_empty("/logout/").await,
        ] {
            assert_eq!(gone.clone().expect(200).cookie("session").as_deref(), Some(""));
            assert!(!gone.text("message").is_empty());
        }
        let _ = first.get("/message/chatrooms").await.expect(401);
    }

    async fn a_room_is_its_admins_to_fill(app) {
        let (ann_id, ann) = guest(&app.anyone(), "ann").await;
        let (bob_id, bob) = guest(&app.anyone(), "bob").await;
        let (_, cid) = guest(&app.anyone(), "cid").await;
        let (room, other) = (room_of(&ann).await, room_of(&bob).await);
        assert_eq!(ann.get("/message/chatrooms").await.expect(200).json(), json!([room]));
        assert_eq!(names(&ann, room).await, json!(["ann"]));
        let filled = json!({ "chatroomid": room, "admin": "ann", "participants": ["ann", "bob"] });
        assert_eq!(let_in(&ann, room, "BOB").await.expect(200).json(), filled);
        assert_eq!(let_in(&ann, room, &bob_id.to_string()).await.expect(200).json(), filled, "twice is once");
        let (room_text, id_text) = (room.to_string(), ann_id.to_string());
        for answer in in_every_form(
            &ann,
            Method::POST,
            "/message/addToChatroom/",
            &[("chatroomid", &room_text), ("usertoadd", &id_text)],
        )
        .await
        {
            assert_eq!(answer.expect(200).json(), filled);
        }
        for answer in
            in_every_form(&bob, Method::GET, "/message/chatroomParticipants/", &[("chatroomid", &room_text)]).await
        {
            assert_eq!(answer.expect(200).json(), json!(["ann", "bob"]));
        }
        assert_eq!(bob.get("/message/chatrooms/").await.expect(200).json(), json!([room, other]));
        for nobody in ["nobody", "99999999", "?!", "0"] {
            assert_error_shape(&let_in(&ann, room, nobody).await.expect(404), "not_found");
        }
        let _ = let_in(&bob, room, "cid").await.expect(403);
        let _ = let_in(&cid, room, "cid").await.expect(403);
        let _ = let_in(&cid, 999_999, "cid").await.expect(403);
        for room in [room, 999_999, -1] {
            let refused = cid.get(&format!("/message/chatroomParticipants?chatroomid={room}")).await.expect(403);
            assert_error_shape(&refused, "forbidden");
        }
        for query in ["", "?chatroomid=x", "?chatroomid=1.5"] {
            let refused = ann.get(&format!("/message/chatroomParticipants/{query}")).await.expect(400);
            assert_eq!(refused.faulty_fields(), ["chatroomid"]);
        }
        for nobody in [
            json!(-5),
            json!(9_223_372_036_854_775_807_i64),
            json!("99999999999999999999"),
            json!("x".repeat(60_000)),
            json!("a\0b"),
            json!(""),
        ] {
            let _ = ann
                .post("/message/addToChatroom", &json!({ "chatroomid": room, "usertoadd": nobody }))
                .await
                .expect(404);
        }
        for wrong in [json!(true), json!([bob_id]), json!({}), json!(1.5)] {
            let refused = ann
                .post("/message/addToChatroom", &json!({ "chatroomid": room, "usertoadd": wrong }))
                .await
                .expect(400);
            assert_eq!(refused.faulty_fields(), ["usertoadd"], "{wrong}");
        }
        assert_eq!(names(&ann, room).await, json!(["ann", "bob"]));
        let refused = ann.post_empty("/message/addToChatroom").await.expect(400);
        assert_eq!(refused.faulty_fields(), ["chatroomid", "usertoadd"]);
    }

    async fn usernames_are_found_by_any_part_of_them(app) {
        let (_, ann) = guest(&app.anyone(), "Ann_Lee").await;
        for name in ["hannah", "b.annie", "a-n-n"] {
            let _ = guest(&app.anyone(), name).await;
        }
        for answer in in_every_form(&ann, Method::GET, "/message/getUser/", &[("name", "aNN")]).await {
            assert_eq!(answer.expect(200).json(), json!(["Ann_Lee", "b.annie", "hannah"]));
        }
        for (part, found) in [
            ("_", json!(["Ann_Lee"])),
            ("%25", json!({})),
            ("zed", json!({})),
            ("%5C", json!({})),
            ("%C3%A9", json!({})),
            ("%00", json!({})),
        ] {
            assert_eq!(ann.get(&format!("/message/getUser?name={part}")).await.expect(200).json(), found, "{part}");
        }
        let long = json!({ "name": "n".repeat(60_000) }).to_string();
        let found = ann.send(Method::GET, "/message/getUser/", Some(long.into_bytes())).await.expect(200);
        assert_eq!(found.json(), json!({}), "longer than any username, and than any pattern that SQLite takes");
        assert_eq!(ann.get("/message/getUser/").await.expect(400).faulty_fields(), ["name"]);
        for number in 0..60 {
            let _ = guest(&app.anyone(), &format!("many{number}")).await;
        }
        assert_eq!(ann.get("/message/getUser?name=many").await.expect(200).json().as_array().unwrap().len(), 50);
    }

    async fn accounts_of_both_kinds_meet_in_one_room(app) {
        let (_, ann) = guest(&app.anyone(), "ann").await;
        let bob = app.user("bob").await;
        let room = room_of(&ann).await;
        let filled = let_in(&ann, room, "bob.tester").await.expect(200).json();
        assert_eq!(filled["participants"], json!(["ann", "bob.tester"]));
        assert_eq!(names(of(&bob), room).await, json!(["ann", "bob.tester"]));
        let _ = ann.delete(&format!("/api/user/{}/", bob.id)).await.expect(403);
        let _ = bob.delete(&bob.path()).await.expect(200);
        assert_eq!(names(&ann, room).await, json!(["ann"]));
    }

    #[settings = [("GIGLINE_ALLOWED_ORIGINS", "http://localhost:3000")]]
    async fn an_allowed_page_of_another_origin_does_it_all_by_cookie(app) {
        let origin = "http://localhost:3000";
        let page = app.anyone().with("origin", origin).with("sec-fetch-site", "same-site");
        let (_, ann) = guest(&page, "ann").await;
        let (room, other) = (room_of(&ann).await.to_string(), guest(&page, "bob").await.0.to_string());
        let _ = ann.post("/message/sendMessage", &json!({ "chatroomid": room, "message": "hi" })).await.expect(200);
        let entry = [("username", "ann"), ("password", "correct horse")];
        let routes: [Asked<'_>; 12] = [
            (Method::POST, "/register/", 400, &entry),
            (Method::POST, "/login/", 200, &entry),
            (Method::GET, "/message/chatrooms/", 200, &[]),
            (Method::GET, "/message/getUser/", 200, &[("name", "an")]),
            (Method::POST, "/message/newChatroom/", 200, &[]),
            (Method::POST, "/message/addToChatroom/", 200, &[("chatroomid", &room), ("usertoadd", &other)]),
            (Method::POST, "/message/addToChatroom/", 200, &[("chatroomid", &room), ("usertoadd", "bob")]),
            (Method::GET, "/message/chatroomParticipants/", 200, &[("chatroomid", &room)]),
            (Method::GET, "/message/longpoll/", 200, &[("chatroomid", &room), ("after", "0")]),
            (Method::GET, "/message/endpoll/", 200, &[("chatroomid", &room)]),
            (Method::POST, "/message/sendMessage/", 200, &[("chatroomid", &room), ("message", "hi you")]),
            (Method::POST, "/logout/", 200, &[]),
        ];
        for (method, path, status, parameters) in routes {
            let asks = page
                .with("access-control-request-method", method.as_str())
                .with("access-control-request-headers", "content-type");
            let mut answers = vec![asks.send(Method::OPTIONS, path, None).await];
            answers.push(asks.send(Method::OPTIONS, path.trim_end_matches('/'), None).await);
            answers.extend(
                in_every_form(&ann, method, path, parameters).await.into_iter().map(|answer| answer.expect(status)),
            );
            for answer in answers {
                let by =
                    (answer.header("access-control-allow-origin"), answer.header("access-control-allow-credentials"));
                assert_eq!(by, (origin.to_owned(), "true".to_owned()), "{path}");
                assert!(answer.header("location").is_empty(), "a body does not survive being sent elsewhere");
            }
        }
        assert_eq!(app.database().count("messages WHERE text = 'hi you'"), 8, "four forms, with the slash and without");
        let (_, ann) = guest(&page, "cleo").await;
        let evil = ann.with("origin", "https://evil.example");
        assert_error_shape(&evil.post_empty("/message/newChatroom").await.expect(403), "cross_site");
        assert_error_shape(
            &app.anyone()
                .with("origin", "https://evil.example")
                .post_empty("/login/?username=ann&password=correct%20horse")
                .await
                .expect(403),
            "cross_site",
        );
    }
}
