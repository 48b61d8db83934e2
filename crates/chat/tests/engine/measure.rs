//! How much an engine tells in a second. Ignored: run it alone, in release, with
//! `cargo test --release -p gigline-chat --test engine measure -- --ignored --nocapture`.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use gigline_chat::engine::{Event, Kind, NAMESPACE, Offered, Outlet, Reason};
use gigline_domain::{SessionId, UserId};

use crate::house::{House, said};

/// What a real door does at least: a lock, a queue, a shared buffer. Every 256th empties it.
struct Queue {
    frames: Mutex<VecDeque<Bytes>>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    messages: AtomicUsize,
    others: AtomicUsize,
}

impl Counts {
    /// Waits until everybody has heard who is online.
    fn wait_for_quiet(&self) {
        let mut before = usize::MAX;
        while self.others.load(Ordering::Relaxed) != before {
            before = self.others.load(Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(500));
        }
        self.messages.store(0, Ordering::Relaxed);
    }
}

impl Outlet for Queue {
    fn offer(&self, event: &Event, kind: Kind) -> Offered {
        let mut frames = self.frames.lock().unwrap();
        frames.push_back(event.socketio(NAMESPACE).into_bytes());
        if frames.len() == 256 {
            frames.clear();
        }
        let count = if kind == Kind::Durable { &self.counts.messages } else { &self.counts.others };
        count.fetch_add(1, Ordering::Relaxed);
        Offered::Taken
    }

    fn close(&self, _reason: Reason) {}

    fn has_drained(&self) -> bool {
        true
    }

    fn passed_on(&self) -> u64 {
        0
    }
}

fn measure(what: &str, house: &House, rooms: &[Vec<UserId>], each: usize) {
    let counts = Arc::new(Counts::default());
    let rooms: Vec<_> = rooms.iter().map(|people| (house.room(people), people.clone())).collect();
    // Opening the rooms is told of first.
    std::thread::sleep(Duration::from_secs(3));
    let mut sockets = Vec::new();
    for (place, user) in rooms.iter().flat_map(|(_, people)| people).enumerate() {
        let outlet = Arc::new(Queue { frames: Mutex::default(), counts: Arc::clone(&counts) });
        sockets.push(house.attach(*user, SessionId::new(i64::try_from(place).unwrap()), outlet).unwrap());
    }
    counts.wait_for_quiet();
    let expected: usize = rooms.iter().map(|(_, people)| people.len() * each).sum();
    let begun = Instant::now();
    std::thread::scope(|threads| {
        for (chat, people) in &rooms {
            let (store, now) = (house.store.clone(), house.now());
            threads.spawn(move || {
                (0..each).for_each(|_| drop(said(&store, *chat, people[0], "How about nine?", None, now).unwrap()));
            });
        }
    });
    let written = begun.elapsed();
    while counts.messages.load(Ordering::Relaxed) < expected {
        std::thread::sleep(Duration::from_micros(100));
    }
    let took = begun.elapsed();
    let per_second = f64::from(u32::try_from(expected).unwrap()) / took.as_secs_f64();
    println!("{what}: {expected} deliveries in {took:?} ({written:?} to write), {per_second:.0} a second");
}

#[test]
#[ignore = "a measurement"]
fn measure_deliveries() {
    let house = House::new();
    let people: Vec<UserId> = (0..2_000).map(|n| house.person(&format!("person{n}"))).collect();
    measure("one room of 2,000", &house, std::slice::from_ref(&people), 500);
    let pairs: Vec<Vec<UserId>> = people.chunks(2).take(64).map(<[UserId]>::to_vec).collect();
    measure("64 rooms of two", &house, &pairs, 500);
}
