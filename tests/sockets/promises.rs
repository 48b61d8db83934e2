//! What is promised of conversations, where two things happen at once.

use std::collections::BTreeSet;

use gigline_domain::{ChatId, UserId};
use gigline_testkit::{Actor, on_both};
use serde_json::{Value, json};

use crate::behind;
use crate::lines::{DOORS, Door, Line};

/// How many messages of one line may be on their way to the disk.
const UNDER_WAY: i64 = 16;

/// Opens the chat of two and gives its id.
async fn chat_of(line: &mut Line, me: &Actor, other: &Actor) -> Value {
    line.ask("new_chat", &json!({ "sender_id": me.id, "receiver_id": other.id })).await["chat"]["id"].clone()
}

/// The numbers of the messages that come before the word that the chat is deleted.
async fn until_deleted(line: &mut Line, chat: &Value) -> Vec<i64> {
    let mut told = Vec::new();
    loop {
        match line.next().await {
            (name, data) if name == "private_message" && data["chat_id"] == *chat => {
                told.push(data["seq"].as_i64().unwrap());
            }
            (name, data) if name == "chat_deleted" && data["chat_id"] == *chat => return told,
            _ => {}
        }
    }
}

fn id_of(chat: &Value) -> ChatId {
    ChatId::new(chat.as_i64().unwrap())
}

