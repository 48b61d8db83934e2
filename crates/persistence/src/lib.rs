//! The marketplace's memory: the only crate that knows SQL, on SQLite and on PostgreSQL alike.
//!
//! A [`Store`] is opened once. Reads get a [`Conn`], writes a [`WriteTx`]; the functions of the modules here take one of
//! them first, and domain types in and out. A write that was answered is on the disk.
//!
//! ```
//! use gigline_persistence::{DatabaseUrl, Store, StoreConfig, StoreError};
//!
//! # let dir = tempfile::tempdir().expect("a directory");
//! # let path = dir.path().join("gigline.db");
//! let store = Store::open(&StoreConfig::new(DatabaseUrl::Sqlite(path))).expect("an open database");
//! let on_sqlite = store.read_blocking(|conn| Ok::<_, StoreError>(!conn.is_postgres()));
//! assert_eq!(on_sqlite, Ok(true));
//! store.close();
//! ```

pub mod accounts;
mod any;
pub mod blobs;
pub mod chats;
mod conn;
mod connect;
mod error;
mod feed;
mod fixed;
pub mod hiring;
pub mod idempotency;
pub mod job_views;
pub mod jobs;
mod kept;
mod lane;
mod locks;
pub mod log;
mod many;
pub mod messages;
pub mod migrations;
mod page;
pub mod pictures;
pub mod place;
pub mod profiles;
pub mod ratings;
#[doc(hidden)]
pub mod raw;
pub mod records;
mod rows;
mod savepoint;
mod schema;
#[doc(hidden)]
pub mod scratch;
pub mod search;
mod search_index;
pub mod sessions;
mod store;
mod tap;
#[cfg(test)]
mod testing;
mod url;
#[doc(hidden)]
pub mod workload;
mod writer;

pub use conn::{Conn, WriteTx};
pub use error::{Conflict, Entity, StoreError, StoreResult};
pub use feed::Listener;
pub use migrations::OpenError;
pub use page::{Page, PageRequest};
pub use store::{Store, StoreConfig};
pub use url::{DatabaseUrl, UrlError};

/// Asks the database for a sign of life. Errors: `Unavailable`.
pub fn ping(conn: &mut Conn) -> StoreResult<()> {
    use diesel::connection::SimpleConnection as _;
    Ok(conn.db().batch_execute("SELECT 1")?)
}
