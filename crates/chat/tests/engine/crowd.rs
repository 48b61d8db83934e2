//! Many senders, many sockets, doors that are full at random: everybody ends with exactly the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gigline_chat::engine::{EngineSettings, Membership};
use gigline_domain::{ChatId, UserId};
use serde_json::Value;

use crate::fake::Door;
use crate::house::{House, message_ids, said, seqs};

const SENDERS: usize = 8;
const CHATS: usize = 4;
const EACH: usize = 60;

/// Numbers that look random, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

fn reader(
    socket: Membership,
    door: Arc<Door>,
    done: Arc<AtomicBool>,
    seed: u64,
) -> std::thread::JoinHandle<Membership> {
    std::thread::spawn(move || {
        let mut dice = Dice(seed);
        while !done.load(Ordering::SeqCst) {
            if dice.below(3) > 0 && door.read(dice.below(12)) {
                socket.drained();
            }
            std::thread::yield_now();
        }
        socket
    })
}

fn everybody_ends_with_the_log(change: impl FnOnce(&mut EngineSettings)) {
    let house = House::with(change);
    let people: Vec<UserId> = (0..SENDERS).map(|n| house.person(&format!("person{n}"))).collect();
    // Everybody is in the first chat, and in two or three of the others.
    let chats: Vec<ChatId> = (0..CHATS)
        .map(|chat| {
            let of = |place: usize| chat == 0 || !(place + chat).is_multiple_of(4);
            house.room(
                &people.iter().enumerate().filter(|(place, _)| of(*place)).map(|(_, user)| *user).collect::<Vec<_>>(),
            )
        })
        .collect();
    let done = Arc::new(AtomicBool::new(false));
    let mut dice = Dice(7);
    let mut readers = Vec::new();
    let mut doors = Vec::new();
    for user in people.iter().flat_map(|user| [*user, *user]) {
        let door = Door::narrow(4 + dice.below(20));
        let socket = house.socket(user, &door);
        readers.push(reader(socket, Arc::clone(&door), Arc::clone(&done), u64::try_from(doors.len()).unwrap()));
        doors.push((user, door));
    }
    let watcher = Door::open();
    let _watching = house.socket(people[0], &watcher);

    let senders = people.iter().enumerate().map(|(seed, user)| {
        let (store, chats, user, now) = (house.store.clone(), chats.clone(), *user, house.now());
        std::thread::spawn(move || {
            let mut dice = Dice(u64::try_from(100 + seed).unwrap());
            (0..EACH)
                .filter(|n| said(&store, chats[dice.below(CHATS)], user, &n.to_string(), None, now).is_ok())
                .count()
        })
    });
    let sent: usize = senders.collect::<Vec<_>>().into_iter().map(|sender| sender.join().unwrap()).sum();
    assert!(sent > SENDERS * EACH / 2, "most may speak where they tried");

    // Each ends when its newest message has come.
    let log_of = |user: UserId| {
        let mine = chats.iter().filter(|chat| is_in(&house, **chat, user));
        let mut log: Vec<_> =
            mine.flat_map(|chat| house.history(*chat, user)).map(|message| message.id.get()).collect();
        log.sort_unstable();
        log
    };
    for (user, door) in &doors {
        let log = log_of(*user);
        door.wait_for("private_message", log.len());
    }
    done.store(true, Ordering::SeqCst);
    let _sockets: Vec<_> = readers.into_iter().map(|reader| reader.join().unwrap()).collect();
    let all = watcher.wait_for("private_message", log_of(people[0]).len());
    assert_eq!(message_ids(&all), log_of(people[0]));
    for (user, door) in &doors {
        let heard = door.all("private_message");
        assert_eq!(message_ids(&heard), log_of(*user), "each once and in the order of the log");
        assert!(door.most_queued() <= 24);
        for chat in &chats {
            assert!(seqs_of(&heard, *chat).into_iter().eq((1..).take(seqs_of(&heard, *chat).len())));
        }
    }
}

fn is_in(house: &House, chat: ChatId, user: UserId) -> bool {
    let ask = |conn: &mut _| gigline_persistence::chats::is_participant(conn, chat, user);
    house.store.read_blocking::<_, gigline_persistence::StoreError, _>(ask).unwrap()
}

fn seqs_of(heard: &[Value], chat: ChatId) -> Vec<i64> {
    let of_chat = heard.iter().filter(|message| message["chat_id"] == chat.get()).cloned();
    seqs(&of_chat.collect::<Vec<_>>())
}

#[test]
fn everybody_ends_with_the_log_from_memory() {
    everybody_ends_with_the_log(|_settings| {});
}

#[test]
fn everybody_ends_with_the_log_from_the_database() {
    everybody_ends_with_the_log(|settings| settings.kept_events = 4);
}