on_both! {
    /// One chat, one message, three tabs that all believe that they have yet to send it.
    async fn what_several_tabs_send_under_one_name_is_said_once_and_heard_by_each(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let [mut one, mut two, mut three] =
            [Line::open(&ann, DOORS[0]).await, Line::open(&ann, DOORS[1]).await, Line::open(&ann, DOORS[2]).await];
        let chat = chat_of(&mut one, &ann, &bob).await;
        let said = json!({ "chat_id": chat, "msg": "hello", "client_id": "1" });
        let answers = tokio::join!(
            one.ask("private_message", &said), two.ask("private_message", &said), three.ask("private_message", &said)
        );
        assert_eq!((&answers.0["ok"], &answers.0["seq"]), (&json!(true), &json!(1)));
        assert_eq!([&answers.0, &answers.0], [&answers.1, &answers.2]);
        let _ = two.ask("private_message", &json!({ "chat_id": chat, "msg": "and then" })).await;
        for tab in [&mut one, &mut two, &mut three] {
            let heard = [tab.event("private_message").await, tab.event("private_message").await];
            assert_eq!([&heard[0]["id"], &heard[1]["message"]], [&answers.0["id"], &json!("and then")]);
        }
    }

    async fn nobody_hears_of_a_chat_after_it_was_deleted(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        for (anns, bobs) in [(DOORS[0], DOORS[2]), (DOORS[1], DOORS[0]), (DOORS[2], DOORS[1])] {
            let (mut anns, mut bobs) = (Line::open(&ann, anns).await, Line::open(&bob, bobs).await);
            let chat = chat_of(&mut anns, &ann, &bob).await;
            let talks = async {
                let mut said = 0;
                let said_it = json!({ "chat_id": chat, "msg": "hello" });
                loop {
                    let answer = anns.ask("private_message", &said_it).await;
                    if answer["ok"] != true {
                        assert_eq!(answer["code"], "not_found");
                        return said;
                    }
                    said += 1;
                }
            };
            let hears = async {
                for seq in 1..=10 {
                    assert_eq!(bobs.event("private_message").await["seq"], seq);
                }
                behind::delete(&app, id_of(&chat), UserId::new(bob.id)).await;
            };
            let (said, ()) = tokio::join!(talks, hears);
            for (line, heard) in [(&mut anns, 0), (&mut bobs, 10)] {
                let told = until_deleted(line, &chat).await;
                // What had not yet been told when it was deleted need not be told any more.
                assert!(told.len() <= said && told.iter().copied().eq((heard + 1..).take(told.len())), "{told:?}");
            }
            // What comes next is another chat.
            let anew = chat_of(&mut anns, &ann, &bob).await;
            assert_ne!(anew, chat);
            let _ = anns.ask("private_message", &json!({ "chat_id": anew, "msg": "hello again" })).await;
            let first = bobs.event("private_message").await;
            assert_eq!((&first["chat_id"], &first["seq"]), (&anew, &json!(1)));
            behind::delete(&app, id_of(&anew), UserId::new(ann.id)).await;
            for line in [&mut anns, &mut bobs] {
                let _ = until_deleted(line, &anew).await;
            }
            anns.hang_up().await;
            bobs.hang_up().await;
        }
    }

    async fn who_is_signed_out_in_the_middle_of_a_word_has_said_what_was_acknowledged(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let mut bobs = Line::open(&bob, Door::Plain).await;
        let chat = chat_of(&mut bobs, &bob, &ann).await;
        let mut socket = ann.web_socket("/api/chat/").await.unwrap();
        let mut by_polling = Line::open(&ann, Door::Polling).await;
        let talks = async {
            for id in 0..400 {
                let said = json!({ "event": "private_message", "data": { "chat_id": chat, "msg": "hello" }, "id": id });
                socket.say(&said.to_string()).await;
                // Lets the other side have its turn.
                tokio::task::yield_now().await;
            }
            socket.rest().await
        };
        let signs_out = async {
            for _ in 0..10 {
                let _ = bobs.event("private_message").await;
            }
            let _ = ann.post_empty("/api/logout/").await.expect(200);
        };
        let ((texts, code), ()) = tokio::join!(talks, signs_out);
        assert_eq!(code, Some(4001));
        assert!(by_polling.event("failure").await["code"] == "unauthorized");
        let told = texts.iter().map(|text| serde_json::from_str::<Value>(text).unwrap());
        let answers = told.filter(|told| told["event"] == "ack" && told["data"]["ok"] == true);
        let acknowledged: BTreeSet<i64> = answers.map(|ack| ack["data"]["seq"].as_i64().unwrap()).collect();
        let said = behind::said_in(&app, id_of(&chat), UserId::new(bob.id)).await;
        let said: Vec<i64> = said.iter().map(|message| message.seq.get()).collect();
        assert!(said.iter().copied().eq(1..=i64::try_from(said.len()).unwrap()), "{said:?}");
        assert!(acknowledged.iter().all(|seq| said.contains(seq)), "{acknowledged:?} of {said:?}");
        assert_eq!(ann.get("/api/secret/").await.status, 401);
        // A few words may have been on their way; then the other heard those too, and nothing of hers any more.
        let last = bobs.ask("private_message", &json!({ "chat_id": chat, "msg": "gone?" })).await;
        let last = last["seq"].as_i64().unwrap();
        let before = i64::try_from(said.len()).unwrap();
        assert!((before + 1..=before + 1 + UNDER_WAY).contains(&last), "{last} after {before}");
        for seq in 11..=last {
            let heard = bobs.event("private_message").await;
            assert_eq!((&heard["seq"], heard["message"] == "gone?"), (&json!(seq), seq == last));
        }
    }

    /// Six megabytes are more than an outbox and the system hold for anybody.
    async fn who_does_not_read_for_a_while_misses_nothing_and_holds_nobody_up(app) {
        const MESSAGES: i64 = 400;
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let mut anns = Line::open(&ann, Door::Plain).await;
        let chat = chat_of(&mut anns, &ann, &bob).await;
        let mut stalled = Vec::new();
        for door in DOORS {
            stalled.push(Line::open(&bob, door).await);
        }
        let mut awake = Line::open(&bob, Door::SocketIo).await;
        let said = json!({ "chat_id": chat, "msg": "\u{1f4ac}".repeat(4000) });
        for seq in 1..=MESSAGES {
            assert_eq!(anns.ask("private_message", &said).await["seq"], seq);
            assert_eq!(awake.event("private_message").await["seq"], seq);
        }
        for line in &mut stalled {
            for seq in 1..=MESSAGES {
                assert_eq!(line.event("private_message").await["seq"], seq);
            }
        }
    }
}
