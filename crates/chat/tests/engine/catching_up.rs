//! Who reads slowly loses nothing, holds nobody up, and is let go at last.

use std::time::{Duration, Instant};

use gigline_chat::engine::Reason;

use crate::fake::Door;
use crate::house::{House, seqs};

#[test]
fn a_stalled_reader_harms_nobody_and_gets_everything_in_the_end() {
    let house = House::with(|settings| settings.kept_events = 50);
    let (ann, bob, chat) = house.pair();
    let (stalled, quick) = (Door::narrow(8), Door::open());
    let slow = house.socket(bob, &stalled);
    let _quick = house.socket(ann, &quick);
    for n in 0..400 {
        house.say(chat, ann, &n.to_string());
    }
    quick.wait_for("private_message", 400);
    assert_eq!((stalled.queued(), stalled.most_queued()), (8, 8), "what does not fit is not kept for it");
    let heard = stalled.read_up_to(&slow, "private_message", 400);
    assert_eq!(seqs(&heard), (1..=400).collect::<Vec<_>>());
    assert_eq!(stalled.most_queued(), 8);
    house.say(chat, ann, "live again");
    assert_eq!(stalled.read_up_to(&slow, "private_message", 401).len(), 401);
}

#[test]
fn a_reader_that_stands_still_for_thirty_seconds_is_closed() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let (stalled, slow, idle, quick) = (Door::narrow(8), Door::narrow(8), Door::narrow(8), Door::open());
    let _sockets = [house.socket(bob, &stalled), house.socket(bob, &slow), house.socket(ann, &quick)];
    for _ in 0..20 {
        house.say(chat, ann, "x");
    }
    quick.wait_for("private_message", 20);
    let _idle = house.socket(bob, &idle);
    house.pass(0);
    for _ in 0..3 {
        house.pass(29);
        slow.read(1);
    }
    assert_eq!(stalled.closed(), Some(Reason::TooSlow));
    assert_eq!((slow.closed(), idle.closed()), (None, None), "a little is enough; and who wants nothing is not slow");
    house.pass(29);
    house.pass(29);
    assert_eq!(slow.closed(), None, "one more was read in between");
    house.pass(30);
    assert_eq!((slow.closed(), idle.closed()), (Some(Reason::TooSlow), None));
}

#[test]
fn a_reader_that_stands_still_is_closed_in_time_where_the_clock_is_set_back() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let (stalled, quick) = (Door::narrow(8), Door::open());
    let _sockets = [house.socket(bob, &stalled), house.socket(ann, &quick)];
    for _ in 0..20 {
        house.say(chat, ann, "x");
    }
    quick.wait_for("private_message", 20);
    house.pass(0);
    house.set_back();
    house.pass(29);
    assert_eq!(stalled.closed(), None);
    house.pass(1);
    assert_eq!(stalled.closed(), Some(Reason::TooSlow));
}

#[test]
fn a_door_that_forgets_to_say_that_it_has_room_is_found_by_the_sweep() {
    let house = House::new();
    let (ann, bob, chat) = house.pair();
    let (forgetful, quick) = (Door::narrow(4), Door::open());
    let _sockets = [house.socket(bob, &forgetful), house.socket(ann, &quick)];
    for _ in 0..6 {
        house.say(chat, ann, "x");
    }
    quick.wait_for("private_message", 6);
    assert!(forgetful.read(4));
    house.engine.sweep();
    let until = Instant::now() + Duration::from_secs(20);
    while forgetful.all("private_message").len() < 6 && Instant::now() < until {
        forgetful.read(4);
        std::thread::yield_now();
    }
    assert_eq!(seqs(&forgetful.all("private_message")), [1, 2, 3, 4, 5, 6]);
}
