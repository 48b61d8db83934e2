//! Chats over HTTP: what was said, by whom and up to where it was read; and what is left when something goes.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gigline_testkit::{Actor, Answer, TestApp, on_both};
use serde_json::{Value, json};

use crate::support::{assert_error_shape, erased, person};

/// Two people and their chat.
async fn two(app: &TestApp) -> (Actor, Actor, i64) {
    let (ann, bob) = (app.user("ann").await, app.user("bob").await);
    let chat = app.db_chat(ann.id, bob.id).await;
    (ann, bob, chat)
}

async fn send(who: &Actor, chat: i64, body: &Value) -> Answer {
    who.post(&format!("/api/chat/{chat}/message/"), body).await
}

async fn say(who: &Actor, chat: i64, words: &str) -> Value {
    send(who, chat, &json!({ "message": words })).await.expect(201).json()
}

async fn seen(who: &Actor, chat: i64) -> Value {
    who.get(&format!("/api/chat/{chat}/")).await.expect(200).json()
}

/// The chat as the first in somebody's list.
async fn listed(who: &Actor) -> Value {
    who.get("/api/chat/").await.expect(200).list("chat")[0].clone()
}

/// The numbers of the messages that a query gives.
async fn numbers(who: &Actor, chat: i64, query: &str) -> Vec<i64> {
    let answer = who.get(&format!("/api/chat/{chat}/message/?{query}")).await.expect(200);
    answer.list("messages").iter().map(|message| message["seq"].as_i64().unwrap()).collect()
}

async fn read(who: &Actor, chat: i64, seq: i64) -> i64 {
    who.post(&format!("/api/chat/{chat}/read/"), &json!({ "seq": seq })).await.expect(200).number("read_seq")
}

