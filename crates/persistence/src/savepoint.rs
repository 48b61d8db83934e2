//! The savepoint around each write of a group, as statements that are kept prepared.
//!
//! Diesel's own savepoints are texts that are parsed each time, and a group has hundreds of them.

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
