//! A store with people in it, a clock that the test moves, and an engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use gigline_auth::{Clock, ManualClock};
use gigline_chat::engine::{Ack, AttachError, Engine, EngineSettings, Membership, NewSocket, Outlet};
use gigline_domain::{ChatId, ClientId, MessageText, PersonName, Role, SessionId, Timestamp, UserId, Username};
use gigline_persistence::accounts::{self, NewAccount};
use gigline_persistence::messages::{self, Appended, Range};
use gigline_persistence::records::Message;
use gigline_persistence::{DatabaseUrl, Store, StoreConfig, StoreError, chats};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::fake::Door;

pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) clock: ManualClock,
    pub(crate) engine: Engine,
    sessions: AtomicI64,
    runtime: tokio::runtime::Runtime,
    _dir: tempfile::TempDir,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with(|_settings| {})
    }

    /// A house whose engine allows any number of events, and is else as `change` says.
    pub(crate) fn with(change: impl FnOnce(&mut EngineSettings)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(dir.path().join("test.db"));
        let store = Store::open(&StoreConfig::new(url)).unwrap();
        let clock = ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000));
        let mut settings = EngineSettings { allowance: None, ..EngineSettings::default() };
        change(&mut settings);
        let engine = Engine::start(&store, Arc::new(clock.clone()), settings).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        Self { store, clock, engine, sessions: AtomicI64::new(1_000), runtime, _dir: dir }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Registers somebody.
    pub(crate) fn person(&self, name: &str) -> UserId {
        let new = NewAccount {
            email: None,
            first: PersonName::parse(name).unwrap(),
            last: PersonName::parse("Test").unwrap(),
            phone: None,
            password_hash: "none".to_owned(),
            role: Role::Member,
            created_at: self.now(),
        };
        let username = Username::parse(name).unwrap();
        self.store.write_blocking::<_, StoreError, _>(move |tx| accounts::insert(tx, &new, &username)).unwrap()
    }

    /// Ann, Bob and the chat of the two.
    pub(crate) fn pair(&self) -> (UserId, UserId, ChatId) {
        let (ann, bob) = (self.person("ann"), self.person("bob"));
        (ann, bob, self.direct(ann, bob))
    }

    pub(crate) fn direct(&self, one: UserId, other: UserId) -> ChatId {
        let now = self.now();
        let opened = self.store.write_blocking::<_, StoreError, _>(move |tx| chats::open_direct(tx, one, other, now));
        opened.unwrap().chat.id
    }

    /// A room of these people; the first is its admin.
    pub(crate) fn room(&self, people: &[UserId]) -> ChatId {
        let (people, now) = (people.to_vec(), self.now());
        let made = self.store.write_blocking::<_, StoreError, _>(move |tx| {
            let admin = people[0];
            let chat = chats::create_room(tx, admin, now)?;
            for other in &people[1..] {
                chats::add_participant(tx, chat, admin, *other, now)?;
            }
            Ok(chat)
        });
        made.unwrap()
    }

    /// Says something by another way than the engine.
    pub(crate) fn say(&self, chat: ChatId, sender: UserId, text: &str) -> Message {
        said(&self.store, chat, sender, text, None, self.now()).unwrap().message
    }

    /// All that was said in a chat.
    pub(crate) fn history(&self, chat: ChatId, viewer: UserId) -> Vec<Message> {
        let mut all: Vec<Message> = Vec::new();
        loop {
            let after = Range::After(all.last().map_or(gigline_domain::Seq::NONE, |last| last.seq));
            let read = |conn: &mut _| messages::history(conn, chat, viewer, after, 500);
            let page = self.store.read_blocking::<_, StoreError, _>(read).unwrap();
            if page.messages.is_empty() {
                return all;
            }
            all.extend(page.messages);
        }
    }

    /// A socket of a session of its own.
    pub(crate) fn socket(&self, user: UserId, door: &Arc<Door>) -> Membership {
        let session = SessionId::new(self.sessions.fetch_add(1, Ordering::SeqCst));
        self.attach(user, session, door.clone()).unwrap()
    }

    pub(crate) fn attach(
        &self,
        user: UserId,
        session: SessionId,
        outlet: Arc<dyn Outlet>,
    ) -> Result<Membership, AttachError> {
        let expires_at = self.now().plus(Duration::from_secs(3_600));
        self.engine.attach(NewSocket { user, session, expires_at, only: None, outlet })
    }

    /// A socket that listens to one chat, and has not begun.
    pub(crate) fn listener(&self, user: UserId, chat: ChatId, door: &Arc<Door>) -> Membership {
        let session = SessionId::new(self.sessions.fetch_add(1, Ordering::SeqCst));
        let expires_at = self.now().plus(Duration::from_secs(3_600));
        let new = NewSocket { user, session, expires_at, only: Some(chat), outlet: door.clone() };
        self.engine.attach(new).unwrap()
    }

    /// Runs a command and gives its acknowledgement.
    pub(crate) fn command(&self, socket: &Membership, event: &str, data: &Value) -> Value {
        let data = RawValue::from_string(data.to_string()).unwrap();
        let ack = self.runtime.block_on(socket.command(event, Some(&data)));
        read(&ack)
    }

    /// Moves the clock and has the engine look at it.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.engine.sweep();
    }

    /// Sets the clock back by an hour and has the engine look at it.
    pub(crate) fn set_back(&self) {
        self.clock.set(self.now().minus(Duration::from_secs(3_600)));
        self.engine.sweep();
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.engine.stop();
        self.store.close();
    }
}

/// Appends a message.
pub(crate) fn said(
    store: &Store,
    chat: ChatId,
    sender: UserId,
    text: &str,
    client_id: Option<&str>,
    now: Timestamp,
) -> Result<Appended, StoreError> {
    let text = MessageText::parse(text).unwrap();
    let client_id = client_id.map(|id| ClientId::parse(id).unwrap());
    store.write_blocking(move |tx| messages::append(tx, chat, sender, &text, client_id.as_ref(), now))
}

/// An acknowledgement's object.
pub(crate) fn read(ack: &Ack) -> Value {
    let value: Value = serde_json::from_str(ack.json()).unwrap();
    assert_eq!(value["ok"], ack.is_ok());
    value
}

/// The numbers of some messages.
pub(crate) fn seqs(messages: &[Value]) -> Vec<i64> {
    messages.iter().map(|message| message["seq"].as_i64().unwrap()).collect()
}

/// The ids of some messages.
pub(crate) fn message_ids(messages: &[Value]) -> Vec<i64> {
    messages.iter().map(|message| message["id"].as_i64().unwrap()).collect()
}
