//! Statements on databases that no `Store` has opened: making and dropping those of the tests.
//!
//! Not for the product: no pool, no migrations, a connection per call.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};

use crate::DatabaseUrl;

/// Runs `sql` on a connection of its own, outside a transaction as far as the database allows.
///
/// PostgreSQL takes several statements in one text as one transaction, so `CREATE DATABASE` goes alone.
/// The error is the database's own text.
pub fn execute(url: &DatabaseUrl, sql: &str) -> Result<(), String> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let mut conn = SqliteConnection::establish(&path.to_string_lossy()).map_err(|e| e.to_string())?;
            conn.batch_execute(sql).map_err(|e| e.to_string())
        }
        DatabaseUrl::Postgres(url) => {
            let mut conn = PgConnection::establish(url).map_err(|e| e.to_string())?;
            conn.batch_execute(sql).map_err(|e| e.to_string())
        }
    }
}
