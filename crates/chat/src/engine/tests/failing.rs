//! Reads that fail and panic: what passes is waited for, what does not costs the sockets and nobody's messages.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use gigline_auth::ManualClock;
use gigline_domain::{ChatId, EventId, MessageText, PersonName, Role, SessionId, Timestamp, UserId, Username};
use gigline_persistence::accounts::{self, NewAccount};
use gigline_persistence::log::LogEvent;
use gigline_persistence::records::Chat;
use gigline_persistence::{DatabaseUrl, Store, StoreConfig, StoreError, StoreResult, chats, messages};

use crate::engine::outlet::{Kind, Offered, Outlet, Reason};
use crate::engine::shared::Shared;
use crate::engine::source::Source;
use crate::engine::{Engine, EngineSettings, Event, Membership, NewSocket, Running};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Away,
    Nonsense,
    Panic,
}

/// Which read fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Read {
    After,
    For,
    Members,
}

/// A store whose reads fail as often as they are told to.
struct Faulty {
    store: Store,
    faults: Mutex<VecDeque<(Read, Fault)>>,
}

impl Faulty {
    fn fail(&self, read: Read, faults: &[Fault]) {
        self.faults.lock().unwrap().extend(faults.iter().map(|fault| (read, *fault)));
    }

    fn left(&self) -> usize {
        self.faults.lock().unwrap().len()
    }

    fn try_to(&self, read: Read) -> StoreResult<()> {
        let mut faults = self.faults.lock().unwrap();
        let mine = faults.front().is_some_and(|(of, _)| *of == read);
        let fault = if mine { faults.pop_front() } else { None };
        drop(faults);
        match fault {
            None => Ok(()),
            Some((_, Fault::Away)) => Err(StoreError::Unavailable("away, as the test wants it".to_owned())),
            Some((_, Fault::Nonsense)) => Err(StoreError::Corrupt("nonsense, as the test wants it".to_owned())),
            Some((_, Fault::Panic)) => panic!("a panic, as the test wants it"),
        }
    }
}

impl Source for Faulty {
    fn head(&self) -> StoreResult<EventId> {
        self.store.head()
    }
    fn read_after(&self, after: EventId, limit: u16) -> StoreResult<Vec<LogEvent>> {
        self.try_to(Read::After)?;
        self.store.read_after(after, limit)
    }
    fn read_for(&self, user: UserId, after: EventId, window: u32) -> StoreResult<(Vec<LogEvent>, EventId)> {
        self.try_to(Read::For)?;
        self.store.read_for(user, after, window)
    }
    fn members(&self, chat: ChatId) -> StoreResult<Vec<UserId>> {
        self.try_to(Read::Members)?;
        self.store.members(chat)
    }
    fn contacts(&self, _user: UserId, _limit: u16) -> StoreResult<Vec<UserId>> {
        Ok(Vec::new())
    }
    fn chat(&self, chat: ChatId, viewer: UserId) -> StoreResult<Option<Chat>> {
        self.store.chat(chat, viewer)
    }
}

/// A door that takes `room` messages.
struct Door {
    room: Mutex<usize>,
    state: Mutex<(Vec<String>, Option<Reason>)>,
    changed: Condvar,
}

impl Outlet for Door {
    fn offer(&self, event: &Event, _kind: Kind) -> Offered {
        let mut state = self.state.lock().unwrap();
        if state.0.len() >= *self.room.lock().unwrap() {
            return Offered::Full;
        }
        if event.name() == "private_message" {
            let data: serde_json::Value = serde_json::from_str(event.data()).unwrap();
            state.0.push(data["message"].as_str().unwrap().to_owned());
        }
        self.changed.notify_all();
        Offered::Taken
    }

    fn close(&self, reason: Reason) {
        self.state.lock().unwrap().1 = Some(reason);
        self.changed.notify_all();
    }

    fn has_drained(&self) -> bool {
        self.state.lock().unwrap().0.len() < *self.room.lock().unwrap()
    }

    fn passed_on(&self) -> u64 {
        0
    }
}

impl Door {
    fn of(room: usize) -> Arc<Self> {
        Arc::new(Self { room: Mutex::new(room), state: Mutex::default(), changed: Condvar::new() })
    }

    fn wait(&self, enough: impl Fn(&[String], Option<Reason>) -> bool) -> Vec<String> {
        let until = Instant::now() + Duration::from_secs(20);
        let mut state = self.state.lock().unwrap();
        while !enough(&state.0, state.1) {
            let left = until.checked_duration_since(Instant::now());
            state = self.changed.wait_timeout(state, left.expect("it does not come")).unwrap().0;
        }
        state.0.clone()
    }

    fn wait_for(&self, count: usize) -> Vec<String> {
        self.wait(|heard, _closed| heard.len() >= count)
    }

    fn wait_for_close(&self) -> Reason {
        self.wait(|_heard, closed| closed.is_some());
        self.state.lock().unwrap().1.unwrap()
    }
}

struct House {
    store: Store,
    url: DatabaseUrl,
    faulty: Arc<Faulty>,
    engine: Engine,
    user: UserId,
    chat: ChatId,
    _dir: tempfile::TempDir,
}

