//! What clients ask for, and what they are told.

use std::time::Duration;

use gigline_chat::engine::AllowanceSettings;
use serde_json::{Value, json};

use crate::fake::Door;
use crate::house::{House, message_ids};

#[test]
fn a_message_is_acknowledged_and_goes_to_every_socket_of_both() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let doors = [Door::open(), Door::open(), Door::open()];
    let socket = house.socket(ann, &doors[0]);
    let _others = [house.socket(ann, &doors[1]), house.socket(bob, &doors[2])];
    let by_pair = json!({"sender_id": ann.get(), "receiver_id": bob.get(), "msg": " hello "});
    let by_chat = json!({"chat_id": chat.get(), "msg": "again"});
    let acks = [by_pair, by_chat].map(|data| house.command(&socket, "private_message", &data));
    for door in doors {
        let heard = door.wait_for("private_message", 2);
        assert_eq!(message_ids(&heard), message_ids(&acks));
        let message = &heard[0];
        assert_eq!(message["message"], "hello");
        let fields = ["chat_id", "seq", "sender_id", "client_id"].map(|name| message[name].clone());
        assert_eq!(fields, [json!(chat.get()), json!(1), json!(ann.get()), Value::Null]);
    }
    assert_eq!((&acks[1]["seq"], &acks[1]["chat_id"]), (&json!(2), &json!(chat.get())));
}

#[test]
fn a_message_sent_again_is_said_once() {
    let house = House::new();
    let (ann, _bob, chat) = house.pair();
    let door = Door::open();
    let socket = house.socket(ann, &door);
    let data = json!({"chat_id": chat.get(), "msg": "hello", "client_id": "c1"});
    let first = house.command(&socket, "private_message", &data);
    let again = house.command(&socket, "private_message", &data);
    assert_eq!(first, again);
    assert_eq!((&first["ok"], &first["client_id"]), (&json!(true), &json!("c1")));
    house.say(chat, ann, "the end");
    let heard = door.wait_for("private_message", 2);
    assert_eq!([&heard[0]["client_id"], &heard[1]["message"]], [&json!("c1"), &json!("the end")]);
}

#[test]
fn a_new_chat_is_told_to_both_and_an_old_one_to_who_asks() {
    let house = House::new();
    let (ann, bob) = (house.person("ann"), house.person("bob"));
    let (of_ann, of_bob) = (Door::open(), Door::open());
    let (socket, other) = (house.socket(ann, &of_ann), house.socket(bob, &of_bob));
    let made = house.command(&socket, "new_chat", &json!({"sender_id": ann.get(), "receiver_id": bob.get()}));
    assert_eq!((&made["ok"], &made["new"]), (&json!(true), &json!(true)));
    for door in [&of_ann, &of_bob] {
        let chat = &door.wait_for("chat_created", 1)[0];
        assert_eq!(chat, &made["chat"]);
        assert_eq!((&chat["kind"], &chat["messages"], &chat["admin_id"]), (&json!("direct"), &json!([]), &Value::Null));
        let names: Vec<_> = chat["users"].as_array().unwrap().iter().map(|user| user["username"].clone()).collect();
        assert_eq!(names, ["ann", "bob"]);
    }
    let found = house.command(&other, "new_chat", &json!({"sender_id": bob.get(), "receiver_id": ann.get()}));
    assert_eq!((&found["new"], &found["chat"]["id"]), (&json!(false), &made["chat"]["id"]));
    of_bob.wait_for("chat_created", 2);
    house.say(gigline_domain::ChatId::new(made["chat"]["id"].as_i64().unwrap()), ann, "first");
    of_ann.wait_for("private_message", 1);
    assert_eq!(of_ann.all("chat_created").len(), 1);
}

#[test]
fn reading_on_is_told_to_the_others_and_only_goes_forward() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let (of_ann, of_bob) = (Door::open(), Door::open());
    let _ann = house.socket(ann, &of_ann);
    let socket = house.socket(bob, &of_bob);
    (0..3).for_each(|_| drop(house.say(chat, ann, "x")));
    let read =
        |seq: i64| house.command(&socket, "read", &json!({"chat_id": chat.get(), "seq": seq}))["read_seq"].clone();
    assert_eq!([read(2), read(1), read(99)], [json!(2), json!(2), json!(3)]);
    let told = of_ann.wait_for("read", 2);
    let event = |seq| json!({"chat_id": chat.get(), "seq": seq, "user_id": bob.get()});
    assert_eq!(told, [event(2), event(3)]);
    assert!(of_bob.all("read").is_empty());
}

#[test]
fn a_refusal_is_told_by_acknowledgement_and_by_event() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let cid = house.person("cid");
    let door = Door::open();
    let socket = house.socket(ann, &door);
    let refusals = [
        ("private_message", json!({"sender_id": bob.get(), "receiver_id": ann.get(), "msg": "x"}), "forbidden"),
        ("private_message", json!({"sender_id": ann.get(), "receiver_id": cid.get(), "msg": "x"}), "not_found"),
        ("private_message", json!({"chat_id": chat.get() + 1, "msg": "x"}), "not_found"),
        ("private_message", json!({"chat_id": chat.get(), "msg": ""}), "invalid_input"),
        ("new_chat", json!({"sender_id": ann.get(), "receiver_id": 999}), "not_found"),
        ("new_chat", json!({"sender_id": ann.get(), "receiver_id": ann.get()}), "own_chat"),
        ("join", json!({"user1_id": bob.get(), "user2_id": cid.get()}), "forbidden"),
        ("join", json!({"chat_id": 999}), "not_found"),
        ("read", json!({"chat_id": 999, "seq": 1}), "not_found"),
        ("typing", json!("x"), "invalid_input"),
        ("shout", json!({}), "unknown_event"),
    ];
    for (place, (event, data, code)) in refusals.into_iter().enumerate() {
        let ack = house.command(&socket, event, &data);
        assert_eq!((&ack["ok"], &ack["code"]), (&json!(false), &json!(code)), "{event} {data}");
        let told = &door.wait_for("failure", place + 1)[place];
        assert_eq!(told, &json!({"event": event, "code": code, "message": ack["message"]}));
    }
    assert_eq!(door.closed(), None);
}

#[test]
fn too_many_events_are_refused_until_some_time_has_passed() {
    let house = House::with(|settings| {
        settings.allowance = Some(AllowanceSettings { events: 20, within: Duration::from_secs(10) });
    });
    let (ann, bob, chat) = house.pair();
    let (socket, second) = (house.socket(ann, &Door::open()), house.socket(ann, &Door::open()));
    let other = house.socket(bob, &Door::open());
    let code = |socket| house.command(socket, "typing", &json!({"chat_id": chat.get()}))["code"].clone();
    assert!((0..20).all(|_| code(&socket).is_null()));
    assert_eq!(code(&socket), "too_many_requests");
    assert_eq!(code(&second), "too_many_requests", "it counts by user, not by socket");
    assert!(code(&other).is_null());
    house.pass(1);
    assert_eq!([code(&socket), code(&second), code(&socket)], [Value::Null, Value::Null, json!("too_many_requests")]);
}
