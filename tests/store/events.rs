//! The log: in the order of commit, read in bounded stretches, and never with something added behind a reader.

use std::sync::atomic::{AtomicBool, Ordering};

use gigline_domain::{EventId, Seq};
use gigline_persistence::log::{self, Happening};
use gigline_persistence::{chats, messages};
use gigline_testkit::Backend;

use crate::on_both;
use crate::talk::{REFUSED, Talk, at, at_once, text};

on_both! {
    a_reader_who_follows_the_log_misses_nothing_while_many_write,
    everything_that_happens_can_be_read_again,
    one_person_reads_what_concerns_them_a_bounded_stretch_at_a_time,
    a_chat_that_was_deleted_is_told_to_those_who_were_in_it,
    old_notices_are_deleted_a_bounded_number_at_a_time,
}

fn a_reader_who_follows_the_log_misses_nothing_while_many_write(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let ann = talk.user("ann");
    let chats: Vec<_> = (0..8).map(|n| talk.chat(ann, talk.user(&format!("bob{n}")))).collect();
    let done = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen: Vec<i64> = Vec::new();
            loop {
                let last_round = done.load(Ordering::SeqCst);
                let after = EventId::new(seen.last().copied().unwrap_or(0));
                let found = talk.read(|conn| log::read_after(conn, after, 7)).unwrap();
                seen.extend(found.iter().map(|event| event.eid.get()));
                if last_round && found.is_empty() {
                    return seen;
                }
            }
        });
        at_once(8, |n| {
            let chat = chats[n];
            for round in 0..25_i64 {
                let answer = talk.write(move |tx| {
                    let said = messages::append(tx, chat, ann, &text("hello"), None, at(2))?.message;
                    match round % 5 {
                        0 => Err(REFUSED),
                        1 => messages::mark_read(tx, chat, ann, said.seq, at(3)).map(drop),
                        _ => Ok(()),
                    }
                });
                assert_eq!(answer.is_err(), round % 5 == 0);
            }
        });
        done.store(true, Ordering::SeqCst);
        reader.join().unwrap()
    });
    assert_eq!(seen, (1..=talk.head().get()).collect::<Vec<_>>());
    assert_eq!(talk.head().get(), 8 + 8 * (20 + 5));
}

fn everything_that_happens_can_be_read_again(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let chat = talk.chat(ann, bob);
    let said = talk.say(chat, ann, "hello", 2);
    let (message_id, seq) = (said.id, said.seq);
    talk.write(move |tx| messages::mark_read(tx, chat, bob, seq, at(3))).unwrap();
    talk.write(move |tx| messages::delete(tx, message_id, ann, at(4))).unwrap();
    let room = talk.write(move |tx| chats::create_room(tx, ann, at(5))).unwrap();
    talk.write(move |tx| chats::add_participant(tx, room, ann, bob, at(6))).unwrap();
    talk.write(move |tx| chats::delete(tx, room, ann, at(7))).unwrap();

    let events = talk.log_after(EventId::NONE);
    assert_eq!(events.iter().map(|event| event.eid.get()).collect::<Vec<_>>(), (1..=7).collect::<Vec<_>>());
    assert_eq!(events.iter().map(|event| event.at).collect::<Vec<_>>(), (1..=7).map(at).collect::<Vec<_>>());
    let mut gone = said;
    (gone.text, gone.deleted) = (String::new(), true);
    let what: Vec<_> = events.into_iter().map(|event| event.what).collect();
    assert_eq!(
        what,
        [
            Happening::ChatCreated { chat },
            Happening::Message(gone),
            Happening::Read { chat, user: bob, seq },
            Happening::MessageDeleted { chat, message_id, seq },
            Happening::ChatCreated { chat: room },
            Happening::Joined { chat: room, user: bob },
            Happening::ChatDeleted { chat: room, participants: vec![ann, bob] },
        ]
    );
    assert_eq!(talk.log_after(EventId::new(6)).len(), 1);
    assert_eq!(talk.read(|conn| log::read_after(conn, EventId::new(1), 3)).unwrap().len(), 3);
}

fn one_person_reads_what_concerns_them_a_bounded_stretch_at_a_time(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob, eve) = (talk.user("ann"), talk.user("bob"), talk.user("eve"));
    let (mine, other) = (talk.chat(ann, bob), talk.chat(bob, eve));
    for n in 0..10 {
        talk.say(other, eve, &n.to_string(), 2);
    }
    talk.say(mine, bob, "at last", 3);
    talk.write(move |tx| messages::mark_read(tx, mine, ann, Seq::parse(1).unwrap(), at(4))).unwrap();

    let mut steps = Vec::new();
    let mut after = EventId::NONE;
    while after < talk.head() {
        let (events, upto) = talk.read(|conn| log::read_for(conn, ann, after, 4)).unwrap();
        assert!(upto > after && upto.get() <= after.get() + 4);
        steps.push((events.iter().map(|event| event.eid.get()).collect::<Vec<_>>(), upto.get()));
        after = upto;
    }
    assert_eq!(steps, [(vec![1], 4), (vec![], 8), (vec![], 12), (vec![13, 14], 14)]);
    assert_eq!(talk.read(|conn| log::read_for(conn, ann, after, 4)), Ok((vec![], after)), "the end stays the end");
    let cost = |window| talk.statements(|talk| drop(talk.read(|conn| log::read_for(conn, ann, EventId::NONE, window))));
    assert_eq!(cost(1), cost(1_000));
}

fn a_chat_that_was_deleted_is_told_to_those_who_were_in_it(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob, eve) = (talk.user("ann"), talk.user("bob"), talk.user("eve"));
    let chat = talk.chat(ann, bob);
    talk.write(move |tx| chats::delete(tx, chat, bob, at(2))).unwrap();
    let told = |who| talk.read(|conn| log::read_for(conn, who, EventId::NONE, 100)).unwrap().0.len();
    assert_eq!((told(ann), told(bob), told(eve)), (1, 1, 0));
    assert!(talk.chat(ann, bob) != chat, "they may begin anew");
}

fn old_notices_are_deleted_a_bounded_number_at_a_time(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, week) = (talk.user("ann"), i64::try_from(log::KEPT_FOR.as_secs()).unwrap());
    for n in 0..5 {
        talk.write(move |tx| chats::create_room(tx, ann, at(n))).unwrap();
    }
    let prune = |now| talk.write(move |tx| log::prune(tx, at(now), 2)).unwrap();
    assert_eq!(prune(week - 1), 0);
    assert_eq!((prune(week + 3), prune(week + 3), prune(week + 3)), (2, 2, 0));
    assert_eq!(talk.log_after(EventId::NONE).len(), 1);
    assert_eq!(talk.head().get(), 5, "numbers go on from where they were");
}
