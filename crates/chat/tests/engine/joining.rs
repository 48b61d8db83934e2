//! `join`: history, and what comes after it.

use gigline_domain::SessionId;
use serde_json::{Value, json};

use crate::fake::{Door, Heard};
use crate::house::{House, said, seqs};

fn history(heard: &Value) -> Vec<i64> {
    seqs(heard["chat"].as_array().unwrap())
}

#[test]
fn the_newest_hundred_come_or_what_was_missed() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    (0..620).for_each(|n| drop(house.say(chat, ann, &n.to_string())));
    let door = Door::open();
    let socket = house.socket(bob, &door);
    let pair = json!({"user1_id": ann.get(), "user2_id": bob.get()});
    let after = |seq: i64| json!({"chat_id": chat.get(), "after": seq});
    let expected = [
        (pair, 521..=620, true),
        (after(600), 601..=620, false),
        (after(0), 1..=500, true),
        (after(500), 501..=620, false),
    ];
    for (place, (data, numbers, has_more)) in expected.into_iter().enumerate() {
        let ack = house.command(&socket, "join", &data);
        let answer = json!({"ok": true, "chat_id": chat.get(), "last_seq": 620, "has_more": has_more});
        assert_eq!(ack, answer, "{data}");
        let page = &door.wait_for("past_history", place + 1)[place];
        assert_eq!(history(page), numbers.collect::<Vec<_>>(), "{data}");
        let rest = ["chat_id", "last_seq", "has_more"].map(|name| page[name].clone());
        assert_eq!(rest, [json!(chat.get()), json!(620), json!(has_more)]);
    }
    for nothing in [620, 9_999] {
        let ack = house.command(&socket, "join", &after(nothing));
        assert_eq!((&ack["ok"], &ack["has_more"]), (&json!(true), &json!(false)));
    }
    assert_eq!(history(&door.wait_for("past_history", 6)[5]), Vec::<i64>::new());
}

#[test]
fn long_messages_make_short_pages() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let long = "\u{1f600}".repeat(4_000);
    (0..60).for_each(|_| drop(house.say(chat, ann, &long)));
    let door = Door::open();
    let socket = house.socket(bob, &door);
    let newest = house.command(&socket, "join", &json!({"chat_id": chat.get()}));
    let first = house.command(&socket, "join", &json!({"chat_id": chat.get(), "after": 0}));
    assert_eq!((&newest["has_more"], &first["has_more"]), (&json!(true), &json!(true)));
    let pages = door.wait_for("past_history", 2);
    let (newest, first) = (history(&pages[0]), history(&pages[1]));
    assert!(newest.len() > 40 && newest.len() < 60, "{}", newest.len());
    assert_eq!((newest.last(), first.first(), first.len()), (Some(&60), Some(&1), newest.len()));
}

#[test]
fn history_goes_also_to_the_others_that_have_joined() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    house.say(chat, ann, "x");
    let doors = [Door::open(), Door::open(), Door::open()];
    let sockets = [house.socket(ann, &doors[0]), house.socket(bob, &doors[1]), house.socket(bob, &doors[2])];
    let data = json!({"chat_id": chat.get()});
    for socket in &sockets[..2] {
        assert_eq!(house.command(socket, "join", &data)["ok"], true);
    }
    doors[0].wait_for("past_history", 2);
    assert_eq!(doors[1].all("past_history").len(), 1);
    assert!(doors[2].all("past_history").is_empty(), "it has not joined");
}

/// After history comes exactly what it does not have, and before that whatever was live.
fn goes_on(heard: &[Heard]) -> Option<i64> {
    let joined = heard.iter().rposition(|heard| heard.name == "past_history")?;
    let mut last = history(&heard[joined].data).last().copied().unwrap_or(0);
    for message in heard[joined..].iter().filter(|heard| heard.name == "private_message") {
        assert_eq!(message.data["seq"], last + 1, "without a gap and without one twice");
        last += 1;
    }
    Some(last)
}

/// How many messages are said meanwhile.
const ALL: i64 = 600;

#[test]
fn history_and_what_is_said_meanwhile_are_one() {
    let house = House::with(|settings| settings.kept_events = 16);
    let (ann, bob, chat) = house.pair();
    let sender = std::thread::spawn({
        let (store, now) = (house.store.clone(), house.now());
        move || (0..ALL).for_each(|n| drop(said(&store, chat, ann, &n.to_string(), None, now).unwrap()))
    });
    for round in 0..20 {
        let door = Door::narrow(8);
        let socket = house.attach(bob, SessionId::new(round), door.clone()).unwrap();
        let after = (round % 2 == 1).then_some(0);
        let reading = std::thread::scope(|threads| {
            let joined = threads.spawn(|| house_command(&socket, &json!({"chat_id": chat.get(), "after": after})));
            door.read_on(&socket, |heard| heard.iter().any(|heard| heard.name == "past_history"));
            joined.join().unwrap()
        });
        assert_eq!(reading["ok"], true);
        let begun = goes_on(&door.heard()).unwrap();
        if after.is_none() {
            door.read_on(&socket, |heard| goes_on(heard).is_some_and(|last| last >= (begun + 10).min(ALL)));
        }
    }
    sender.join().unwrap();
    assert_eq!(house.history(chat, bob).len(), 600);
}

fn house_command(socket: &gigline_chat::engine::Membership, data: &Value) -> Value {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let data = serde_json::value::RawValue::from_string(data.to_string()).unwrap();
    crate::house::read(&runtime.block_on(socket.command("join", Some(&data))))
}

#[test]
fn a_reader_that_is_far_behind_gets_history_and_all_the_rest() {
    let house = House::with(|settings| settings.kept_events = 16);
    let (ann, bob, chat) = house.pair();
    let door = Door::narrow(4);
    let socket = house.socket(bob, &door);
    (0..300).for_each(|n| drop(house.say(chat, ann, &n.to_string())));
    std::thread::scope(|threads| {
        let joined = threads.spawn(|| house_command(&socket, &json!({"chat_id": chat.get()})));
        door.read_on(&socket, |heard| heard.iter().any(|heard| heard.name == "past_history"));
        assert_eq!(joined.join().unwrap()["ok"], true);
    });
    house.say(chat, ann, "the end");
    door.read_on(&socket, |heard| heard.last().is_some_and(|last| last.data["message"] == "the end"));
    let shown = history(&door.all("past_history")[0]);
    assert_eq!(shown, (201..=300).collect::<Vec<_>>());
    let mut heard = seqs(&door.all("private_message"));
    heard.extend(shown);
    heard.sort_unstable();
    assert_eq!(heard, (1..=301).collect::<Vec<_>>(), "each once, as a message or as history");
}
