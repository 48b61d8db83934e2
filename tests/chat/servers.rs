//! Two servers on one database.

use std::sync::Arc;
use std::time::Duration;

use gigline_auth::SystemClock;
use gigline_chat::engine::{Engine, EngineSettings, Membership, NewSocket};
use gigline_domain::{ChatId, EventId, MessageText, PersonName, Role, SessionId, Timestamp, UserId, Username};
use gigline_persistence::accounts::{self, NewAccount};
use gigline_persistence::log::{self, LogEvent};
use gigline_persistence::{Store, StoreConfig, StoreError, StoreResult, WriteTx, chats, messages};
use gigline_testkit::{Backend, TestDatabase};

use crate::door::Door;

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

pub(crate) struct Servers {
    pub(crate) stores: [Store; 2],
    pub(crate) engines: [Engine; 2],
    _database: TestDatabase,
}

impl Servers {
    /// None where the database is not there, which was said.
    pub(crate) fn start(backend: Backend) -> Option<Self> {
        let database = TestDatabase::fresh(backend)?;
        let open = || Store::open(&StoreConfig::new(database.url().clone())).unwrap();
        let stores = [open(), open()];
        let engines = [0, 1].map(|place: usize| {
            let settings = EngineSettings { look_alone: Duration::from_millis(50), ..EngineSettings::default() };
            Engine::start(&stores[place], Arc::new(SystemClock), settings).unwrap()
        });
        Some(Self { stores, engines, _database: database })
    }

    pub(crate) fn write<T: Send + 'static>(
        &self,
        server: usize,
        f: impl FnOnce(&mut WriteTx<'_>) -> StoreResult<T> + Send + 'static,
    ) -> T {
        self.stores[server].write_blocking::<_, StoreError, _>(f).unwrap()
    }

    pub(crate) fn person(&self, name: &str) -> UserId {
        let new = NewAccount {
            email: None,
            first: PersonName::parse(name).unwrap(),
            last: PersonName::parse(name).unwrap(),
            phone: None,
            password_hash: "none".to_owned(),
            role: Role::Member,
            created_at: NOW,
        };
        let username = Username::parse(name).unwrap();
        self.write(0, move |tx| accounts::insert(tx, &new, &username))
    }

    pub(crate) fn room(&self, people: &[UserId]) -> ChatId {
        let people = people.to_vec();
        self.write(0, move |tx| {
            let chat = chats::create_room(tx, people[0], NOW)?;
            for other in &people[1..] {
                chats::add_participant(tx, chat, people[0], *other, NOW)?;
            }
            Ok(chat)
        })
    }

    pub(crate) fn socket(&self, server: usize, user: UserId, session: SessionId, door: &Arc<Door>) -> Membership {
        let expires_at = Timestamp::from_micros(i64::MAX);
        self.engines[server].attach(NewSocket { user, session, expires_at, only: None, outlet: door.clone() }).unwrap()
    }

    /// All that was ever said and is there still.
    pub(crate) fn log(&self) -> Vec<LogEvent> {
        let read = |conn: &mut _| log::read_after(conn, EventId::NONE, u16::MAX);
        self.stores[0].read_blocking::<_, StoreError, _>(read).unwrap()
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for engine in &self.engines {
            engine.stop();
        }
        for store in &self.stores {
            store.close();
        }
    }
}

pub(crate) fn say(store: &Store, chat: ChatId, sender: UserId, text: &str) {
    let text = MessageText::parse(text).unwrap();
    let said = move |tx: &mut WriteTx<'_>| messages::append(tx, chat, sender, &text, None, NOW);
    drop(store.write_blocking::<_, StoreError, _>(said).unwrap());
}
