//! Who may be in, for how long, and what ends it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gigline_auth::{SessionPolicy, Sessions};
use gigline_chat::engine::{AttachError, Reason};
use gigline_domain::{MessageText, SessionId};
use gigline_persistence::{StoreError, accounts, chats, messages};
use serde_json::json;

use crate::fake::Door;
use crate::house::{House, message_ids, said, seqs};

#[test]
fn a_socket_hears_all_chats_of_its_user_without_joining_any() {
    let house = House::new();
    let (ann, bob, direct) = house.pair();
    let room = house.room(&[ann, bob]);
    let (door, stranger) = (Door::open(), Door::open());
    let _bob = house.socket(bob, &door);
    let cid = house.person("cid");
    let _cid = house.socket(cid, &stranger);
    let said = [house.say(direct, ann, "hello"), house.say(room, ann, "all"), house.say(direct, bob, "well")];
    let heard = door.wait_for("private_message", 3);
    assert_eq!(message_ids(&heard), said.iter().map(|message| message.id.get()).collect::<Vec<_>>());
    assert_eq!(heard[0]["message"], "hello");
    assert!(stranger.heard().is_empty());
}

#[test]
fn all_sockets_share_one_encoding_of_an_event() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let doors = [Door::open(), Door::open(), Door::open()];
    let _sockets = [house.socket(ann, &doors[0]), house.socket(bob, &doors[1]), house.socket(bob, &doors[2])];
    house.say(chat, ann, "hello");
    let buffer = |door: &Arc<Door>| {
        door.wait_for("private_message", 1);
        let message = door.heard().into_iter().find(|heard| heard.name == "private_message");
        message.unwrap().frame.bytes().as_ptr()
    };
    assert_eq!(buffer(&doors[0]), buffer(&doors[1]));
    assert_eq!(buffer(&doors[1]), buffer(&doors[2]));
}

#[test]
fn an_eleventh_socket_is_refused_until_one_goes() {
    let house = House::new();
    let ann = house.person("ann");
    let mut sockets: Vec<_> = (0..10).map(|_| house.socket(ann, &Door::open())).collect();
    let eleventh = || house.attach(ann, SessionId::new(1), Door::open());
    assert_eq!(eleventh().err(), Some(AttachError::TooMany));
    sockets.pop();
    assert!(eleventh().is_ok());
    assert_eq!(house.engine.sockets(), 9, "the eleventh was let go again");
}

#[test]
fn a_logout_closes_the_sockets_of_that_login_and_no_others() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let sessions = Sessions::new(house.store.clone(), Arc::new(house.clock.clone()), SessionPolicy::default());
    let open = |user| {
        let sessions = sessions.clone();
        house.store.write_blocking::<_, StoreError, _>(move |tx| sessions.open(tx, user)).unwrap()
    };
    let (one, other) = (open(ann), open(ann));
    let (first, second, of_bob) = (Door::open(), Door::open(), Door::open());
    let socket = house.attach(ann, one.session_id, first.clone()).unwrap();
    let _other = house.attach(ann, other.session_id, second.clone()).unwrap();
    let _bob = house.socket(bob, &of_bob);

    let sender = std::thread::spawn({
        let (store, now) = (house.store.clone(), house.now());
        move || (0..200).for_each(|n| drop(said(&store, chat, ann, &n.to_string(), None, now).unwrap()))
    });
    first.wait_for("private_message", 5);
    let logged_out = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_eq!(logged_out.block_on(sessions.logout(one.login_id)).unwrap().len(), 1);
    assert_eq!(first.wait_for_close(), Reason::SessionEnded);
    sender.join().unwrap();

    let all = second.wait_for("private_message", 200);
    let cut = first.all("private_message");
    assert_eq!(cut, all[..cut.len()], "what was heard until then is the log");
    assert_eq!(of_bob.wait_for("private_message", 200), all);
    assert_eq!((second.closed(), of_bob.closed()), (None, None));
    let refused = house.command(&socket, "private_message", &json!({"chat_id": chat.get(), "msg": "after all"}));
    assert_eq!(refused["code"], "unauthorized");
    assert_eq!(house.history(chat, ann).len(), 200);

    let late = house.attach(ann, one.session_id, Door::open());
    assert_eq!(late.err(), Some(AttachError::SessionEnded), "who was being let in meanwhile is not");
}

