//! Statements on databases past any `Store`: making and dropping those of the tests, and looking into them.
//!
//! Not for the product: no pool, no schema, a connection per call.

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection};

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

/// The texts that a query gives in its column `t`, on a connection of its own.
///
/// The error is the database's own text, without the password.
pub fn texts(url: &DatabaseUrl, sql: &str) -> Result<Vec<String>, String> {
    let query = diesel::sql_query(sql);
    let rows: Result<Vec<Row>, String> = match url {
        DatabaseUrl::Sqlite(path) => open::<SqliteConnection>(&path.to_string_lossy())
            .and_then(|mut conn| query.load(&mut conn).map_err(|error| error.to_string())),
        DatabaseUrl::Postgres(address) => {
            open::<PgConnection>(address).and_then(|mut conn| query.load(&mut conn).map_err(|error| error.to_string()))
        }
    };
    rows.map(|rows| rows.into_iter().map(|row| row.t).collect()).map_err(|error| url.redact(&error))
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    t: String,
}

fn open<C: Connection>(address: &str) -> Result<C, String> {
    C::establish(address).map_err(|error| error.to_string())
}

fn run<C: Connection + SimpleConnection>(address: &str, sql: &str) -> Result<(), String> {
    let mut conn = open::<C>(address)?;
    conn.batch_execute(sql).map_err(|error| error.to_string())
}
