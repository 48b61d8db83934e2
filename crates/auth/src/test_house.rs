//! What the tests of this crate stand on: a database of their own, people in it, and a clock that they move.

use std::sync::Arc;
use std::time::Duration;

use gigline_domain::{Email, PersonName, Role, Timestamp, UserId, Username};
use gigline_persistence::accounts::{self, NewAccount};
use gigline_persistence::{DatabaseUrl, Store, StoreConfig, StoreError};

use crate::{Authenticator, Cost, Hasher, ManualClock, Password, SessionPolicy, Sessions, Throttle, ThrottlePolicy};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse";

pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) clock: ManualClock,
    pub(crate) sessions: Sessions,
    pub(crate) door: Authenticator,
    _dir: tempfile::TempDir,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::with(ThrottlePolicy::default(), Cost::CHEAPEST)
    }

    pub(crate) fn with(throttle: ThrottlePolicy, cost: Cost) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(dir.path().join("test.db"));
        let store = Store::open(&StoreConfig::new(url)).unwrap();
        let clock = ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000));
        let sessions = Sessions::new(store.clone(), Arc::new(clock.clone()), SessionPolicy::default());
        let door = Authenticator {
            store: store.clone(),
            clock: Arc::new(clock.clone()),
            sessions: sessions.clone(),
            hasher: Hasher::new(cost, 64),
            throttle: Throttle::new(throttle),
        };
        Self { store, clock, sessions, door, _dir: dir }
    }

    /// Registers `name` with the address `name@example.org`.
    pub(crate) async fn member(&self, name: &str) -> UserId {
        let password_hash = Hasher::new(Cost::CHEAPEST, 1).hash(Password::parse(PASSWORD).unwrap()).await.unwrap();
        let new = NewAccount {
            email: Some(Email::parse(&format!("{name}@example.org")).unwrap()),
            first: PersonName::parse(name).unwrap(),
            last: PersonName::parse("Test").unwrap(),
            phone: None,
            password_hash: password_hash.as_str().to_owned(),
            role: Role::Member,
            created_at: Timestamp::from_micros(1),
        };
        let username = Username::parse(name).unwrap();
        self.store.write(move |tx| accounts::insert(tx, &new, &username)).await.unwrap()
    }

    /// Opens a login.
    pub(crate) async fn login(&self, user: UserId) -> crate::Issued {
        let sessions = self.sessions.clone();
        self.store.write(move |tx| sessions.open(tx, user)).await.unwrap()
    }

    pub(crate) async fn is_alive(&self, token: &crate::SessionToken) -> bool {
        self.sessions.resolve(token).await.unwrap().is_some()
    }

    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Erases an account without a word to the sessions.
    pub(crate) async fn erase(&self, user: UserId) -> Result<(), StoreError> {
        self.store.write(move |tx| accounts::erase(tx, user, Timestamp::from_micros(2)).map(drop)).await
    }
}