#[test]
fn an_erased_account_takes_its_sockets_with_it() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let (of_ann, of_bob) = (Door::open(), Door::open());
    let _sockets = [house.socket(ann, &of_ann), house.socket(bob, &of_bob)];
    house.say(chat, ann, "bye");
    let now = house.now();
    house.store.write_blocking::<_, StoreError, _>(move |tx| accounts::erase(tx, ann, now).map(drop)).unwrap();
    assert_eq!(of_ann.wait_for_close(), Reason::SessionEnded);
    house.say(chat, bob, "alone");
    assert_eq!(of_bob.wait_for("private_message", 2)[1]["message"], "alone");
    assert_eq!(of_ann.all("private_message").len(), 1);
}

#[test]
fn an_expired_session_closes_at_the_sweep_after_it() {
    let house = House::new();
    let ann = house.person("ann");
    let door = Door::open();
    let _socket = house.socket(ann, &door);
    house.pass(3_599);
    assert_eq!(door.closed(), None);
    house.pass(1);
    assert_eq!(door.closed(), Some(Reason::Expired));
    assert_eq!(house.engine.sockets(), 0);
}

#[test]
fn a_server_that_stops_closes_everybody_and_takes_nobody_in() {
    let house = House::new();
    let (ann, bob, _chat) = house.pair();
    let doors = [Door::open(), Door::open()];
    let _sockets = [house.socket(ann, &doors[0]), house.socket(bob, &doors[1])];
    house.engine.close_all(Reason::GoingAway);
    assert!(doors.iter().all(|door| door.closed() == Some(Reason::GoingAway)));
    assert_eq!(house.attach(ann, SessionId::new(1), Door::open()).err(), Some(AttachError::GoingAway));
}

#[test]
fn a_door_that_panics_or_is_gone_costs_nobody_else() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let (broken, gone, sound) = (Door::open(), Door::open(), Door::open());
    let _sockets = [house.socket(bob, &broken), house.socket(bob, &gone), house.socket(ann, &sound)];
    broken.break_down();
    gone.go();
    house.say(chat, ann, "one");
    house.say(chat, ann, "two");
    assert_eq!(sound.wait_for("private_message", 2).len(), 2);
    assert_eq!((broken.wait_for_close(), gone.closed()), (Reason::Lost, None));
    let until = Instant::now() + Duration::from_secs(20);
    while house.engine.sockets() > 1 && Instant::now() < until {
        std::thread::yield_now();
    }
    assert_eq!(house.engine.sockets(), 1);
}

#[test]
fn a_place_that_was_given_up_hears_nothing_more_however_much_it_had_to_catch_up_with() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let (door, again) = (Door::narrow(4), Door::open());
    let socket = house.socket(bob, &door);
    (0..50).for_each(|n| drop(house.say(chat, ann, &n.to_string())));
    let until = Instant::now() + Duration::from_secs(20);
    while door.queued() < 4 && Instant::now() < until {
        std::thread::yield_now();
    }
    socket.leave();
    assert_eq!(house.engine.sockets(), 0);
    let _again = house.socket(bob, &again);
    door.read(4);
    socket.drained();
    house.say(chat, ann, "again");
    again.wait_until(|heard| heard.iter().any(|heard| heard.data["message"] == "again"));
    assert_eq!((door.heard().len(), door.queued(), door.closed()), (4, 0, None));
}

#[test]
fn who_comes_into_a_room_is_told_each_message_once() {
    let house = House::new();
    let (ann, bob, cid) = (house.person("ann"), house.person("bob"), house.person("cid"));
    let (first, door, now) = (Door::open(), Door::open(), house.now());
    let _ann = house.socket(ann, &first);
    let room = house.room(&[ann, bob]);
    house.say(room, ann, "before");
    // What is told by now is told to those who are in the room by now.
    let _before = first.wait_for("private_message", 1);
    let _socket = house.socket(cid, &door);
    let together = house.store.write_blocking::<_, StoreError, _>(move |tx| {
        chats::add_participant(tx, room, ann, cid, now)?;
        messages::append(tx, room, bob, &MessageText::parse("after").unwrap(), None, now)
    });
    assert!(together.is_ok());
    let told = &door.wait_for("chat_created", 1)[0];
    assert_eq!(seqs(told["messages"].as_array().unwrap()), [1]);
    assert_eq!((&told["last_seq"], &told["read_seq"], &told["unread"]), (&json!(1), &json!(1), &json!(0)));
    assert_eq!(seqs(&door.wait_for("private_message", 1)), [2]);
}
