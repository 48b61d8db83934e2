//! Plain SQL within a store's own connections, for tests that look behind it. Not for the product.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::{Conn, StoreResult};

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Runs `sql`, whatever it is.
pub fn execute(conn: &mut Conn, sql: &str) -> StoreResult<()> {
    Ok(conn.db().batch_execute(sql)?)
}

/// The column `n` of what `sql` selects; on PostgreSQL it has to be a `bigint`.
pub fn integers(conn: &mut Conn, sql: &str) -> StoreResult<Vec<i64>> {
    let rows: Vec<Row> = diesel::sql_query(sql).load(conn.db())?;
    Ok(rows.into_iter().map(|row| row.n).collect())
}
