//! The one place that knows both databases' diesel types: the connection, and ways past what it cannot say itself.
//!
//! Most queries run on [`AnyConn`] as they stand. `ON CONFLICT` and `UNION` need [`Both`] around them; inserting many
//! rows at once, row locks and search need `on_backend!` or a `match`. `sql_query` is never kept prepared by diesel,
//! so what runs often is said in the query language instead.
#![expect(unreachable_pub, reason = "the derive makes items as visible as the enum, which must not leave the crate")]

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum AnyConn {
    Sqlite(diesel::SqliteConnection),
    Pg(diesel::PgConnection),
}

/// A statement that both databases understand but diesel's two-headed connection does not by itself.
pub struct Both<Q>(pub Q);

impl<Q> QueryFragment<MultiBackend> for Both<Q>
where
    Q: QueryFragment<diesel::sqlite::Sqlite> + QueryFragment<diesel::pg::Pg>,
{
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(&self.0, pass)
    }
}

impl<Q: QueryId> QueryId for Both<Q> {
    type QueryId = Q::QueryId;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: Query> Query for Both<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> diesel::RunQueryDsl<AnyConn> for Both<Q> {}

/// A query and the most rows that it may give, with the number in the text.
///
/// SQLite plans a statement with a bound limit anew each time it is run, as the best plan may depend on it.
pub struct Capped<Q> {
    query: Q,
    most: Option<i64>,
}

/// At most so many rows; all of them where no number is given.
pub fn capped<Q>(query: Q, most: Option<i64>) -> Capped<Q> {
    Capped { query, most }
}

impl<DB: Backend, Q: QueryFragment<DB>> QueryFragment<DB> for Capped<Q> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.query.walk_ast(pass.reborrow())?;
        if let Some(most) = self.most {
            pass.push_sql(&format!(" LIMIT {most}"));
        }
        Ok(())
    }
}

impl<Q> QueryId for Capped<Q> {
    // The text differs with the number.
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Capped<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> diesel::RunQueryDsl<AnyConn> for Capped<Q> {}

/// `on_backend!(conn, |c| body)`: compiles `body` once for each database, with `c` the plain diesel connection.
macro_rules! on_backend {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::any::AnyConn::Sqlite($c) => $body,
            $crate::any::AnyConn::Pg($c) => $body,
        }
    };
}
pub(crate) use on_backend;
