//! What is taken back: messages and chats.

use gigline_persistence::{StoreError, chats, messages};
use serde_json::json;

use crate::fake::Door;
use crate::house::{House, said, seqs};

#[test]
fn a_deleted_message_is_told_after_it_was_sent() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let door = Door::open();
    let _bob = house.socket(bob, &door);
    let deleter = |store: gigline_persistence::Store, now| {
        move || {
            (0..100).for_each(|n| {
                let id = said(&store, chat, ann, &n.to_string(), None, now).unwrap().message.id;
                let delete = move |tx: &mut gigline_persistence::WriteTx<'_>| messages::delete(tx, id, ann, now);
                drop(store.write_blocking::<_, StoreError, _>(delete).unwrap());
            });
        }
    };
    let threads: Vec<_> = (0..2).map(|_| std::thread::spawn(deleter(house.store.clone(), house.now()))).collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let deleted = door.wait_for("message_deleted", 200);
    assert_eq!(seqs(&door.all("private_message")), (1..=200).collect::<Vec<_>>());
    let heard = door.heard();
    for event in &deleted {
        let place = |name, key| heard.iter().position(|heard| heard.name == name && heard.data["id"] == event[key]);
        assert!(place("private_message", "id") < place("message_deleted", "id"), "{event}");
    }
    let first = deleted.iter().find(|event| event["seq"] == 1).unwrap();
    assert_eq!(first["chat_id"], json!(chat.get()));
}

#[test]
fn a_deleted_chat_is_told_to_all_who_were_in_it_and_may_be_opened_anew() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let doors = [Door::open(), Door::narrow(2)];
    let _ann = house.socket(ann, &doors[0]);
    let slow = house.socket(bob, &doors[1]);
    (0..5).for_each(|_| drop(house.say(chat, ann, "x")));
    let now = house.now();
    house.store.write_blocking::<_, StoreError, _>(move |tx| chats::delete(tx, chat, ann, now)).unwrap();
    let next = house.direct(bob, ann);
    house.say(next, bob, "anew");
    let ends = |heard: &[crate::fake::Heard]| heard.last().is_some_and(|last| last.data["message"] == "anew");
    doors[1].read_on(&slow, ends);
    doors[0].wait_until(ends);
    for door in &doors {
        assert_eq!(door.all("chat_deleted"), [json!({"chat_id": chat.get()})]);
        assert_eq!(door.all("chat_created").last().unwrap()["id"], json!(next.get()));
    }
}
