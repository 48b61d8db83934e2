//! The store keeps the same promises on SQLite and on PostgreSQL.
#![cfg(test)]

mod appending;
mod chats;
mod departures;
mod events;
mod feed;
mod postgres_only;
mod schema;
mod talk;
mod transactions;

use gigline_persistence::{Conn, DatabaseUrl, Store, StoreConfig, StoreResult, raw, scratch};
use gigline_testkit::{Backend, TestDatabase};

/// A test for each database out of each function that takes a [`Backend`].
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                super::$name(gigline_testkit::Backend::Sqlite);
            })*
        }
        mod postgres {
            $(#[test]
            fn $name() {
                super::$name(gigline_testkit::Backend::Postgres);
            })*
        }
    };
}
use on_both;

/// A store of few connections with a table `notes` of unique numbers.
struct Notes {
    store: Store,
    url: DatabaseUrl,
    // Dropped last: the store has it open.
    _database: TestDatabase,
}

impl Notes {
    /// `None`: there is no such database here, which has been said.
    fn on(backend: Backend) -> Option<Self> {
        let database = TestDatabase::fresh(backend)?;
        let url = database.url().clone();
        scratch::execute(&url, "CREATE TABLE notes (n BIGINT NOT NULL CONSTRAINT notes_n UNIQUE)").unwrap();
        let store = Store::open(&StoreConfig { readers: 2, writers: 2, ..StoreConfig::new(url.clone()) }).unwrap();
        Some(Self { store, url, _database: database })
    }

    fn all(&self) -> Vec<i64> {
        self.store.read_blocking(all).unwrap()
    }
}

fn put(conn: &mut Conn, n: i64) -> StoreResult<()> {
    raw::execute(conn, &format!("INSERT INTO notes (n) VALUES ({n})"))
}

fn all(conn: &mut Conn) -> StoreResult<Vec<i64>> {
    raw::integers(conn, "SELECT n FROM notes ORDER BY n")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}