on_both! {
    async fn both_see_the_chat_and_what_was_said_in_it(app) {
        let (ann, bob, chat) = two(&app).await;
        app.clock().advance(Duration::from_secs(60));
        let body = json!({ "message": " Are you\nthere? ", "client_id": "c1", "sender_id": bob.id, "seq": 9 });
        let said = send(&ann, chat, &body).await.expect(201).json();
        let expected = json!({
            "id": said["id"], "chat_id": chat, "seq": 1, "sender_id": ann.id, "message": "Are you\nthere?",
            "time": "2026-11-20T09:01:00.00000Z", "client_id": "c1",
        });
        assert_eq!(said, expected);
        let expected = |read_seq: i64, unread: i64| json!({
            "id": chat, "kind": "direct", "users": [person(&ann, "ann"), person(&bob, "bob")], "admin_id": null,
            "time": "2026-11-20T09:01:00.00000Z", "last_seq": 1, "read_seq": read_seq, "unread": unread,
            "messages": [said],
        });
        for (who, unread) in [(&ann, 0), (&bob, 1)] {
            assert_eq!((seen(who, chat).await, listed(who).await), (expected(0, unread), expected(0, unread)));
        }
        let answer = bob.get(&format!("/api/chat/{chat}/message")).await.expect(200).json();
        assert_eq!(answer, json!({ "messages": [said], "last_seq": 1 }));
        assert_eq!(say(&bob, chat, "Yes").await["client_id"], Value::Null);
    }

    async fn a_chat_has_a_tag_that_changes_with_it(app) {
        let (ann, bob, chat) = two(&app).await;
        let tag = ann.get(&format!("/api/chat/{chat}/")).await.expect(200).header("etag");
        let knowing = ann.with("if-none-match", &tag);
        let _ = knowing.get(&format!("/api/chat/{chat}/")).await.expect(304);
        let _ = say(&bob, chat, "hello").await;
        let _ = knowing.get(&format!("/api/chat/{chat}/")).await.expect(200);
    }

    async fn chats_are_listed_by_their_last_activity_in_pages(app) {
        let ann = app.user("ann").await;
        let mut chats = Vec::new();
        for n in 0..5 {
            let other = app.user(&format!("other{n}")).await;
            chats.push(app.db_chat(ann.id, other.id).await);
        }
        assert_eq!(ann.get("/api/chat/").await.expect(200).ids("chat"), chats);
        for chat in [3, 1] {
            app.clock().advance(Duration::from_secs(1));
            let (_, _) = (say(&ann, chats[chat], "first").await, say(&ann, chats[chat], "last").await);
        }
        let first = ann.get("/api/chat/?limit=3").await.expect(200);
        assert_eq!(first.ids("chat"), [chats[4], chats[3], chats[1]], "within a page the oldest first");
        let last: Vec<_> = first.list("chat").iter().map(|chat| chat["messages"].clone()).collect();
        let words = (&last[1][0]["message"], &last[1][1]);
        assert_eq!((&last[0], words), (&json!([]), (&json!("last"), &Value::Null)), "the last one alone");
        // What is said meanwhile comes to the front and shifts nothing.
        app.clock().advance(Duration::from_secs(1));
        let _ = say(&ann, chats[3], "again").await;
        let second = ann.get(&format!("/api/chat/?limit=3&cursor={}", first.text("next_cursor"))).await.expect(200);
        assert_eq!((second.ids("chat"), &second.json()["next_cursor"]), (vec![chats[0], chats[2]], &Value::Null));
        let none = app.user("alone").await.get("/api/chat/").await.expect(200).json();
        assert_eq!(none, json!({ "chat": [], "next_cursor": null }));
    }

    async fn a_bad_limit_or_cursor_of_the_chats_is_told(app) {
        let ann = app.user("ann").await;
        for query in ["limit=0", "limit=501", "limit=x"] {
            assert_eq!(ann.get(&format!("/api/chat/?{query}")).await.expect(400).faulty_fields(), ["limit"], "{query}");
        }
        for cursor in ["x", "", "i5", "c5", "c5.", "cx.1", "c99999999999999999999.1", "s1.2"] {
            let query = format!("/api/chat/?cursor={}", URL_SAFE_NO_PAD.encode(cursor));
            assert_eq!(ann.get(&query).await.expect(400).faulty_fields(), ["cursor"], "{cursor}");
        }
        for far in ["c-9223372036854775808.-1", "c9223372036854775807.9223372036854775807"] {
            let _ = ann.get(&format!("/api/chat/?cursor={}", URL_SAFE_NO_PAD.encode(far))).await.expect(200);
        }
    }

    async fn messages_are_read_forward_and_back(app) {
        let (ann, bob, chat) = two(&app).await;
        for n in 1..=12 {
            let _ = say(if n % 2 == 0 { &bob } else { &ann }, chat, &n.to_string()).await;
        }
        for (query, expected) in [
            ("", (1..=12).collect::<Vec<_>>()),
            ("limit=3", vec![10, 11, 12]),
            ("after=0&limit=2", vec![1, 2]),
            ("after=10", vec![11, 12]),
            ("after=12", vec![]),
            ("after=9223372036854775807", vec![]),
            ("before=4", vec![1, 2, 3]),
            ("before=12&limit=2", vec![10, 11]),
            ("before=1", vec![]),
            ("before=0", vec![]),
            ("before=1000&limit=1", vec![12]),
        ] {
            assert_eq!(numbers(&ann, chat, query).await, expected, "{query}");
        }
        for (query, faults) in [
            ("after=-1", vec!["after"]),
            ("before=x", vec!["before"]),
            ("after=1.5&before=&limit=0", vec!["after", "before", "limit"]),
            ("after=1&before=5", vec!["before"]),
            ("limit=501", vec!["limit"]),
        ] {
            let refused = ann.get(&format!("/api/chat/{chat}/message/?{query}")).await.expect(400);
            assert_error_shape(&refused, "invalid_input");
            assert_eq!(refused.faulty_fields(), faults, "{query}");
        }
    }

    async fn a_chat_shows_its_newest_hundred_messages(app) {
        let (ann, _bob, chat) = two(&app).await;
        for n in 1..=103 {
            let _ = say(&ann, chat, &n.to_string()).await;
        }
        let shown = seen(&ann, chat).await;
        let shown = shown["messages"].as_array().unwrap();
        assert_eq!((shown.len(), &shown[0]["seq"], &shown[99]["message"]), (100, &json!(4), &json!("103")));
        assert_eq!(numbers(&ann, chat, "").await, (4..=103).collect::<Vec<_>>());
        assert_eq!(numbers(&ann, chat, "limit=500").await.len(), 103);
    }

    async fn a_message_has_1_to_4000_characters_after_trimming(app) {
        let (ann, _bob, chat) = two(&app).await;
        let longest = "é🎉".repeat(2_000);
        assert_eq!(say(&ann, chat, &longest).await["message"], longest);
        assert_eq!(say(&ann, chat, &format!(" \n{longest}\t ")).await["message"], longest);
        let longer = format!("{longest}x");
        for bad in [json!(""), json!(" \r\n "), json!("\u{200b}"), json!(longer), json!("a\0b"), json!(5), json!(["a"])] {
            let refused = send(&ann, chat, &json!({ "message": bad })).await.expect(400);
            assert_eq!(refused.faulty_fields(), ["message"], "{bad}");
        }
        for bad in [json!(""), json!("x".repeat(65)), json!("a\nb"), json!(5)] {
            let refused = send(&ann, chat, &json!({ "client_id": bad })).await.expect(400);
            assert_eq!(refused.faulty_fields(), ["client_id", "message"], "{bad}");
        }
        let unnamed = send(&ann, chat, &json!({ "message": "x", "client_id": null })).await.expect(201);
        assert_eq!(unnamed.number("seq"), 3, "what is refused takes no number");
    }

    async fn what_is_sent_again_under_its_client_id_is_said_once(app) {
        let (ann, bob, chat) = two(&app).await;
        let body = json!({ "message": "once", "client_id": "c1" });
        let first = send(&ann, chat, &body).await.expect(201);
        for again in [body.clone(), json!({ "message": "other words", "client_id": "c1" })] {
            assert_eq!(send(&ann, chat, &again).await.expect(200).json(), first.json());
        }
        // It is the sender's name for it, in this chat.
        assert_eq!(send(&bob, chat, &body).await.expect(201).number("seq"), 2);
        let elsewhere = app.db_chat(ann.id, app.user("cleo").await.id).await;
        assert_eq!(send(&ann, elsewhere, &body).await.expect(201).number("seq"), 1);
        assert_eq!(numbers(&ann, chat, "").await, [1, 2]);
        let other = send(&ann, chat, &json!({ "message": "once", "client_id": "C1" })).await.expect(201);
        assert_eq!(other.number("seq"), 3, "compared as it came");
    }

    async fn an_idempotency_key_says_a_message_once_too(app) {
        let (ann, _bob, chat) = two(&app).await;
        let (keyed, path) = (ann.with("idempotency-key", "k1"), format!("/api/chat/{chat}/message/"));
        let first = keyed.post(&path, &json!({ "message": "once" })).await.expect(201);
        let again = keyed.post(&path, &json!({ "message": "once" })).await.expect(201);
        assert_eq!((again.json(), again.header("idempotency-replayed").as_str()), (first.json(), "true"));
        let other = keyed.post(&path, &json!({ "message": "twice" })).await.expect(422);
        assert_error_shape(&other, "idempotency_key_reused");
        assert_eq!(numbers(&ann, chat, "").await, [1]);
    }

    async fn how_far_one_has_read_only_moves_forward(app) {
        let (ann, bob, chat) = two(&app).await;
        for n in 0..4 {
            let _ = say(&ann, chat, &n.to_string()).await;
        }
        let _ = say(&bob, chat, "mine").await;
        let marks = |chat: &Value| (chat["read_seq"].as_i64().unwrap(), chat["unread"].as_i64().unwrap());
        assert_eq!((marks(&seen(&bob, chat).await), marks(&seen(&ann, chat).await)), ((0, 4), (0, 1)));
        for (asked, read_seq, unread) in [(2, 2, 2), (1, 2, 2), (0, 2, 2), (4, 4, 0), (9_007_199_254_740_991, 5, 0)] {
            assert_eq!(read(&bob, chat, asked).await, read_seq, "{asked}");
            let shown = (marks(&seen(&bob, chat).await), marks(&listed(&bob).await));
            assert_eq!(shown, ((read_seq, unread), (read_seq, unread)));
        }
        assert_eq!(marks(&seen(&ann, chat).await), (0, 1), "each has a mark of their own");
        for bad in [json!(-1), json!(1.5), json!("1"), json!(null), json!(1e30)] {
            let refused = bob.post(&format!("/api/chat/{chat}/read/"), &json!({ "seq": bad })).await.expect(400);
            assert_eq!(refused.faulty_fields(), ["seq"], "{bad}");
        }
    }

    async fn a_message_that_is_taken_back_leaves_its_number(app) {
        let (ann, bob, chat) = two(&app).await;
        let regret = send(&ann, chat, &json!({ "message": "regret", "client_id": "c1" })).await.expect(201).json();
        let _ = say(&ann, chat, "kept").await;
        let path = format!("/api/message/{}/", regret["id"]);
        assert_error_shape(&bob.delete(&path).await.expect(404), "not_found");
        assert_eq!(seen(&bob, chat).await["unread"], 2);
        assert_eq!(ann.delete(&path).await.expect(200).json(), regret, "as it was");
        let mut left = regret.clone();
        left["message"] = json!("");
        for who in [&ann, &bob] {
            assert_eq!(seen(who, chat).await["messages"][0], left);
            let list = who.get(&format!("/api/chat/{chat}/message/?before=2")).await.expect(200);
            assert_eq!((list.list("messages"), list.number("last_seq")), (vec![left.clone()], 2));
        }
        assert_eq!(seen(&bob, chat).await["unread"], 1);
        assert_eq!(ann.delete(&path).await.expect(200).json(), left, "again changes nothing");
        // Nobody says it again by accident.
        let again = send(&ann, chat, &json!({ "message": "regret", "client_id": "c1" })).await.expect(200).json();
        assert_eq!(again, left);
        let _ = ann.delete("/api/message/999999/").await.expect(404);
    }

    async fn a_deleted_chat_is_gone_for_both(app) {
        let (ann, bob, chat) = two(&app).await;
        let said = say(&ann, chat, "hello").await;
        let was = bob.delete(&format!("/api/chat/{chat}/")).await.expect(200).json();
        assert_eq!((&was["messages"], &was["unread"], &was["id"]), (&json!([said]), &json!(1), &json!(chat)));
        for who in [&ann, &bob] {
            assert_eq!(who.get("/api/chat/").await.expect(200).list("chat"), Vec::<Value>::new());
            for path in [format!("/api/chat/{chat}/"), format!("/api/chat/{chat}/message/")] {
                assert_error_shape(&who.get(&path).await.expect(404), "not_found");
            }
            let _ = send(who, chat, &json!({ "message": "hello?" })).await.expect(404);
            let _ = who.post(&format!("/api/chat/{chat}/read/"), &json!({ "seq": 1 })).await.expect(404);
            let _ = who.delete(&format!("/api/chat/{chat}/")).await.expect(404);
            let _ = who.delete(&format!("/api/message/{}/", said["id"])).await.expect(404);
        }
        assert!(app.db_chat(ann.id, bob.id).await > chat, "a new one of the two is another");
    }

    async fn a_room_is_deleted_by_its_admin_alone(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let room = app.db_room(ann.id, bob.id).await;
        let _ = say(&bob, room, "hello").await;
        let shown = seen(&bob, room).await;
        assert_eq!((&shown["kind"], &shown["admin_id"]), (&json!("room"), &json!(ann.id)));
        let path = format!("/api/chat/{room}/");
        assert_error_shape(&bob.delete(&path).await.expect(403), "not_the_chat_admin");
        let _ = ann.delete(&path).await.expect(200);
        let _ = bob.get(&path).await.expect(404);
    }

    async fn who_is_no_part_of_a_chat_finds_nothing_whatever_they_send(app) {
        let (ann, _bob, chat) = two(&app).await;
        let _ = say(&ann, chat, "secret").await;
        for who in [app.user("cleo").await, app.admin("root").await] {
            assert_eq!(who.get("/api/chat/").await.expect(200).list("chat"), Vec::<Value>::new());
            for query in ["", "?limit=0", "?after=1&before=2"] {
                let answer = who.get(&format!("/api/chat/{chat}/message/{query}")).await.expect(404);
                assert_error_shape(&answer, "not_found");
            }
            for body in [json!({ "message": "hello" }), json!({}), json!({ "message": 5 })] {
                let _ = send(&who, chat, &body).await.expect(404);
            }
            for body in [json!({ "seq": 1 }), json!({ "seq": "x" })] {
                let _ = who.post(&format!("/api/chat/{chat}/read/"), &body).await.expect(404);
            }
        }
        assert_eq!(numbers(&ann, chat, "").await, [1]);
    }

    async fn what_an_erased_account_said_has_neither_text_nor_sender(app) {
        let (ann, bob, chat) = two(&app).await;
        let words = send(&ann, chat, &json!({ "message": "mine", "client_id": "c1" })).await.expect(201).json();
        let answer = say(&bob, chat, "yours").await;
        assert_eq!(ann.delete(&ann.path()).await.expect(200).json()["messages"], json!([words]), "as it was");
        let shown = seen(&bob, chat).await;
        assert_eq!(shown["users"], json!([person(&bob, "bob"), erased()]));
        let mut left = words.clone();
        (left["message"], left["sender_id"], left["client_id"]) = (json!(""), json!(0), Value::Null);
        assert_eq!((&shown["messages"], &shown["unread"]), (&json!([left, answer]), &json!(0)));
        assert_eq!(listed(&bob).await["users"], shown["users"]);
        assert_eq!(say(&bob, chat, "alone").await["seq"], 3);
        let _ = bob.delete(&format!("/api/chat/{chat}/")).await.expect(200);
    }

    async fn a_page_of_another_site_says_nothing_by_cookie(app) {
        let (ann, _bob, chat) = two(&app).await;
        let said = say(&ann, chat, "hello").await;
        let page = app.anyone().with_cookie(&ann.token);
        let foreign = page.with("origin", "https://evil.example");
        let at = |rest: &str| format!("/api/chat/{chat}/{rest}");
        for answer in [
            foreign.post(&at("message/"), &json!({ "message": "hello" })).await,
            foreign.post(&at("read/"), &json!({ "seq": 1 })).await,
            foreign.delete(&at("")).await,
            foreign.delete(&format!("/api/message/{}/", said["id"])).await,
        ] {
            assert_error_shape(&answer.expect(403), "cross_site");
        }
        let _ = page.post(&at("message/"), &json!({ "message": "from our own page" })).await.expect(201);
        assert_eq!(numbers(&ann, chat, "").await, [1, 2]);
    }

    async fn a_user_shows_chats_and_messages_to_themselves_and_to_admins(app) {
        let (ann, bob, chat) = two(&app).await;
        for n in 0..22 {
            let _ = say(&ann, chat, &n.to_string()).await;
        }
        let regret = say(&ann, chat, "regret").await;
        let _ = ann.delete(&format!("/api/message/{}/", regret["id"])).await.expect(200);
        let said = ann.get(&format!("/api/chat/{chat}/message/?before=23&limit=20")).await.expect(200).list("messages");
        let admin = app.admin("root").await;
        for who in [&ann, &admin, &app.log_in("ann").await] {
            let user = who.get(&ann.path()).await.expect(200).json();
            assert_eq!(user["chats"], json!([{ "id": chat, "time": "2026-11-20T09:00:00.00000Z" }]));
            assert_eq!(user["messages"], json!(said), "the newest twenty, the oldest first");
        }
        let signed_in = app.try_log_in("ann", "ann's secret").await.expect(200).json();
        assert_eq!((&signed_in["messages"], signed_in["chats"][0]["id"].as_i64()), (&json!(said), Some(chat)));
        for who in [&*bob, &app.anyone()] {
            let user = who.get(&ann.path()).await.expect(200).json();
            assert_eq!((&user["chats"], &user["messages"]), (&json!([]), &json!([])));
        }
    }

    async fn what_is_done_over_http_is_heard_on_sockets(app) {
        let (ann, bob, chat) = two(&app).await;
        let mut socket = bob.web_socket("/api/chat/").await.unwrap();
        let _ = socket.event("connection_succeeded").await;
        let said = say(&ann, chat, "hello").await;
        assert_eq!(socket.event("private_message").await["data"], said);
        let _ = read(&ann, chat, 1).await;
        assert_eq!(socket.event("read").await["data"], json!({ "chat_id": chat, "seq": 1, "user_id": ann.id }));
        let _ = ann.delete(&format!("/api/message/{}/", said["id"])).await.expect(200);
        let gone = json!({ "id": said["id"], "chat_id": chat, "seq": 1 });
        assert_eq!(socket.event("message_deleted").await["data"], gone);
        let _ = ann.delete(&format!("/api/chat/{chat}/")).await.expect(200);
        assert_eq!(socket.event("chat_deleted").await["data"], json!({ "chat_id": chat }));
        // At the socket's own path, without an upgrade, is the list.
        let _ = bob.get("/api/chat").await.expect(200);
        let _ = app.anyone().get("/api/chat/").await.expect(401);
    }
}
