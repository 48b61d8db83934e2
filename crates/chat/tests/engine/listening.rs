//! Sockets that listen to one chat: they hear all of it from when they were attached, and nothing else.

use gigline_chat::engine::{Event, Kind, Offered, Outlet as _, Reason};
use gigline_persistence::{StoreError, chats};
use serde_json::json;

use crate::fake::Door;
use crate::house::{House, seqs};

/// The names of all that a door has heard.
fn names(door: &Door) -> Vec<&'static str> {
    door.heard().iter().map(|heard| heard.name).collect()
}

#[test]
fn they_hear_of_their_chat_alone() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let (listener, all) = (Door::open(), Door::open());
    let listening = house.listener(ann, chat, &listener);
    listening.begin();
    let _all = house.socket(ann, &all);
    let speaking = house.socket(bob, &Door::open());
    // Bob is here; there is a room; something is said in it.
    let room = house.room(&[bob, ann]);
    house.say(room, bob, "elsewhere");
    house.say(chat, bob, "hello");
    let _heard = (all.wait_for("private_message", 2), listener.wait_for("private_message", 1));
    for chat_id in [room.get(), chat.get()] {
        for event in ["typing", "read"] {
            assert_eq!(house.command(&speaking, event, &json!({ "chat_id": chat_id, "seq": 1 }))["ok"], true);
        }
    }
    let _told = (all.wait_for("typing", 2), all.wait_for("read", 2));
    let now = house.now();
    for gone in [room, chat] {
        house.store.write_blocking::<_, StoreError, _>(move |tx| chats::delete(tx, gone, bob, now)).unwrap();
    }
    let deleted = listener.wait_for("chat_deleted", 1);
    assert_eq!(deleted, [json!({ "chat_id": chat.get() })]);
    let mut heard = names(&listener);
    heard.sort_unstable();
    assert_eq!(heard, ["chat_deleted", "private_message", "read", "typing"]);
    assert!(["presence", "chat_created"].iter().all(|name| !all.all(name).is_empty()), "{:?}", names(&all));
}

#[test]
fn what_comes_before_they_begin_waits_in_the_log() {
    let house = House::with(|settings| settings.kept_events = 8);
    let (ann, bob, chat) = house.pair();
    let other = house.room(&[ann, bob]);
    let (listener, all) = (Door::open(), Door::open());
    let _all = house.socket(bob, &all);
    let listening = house.listener(bob, chat, &listener);
    for number in 0..50 {
        house.say(chat, ann, &number.to_string());
        house.say(other, ann, "elsewhere");
    }
    let _told = all.wait_for("private_message", 100);
    assert!(listener.heard().is_empty());
    listening.begin();
    house.say(chat, ann, "now");
    assert_eq!(seqs(&listener.wait_for("private_message", 51)), (1..=51).collect::<Vec<_>>());
    assert_eq!(names(&listener).len(), 51);
}

#[test]
fn who_falls_behind_is_caught_up_with_their_chat_alone() {
    let house = House::with(|settings| settings.kept_events = 8);
    let (ann, bob, chat) = house.pair();
    let other = house.room(&[ann, bob]);
    let narrow = Door::narrow(4);
    let listening = house.listener(bob, chat, &narrow);
    listening.begin();
    for number in 0..50 {
        house.say(chat, ann, &number.to_string());
        house.say(other, ann, "elsewhere");
    }
    assert_eq!(seqs(&narrow.read_up_to(&listening, "private_message", 50)), (1..=50).collect::<Vec<_>>());
    assert!(narrow.most_queued() <= 4);
    assert_eq!(names(&narrow).len(), 50);
}

#[test]
fn who_does_not_read_what_comes_before_they_begin_stands_still() {
    let house = House::new();
    let (_ann, bob, chat) = house.pair();
    // It has not drained, as long as history is in it.
    let full = Door::narrow(1);
    assert_eq!(full.offer(&Event::connected(), Kind::Durable), Offered::Taken);
    let _listening = house.listener(bob, chat, &full);
    house.pass(0);
    house.pass(29);
    assert_eq!(full.closed(), None);
    house.pass(1);
    assert_eq!(full.closed(), Some(Reason::TooSlow));
    assert_eq!(house.engine.sockets(), 0);
}
