//! What tests of Gigline stand on: a database per test, on SQLite and on PostgreSQL.
//!
//! A dev-dependency only. Helpers panic where a test could not go on.
//!
//! ```
//! use gigline_testkit::{Backend, TestDatabase};
//!
//! let database = TestDatabase::fresh(Backend::Sqlite).expect("SQLite is always there");
//! assert!(database.url().to_string().ends_with("gigline.db"));
//! ```

mod database;
mod postgres;
mod sqlite;

pub use database::{Backend, TestDatabase};
pub use postgres::PgDatabase;
pub use sqlite::SqliteDatabase;

use database::migrate;
