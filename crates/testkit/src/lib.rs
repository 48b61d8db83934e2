//! What tests of Gigline stand on: a started server and a database per test, on SQLite and on PostgreSQL.
//!
//! A dev-dependency only. Helpers panic where a test could not go on.
//!
//! ```
//! use gigline_testkit::{Backend, TestDatabase};
//!
//! let database = TestDatabase::fresh(Backend::Sqlite).expect("SQLite is always there");
//! assert!(database.url().to_string().ends_with("gigline.db"));
//! ```

#![expect(clippy::missing_panics_doc, reason = "every helper panics where its test could not go on")]

mod actor;
mod app;
mod client;
mod database;
mod event_stream;
mod postgres;
mod run;
mod skip;
mod sqlite;
mod web_socket;

pub use actor::{Actor, plain_job};
pub use app::TestApp;
pub use awc::http::Method;
pub use client::{Answer, Client};
pub use database::{Backend, TestDatabase};
pub use event_stream::{EventStream, StreamEvent};
pub use postgres::PgDatabase;
pub use run::on;
pub use skip::skip;
pub use sqlite::SqliteDatabase;
pub use web_socket::WebSocket;

use database::migrate;
