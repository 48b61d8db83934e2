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

mod any;
mod conn;
mod connect;
mod error;
mod lane;
pub mod migrations;
mod store;
mod tap;
mod url;
mod writer;

pub use conn::{Conn, WriteTx};
pub use error::{Conflict, Entity, StoreError, StoreResult};
pub use migrations::OpenError;
pub use store::{Store, StoreConfig};
pub use url::{DatabaseUrl, UrlError};
