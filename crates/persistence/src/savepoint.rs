//! The savepoint around each write of a group and the snapshot around reads, as statements that are kept prepared.
//!
//! Diesel's own are texts that are parsed each time; a group has hundreds of them, and a read one or two.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::{QueryResult, RunQueryDsl};

use crate::any::AnyConn;

macro_rules! statement {
    ($name:ident, $sql:literal) => {
        struct $name;

        impl<DB: Backend> QueryFragment<DB> for $name {
            fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
                pass.push_sql($sql);
                Ok(())
            }
        }

        impl QueryId for $name {
            type QueryId = Self;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl RunQueryDsl<AnyConn> for $name {}
    };
}

statement!(Open, "SAVEPOINT one_write");
statement!(Keep, "RELEASE SAVEPOINT one_write");
statement!(Undo, "ROLLBACK TO SAVEPOINT one_write");

statement!(BeginRead, "BEGIN");
statement!(EndRead, "ROLLBACK");

/// Begins a transaction that only reads. Diesel is not told of it.
pub(crate) fn begin_read(conn: &mut AnyConn) -> QueryResult<()> {
    BeginRead.execute(conn).map(drop)
}

pub(crate) fn end_read(conn: &mut AnyConn) -> QueryResult<()> {
    EndRead.execute(conn).map(drop)
}

pub(crate) fn open(conn: &mut AnyConn) -> QueryResult<()> {
    Open.execute(conn).map(drop)
}

/// Ends the savepoint; what was done since it was opened stays if `keep`.
pub(crate) fn close(conn: &mut AnyConn, keep: bool) -> QueryResult<()> {
    if !keep {
        Undo.execute(conn)?;
    }
    Keep.execute(conn).map(drop)
}
