//! Statements on databases that no `Store` has opened: making and dropping those of the tests.
//!
//! Not for the product: no pool, no schema, a connection per call.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};

use crate::DatabaseUrl;

/// Runs `sql` on a connection of its own, in no transaction but the statement's.
///
/// PostgreSQL takes several statements in one text as one transaction, so `CREATE DATABASE` has to come alone.
/// The error is the database's own text, without the password.
pub fn execute(url: &DatabaseUrl, sql: &str) -> Result<(), String> {
    let done = match url {
        DatabaseUrl::Sqlite(path) => run::<SqliteConnection>(&path.to_string_lossy(), sql),
        DatabaseUrl::Postgres(address) => run::<PgConnection>(address, sql),
    };
    done.map_err(|error| url.redact(&error))
}

fn run<C: Connection + SimpleConnection>(address: &str, sql: &str) -> Result<(), String> {
    let mut conn = C::establish(address).map_err(|error| error.to_string())?;
    conn.batch_execute(sql).map_err(|error| error.to_string())
}
