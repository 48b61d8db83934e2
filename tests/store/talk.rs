//! People who talk: a store, accounts, and what they do in a line each.

use std::sync::Arc;

use gigline_domain::{ChatId, ClientId, EventId, MessageText, PersonName, Role, Timestamp, UserId, Username};
use gigline_persistence::accounts::{self, NewAccount};
use gigline_persistence::log::{self, LogEvent};
use gigline_persistence::messages::{self, Appended, History, Range};
use gigline_persistence::records::{Chat, Message};
use gigline_persistence::{Conn, Store, StoreConfig, StoreError, StoreResult, WriteTx, chats};
use gigline_testkit::{Backend, TestDatabase};

/// A moment, by its seconds.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

pub(crate) fn text(text: &str) -> MessageText {
    MessageText::parse(text).unwrap()
}

pub(crate) struct Talk {
    pub(crate) store: Store,
    // Dropped last: the store has it open.
    pub(crate) database: TestDatabase,
}

impl Talk {
    /// `None`: there is no such database here, which has been said.
    pub(crate) fn on(backend: Backend) -> Option<Self> {
        let database = TestDatabase::fresh(backend)?;
        let store = Store::open(&StoreConfig::new(database.url().clone())).unwrap();
        Some(Self { store, database })
    }

    pub(crate) fn user(&self, name: &str) -> UserId {
        let new = NewAccount {
            email: None,
            first: PersonName::parse(name).unwrap(),
            last: PersonName::parse("Moe").unwrap(),
            phone: None,
            password_hash: "none".to_owned(),
            role: Role::Member,
            created_at: at(0),
        };
        let username = Username::parse(name).unwrap();
        self.write(move |tx| accounts::insert(tx, &new, &username)).unwrap()
    }

    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut WriteTx<'_>) -> StoreResult<T> + Send + 'static,
    ) -> StoreResult<T> {
        self.store.write_blocking(work)
    }

    pub(crate) fn read<T>(&self, work: impl FnOnce(&mut Conn) -> StoreResult<T>) -> StoreResult<T> {
        self.store.read_blocking(work)
    }

    pub(crate) fn chat(&self, one: UserId, other: UserId) -> ChatId {
        self.write(move |tx| chats::open_direct(tx, one, other, at(1))).unwrap().chat.id
    }

    pub(crate) fn say(&self, chat: ChatId, who: UserId, words: &str, when: i64) -> Message {
        let words = text(words);
        self.write(move |tx| messages::append(tx, chat, who, &words, None, at(when))).unwrap().message
    }

    pub(crate) fn say_once(&self, chat: ChatId, who: UserId, words: &str, id: &str) -> StoreResult<Appended> {
        let (words, id) = (text(words), ClientId::parse(id).unwrap());
        self.write(move |tx| messages::append(tx, chat, who, &words, Some(&id), at(2)))
    }

    pub(crate) fn seen(&self, chat: ChatId, viewer: UserId) -> StoreResult<Chat> {
        self.read(|conn| chats::get(conn, chat, viewer))
    }

    pub(crate) fn history(&self, chat: ChatId, viewer: UserId, range: Range, limit: usize) -> StoreResult<History> {
        self.read(|conn| messages::history(conn, chat, viewer, range, limit))
    }

    pub(crate) fn head(&self) -> EventId {
        self.read(log::head).unwrap()
    }

    /// Every event after `after`.
    pub(crate) fn log_after(&self, after: EventId) -> Vec<LogEvent> {
        self.read(|conn| log::read_after(conn, after, 10_000)).unwrap()
    }

    /// The number of statements that `work` takes.
    pub(crate) fn statements(&self, work: impl FnOnce(&Self)) -> u64 {
        let before = self.store.statements();
        work(self);
        self.store.statements() - before
    }
}

pub(crate) fn words(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.text.as_str()).collect()
}

/// Runs `count` pieces of work at once, a thread each; what they gave, in their order.
pub(crate) fn at_once<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = std::sync::Barrier::new(count);
    let (start, work) = (&start, &work);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|n| {
                scope.spawn(move || {
                    start.wait();
                    work(n)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// A listener, and what it has heard: the numbers of the events of each call.
pub(crate) fn ear(store: &Store) -> Arc<std::sync::Mutex<Vec<Vec<i64>>>> {
    let heard = Arc::<std::sync::Mutex<Vec<Vec<i64>>>>::default();
    let calls = Arc::clone(&heard);
    store.on_commit(Arc::new(move |events| {
        calls.lock().unwrap().push(events.iter().map(|event| event.eid.get()).collect());
    }));
    heard
}

pub(crate) const REFUSED: StoreError = StoreError::Busy;