impl House {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(dir.path().join("test.db"));
        let store = Store::open(&StoreConfig::new(url.clone())).unwrap();
        let (user, chat) = store.write_blocking::<_, StoreError, _>(people).unwrap();
        let faulty = Arc::new(Faulty { store: store.clone(), faults: Mutex::default() });
        let settings =
            EngineSettings { look_alone: Duration::from_secs(3_600), kept_events: 2, ..EngineSettings::default() };
        let clock = Arc::new(ManualClock::new(NOW));
        let shared = Shared::new(&store, faulty.clone(), clock, settings).unwrap();
        let threads = Mutex::new(shared.spawn().unwrap());
        let engine = Engine(Arc::new(Running { shared, threads }));
        Self { store, url, faulty, engine, user, chat, _dir: dir }
    }

    fn socket(&self, door: &Arc<Door>) -> Membership {
        let (session, outlet) = (SessionId::new(1), door.clone());
        let new =
            NewSocket { user: self.user, session, expires_at: NOW.plus(Duration::from_secs(60)), only: None, outlet };
        self.engine.attach(new).unwrap()
    }

    fn say(&self, text: &str) {
        self.say_through(&self.store, text);
    }

    fn say_through(&self, store: &Store, text: &str) {
        let (chat, user, text) = (self.chat, self.user, MessageText::parse(text).unwrap());
        let said = store.write_blocking(move |tx| messages::append(tx, chat, user, &text, None, NOW));
        drop(said.unwrap());
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.engine.stop();
    }
}

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

fn people(tx: &mut gigline_persistence::WriteTx<'_>) -> StoreResult<(UserId, ChatId)> {
    let mut ids = ["ann", "bob"].into_iter().map(|name| {
        let new = NewAccount {
            email: None,
            first: PersonName::parse(name).unwrap(),
            last: PersonName::parse(name).unwrap(),
            phone: None,
            password_hash: String::new(),
            role: Role::Member,
            created_at: NOW,
        };
        accounts::insert(tx, &new, &Username::parse(name).unwrap()).unwrap()
    });
    let (ann, bob) = (ids.next().unwrap(), ids.next().unwrap());
    drop(ids);
    Ok((ann, chats::open_direct(tx, ann, bob, NOW)?.chat.id))
}

use Fault::{Away, Nonsense, Panic};

#[test]
fn the_publisher_survives_reads_that_fail_or_panic() {
    let house = House::new();
    let door = Door::of(usize::MAX);
    let _socket = house.socket(&door);
    house.faulty.fail(Read::Members, &[Away, Panic, Away, Nonsense, Away, Away, Panic, Nonsense]);
    for text in ["one", "two", "three"] {
        house.say(text);
    }
    assert_eq!(door.wait_for(3), ["one", "two", "three"]);
    assert_eq!(house.faulty.left(), 0);
}

#[test]
fn a_hole_is_read_from_the_log_however_often_that_fails() {
    let house = House::new();
    let door = Door::of(usize::MAX);
    let _socket = house.socket(&door);
    let elsewhere = Store::open(&StoreConfig::new(house.url.clone())).unwrap();
    house.say("one");
    door.wait_for(1);
    house.faulty.fail(Read::After, &[Away, Panic, Nonsense, Away]);
    house.say_through(&elsewhere, "two");
    house.say_through(&elsewhere, "three");
    house.say("four");
    assert_eq!(door.wait_for(4), ["one", "two", "three", "four"]);
    assert_eq!(house.faulty.left(), 0);
}

#[test]
fn what_never_makes_sense_is_passed_over_and_everybody_resumes() {
    let house = House::new();
    let (before, after) = (Door::of(usize::MAX), Door::of(usize::MAX));
    let _before = house.socket(&before);
    house.faulty.fail(Read::Members, &[Nonsense, Panic, Nonsense, Nonsense, Nonsense]);
    house.say("lost on the way");
    assert_eq!(before.wait_for_close(), Reason::Lost);
    assert_eq!(house.faulty.left(), 0);
    let _after = house.socket(&after);
    house.say("and on it goes");
    assert_eq!(
        after.wait(|heard, _| heard.last().is_some_and(|last| last == "and on it goes")).last().unwrap(),
        "and on it goes"
    );
    assert!(before.wait_for(0).is_empty());
}

#[test]
fn who_cannot_be_caught_up_is_tried_again_or_let_go() {
    let house = House::new();
    let (patient, hopeless, quick) = (Door::of(1), Door::of(1), Door::of(usize::MAX));
    let sockets = [house.socket(&patient), house.socket(&quick)];
    (0..8).for_each(|n| house.say(&n.to_string()));
    quick.wait_for(8);
    house.faulty.fail(Read::For, &[Away, Nonsense, Panic, Away, Nonsense]);
    *patient.room.lock().unwrap() = usize::MAX;
    sockets[0].drained();
    while house.faulty.left() > 0 {
        house.engine.sweep();
        std::thread::yield_now();
    }
    house.engine.sweep();
    assert_eq!(patient.wait_for(8), quick.wait_for(8));

    let lost = house.socket(&hopeless);
    (8..16).for_each(|n| house.say(&n.to_string()));
    quick.wait_for(16);
    house.faulty.fail(Read::For, &[Nonsense; 5]);
    *hopeless.room.lock().unwrap() = usize::MAX;
    lost.drained();
    while house.faulty.left() > 0 {
        house.engine.sweep();
        std::thread::yield_now();
    }
    assert_eq!(hopeless.wait_for_close(), Reason::Lost);
    assert_eq!(hopeless.wait_for(1), ["8"]);
}
