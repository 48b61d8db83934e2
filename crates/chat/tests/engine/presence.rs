//! Who is online: told to those who share a chat, and not at every reconnect.

use serde_json::json;

use crate::fake::Door;
use crate::house::House;

#[test]
fn somebody_goes_offline_fifteen_seconds_after_the_last_socket() {
    let house = House::new();
    let (ann, bob, _chat) = house.pair();
    let cid = house.person("cid");
    let (door, stranger) = (Door::open(), Door::open());
    let _bob = house.socket(bob, &door);
    let _cid = house.socket(cid, &stranger);
    let (here, away) = (json!({"user_id": ann.get(), "online": true}), json!({"user_id": ann.get(), "online": false}));

    let (phone, laptop) = (house.socket(ann, &Door::open()), house.socket(ann, &Door::open()));
    assert_eq!(door.wait_for("presence", 1), std::slice::from_ref(&here), "once, however many sockets");
    drop(phone);
    house.pass(60);
    drop(laptop);
    house.pass(14);
    let reload = house.socket(ann, &Door::open());
    house.pass(60);
    drop(reload);
    house.pass(14);
    house.pass(1);
    assert_eq!(door.wait_for("presence", 2), [here.clone(), away.clone()]);
    let _again = house.socket(ann, &Door::open());
    assert_eq!(door.wait_for("presence", 3), [here.clone(), away, here]);
    assert!(stranger.all("presence").is_empty());
}

#[test]
fn somebody_goes_offline_in_time_where_the_clock_is_set_back() {
    let house = House::new();
    let (ann, bob, _chat) = house.pair();
    let door = Door::open();
    let _bob = house.socket(bob, &door);
    drop(house.socket(ann, &Door::open()));
    house.set_back();
    house.pass(14);
    house.pass(1);
    let told = door.wait_for("presence", 2);
    assert_eq!([&told[0]["online"], &told[1]["online"]], [true, false]);
}

#[test]
fn typing_is_told_to_the_others_alone() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let (of_ann, of_bob) = (Door::open(), Door::open());
    let socket = house.socket(ann, &of_ann);
    let _bob = house.socket(bob, &of_bob);
    assert_eq!(house.command(&socket, "typing", &json!({"chat_id": chat.get()})), json!({"ok": true}));
    let told = of_bob.wait_for("typing", 1);
    assert_eq!(told, [json!({"chat_id": chat.get(), "user_id": ann.get()})]);
    assert!(of_ann.all("typing").is_empty());
    let elsewhere = house.command(&socket, "typing", &json!({"chat_id": chat.get() + 1}));
    assert_eq!(elsewhere["code"], "not_found");
}

#[test]
fn what_may_be_lost_is_dropped_where_there_is_no_room() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let (narrow, open) = (Door::narrow(4), Door::open());
    let socket = house.socket(ann, &Door::open());
    let (slow, _quick) = (house.socket(bob, &narrow), house.socket(bob, &open));
    for _ in 0..6 {
        house.say(chat, ann, "x");
    }
    open.wait_for("private_message", 6);
    let _acked = house.command(&socket, "typing", &json!({"chat_id": chat.get()}));
    open.wait_for("typing", 1);
    narrow.read_up_to(&slow, "private_message", 6);
    assert!(narrow.all("typing").is_empty());
}
