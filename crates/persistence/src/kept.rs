//! Queries by one number, asked so often that writing their text would cost more than running them.
//!
//! Diesel writes the text of a query anew each time, if only to find the prepared statement that belongs to it. Here it
//! is written once, and the statement is found by the query's type. On PostgreSQL, where the way to the server costs
//! more than all this, a query is what it would be without.

use std::sync::OnceLock;

use diesel::QueryResult;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryBuilder as _, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use diesel::sqlite::{Sqlite, SqliteQueryBuilder};

use crate::any::Both;

/// Names a query whose text is always the same, and keeps that text.
pub(crate) trait Named: 'static {
    /// Where SQLite's text is, split at the places of its number.
    fn text() -> &'static OnceLock<Vec<String>>;
}

/// A query that asks by one number, which it may hold in several places, and binds nothing else.
pub(crate) struct Kept<Q, N> {
    query: Q,
    number: i64,
    name: std::marker::PhantomData<N>,
}

/// The query of this name. Its text must not depend on anything, and `number` be all that it binds.
pub(crate) fn kept<N: Named, Q>(_name: N, number: i64, query: Q) -> Both<Kept<Q, N>> {
    Both(Kept { query, number, name: std::marker::PhantomData })
}

impl<Q: QueryFragment<Pg>, N> QueryFragment<Pg> for Kept<Q, N> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.query.walk_ast(pass)
    }
}

impl<Q: QueryFragment<Sqlite>, N: Named> QueryFragment<Sqlite> for Kept<Q, N> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let text = if let Some(text) = N::text().get() {
            text
        } else {
            let written = written(&self.query)?;
            N::text().get_or_init(|| written)
        };
        for (at, part) in text.iter().enumerate() {
            if at > 0 {
                pass.push_bind_param::<BigInt, _>(&self.number)?;
            }
            pass.push_sql(part);
        }
        Ok(())
    }
}

/// A statement for SQLite that binds several numbers and nothing else.
///
/// This is how an UPDATE is kept prepared: Diesel's own is parsed anew each time, as [`Fixed`] too.
pub(crate) struct KeptInOrder<Q, N, const K: usize> {
    query: Q,
    numbers: [i64; K],
    name: std::marker::PhantomData<N>,
}

/// The statement of this name. Its text must not depend on anything, and `numbers` be all that it binds, as they follow
/// one another in its text.
pub(crate) fn kept_in_order<N: Named, Q, const K: usize>(
    _name: N,
    numbers: [i64; K],
    query: Q,
) -> KeptInOrder<Q, N, K> {
    KeptInOrder { query, numbers, name: std::marker::PhantomData }
}

impl<Q: QueryFragment<Sqlite>, N: Named, const K: usize> QueryFragment<Sqlite> for KeptInOrder<Q, N, K> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let text = if let Some(text) = N::text().get() {
            text
        } else {
            let written = written(&self.query)?;
            N::text().get_or_init(|| written)
        };
        let mut numbers = self.numbers.iter();
        for (at, part) in text.iter().enumerate() {
            if at > 0
                && let Some(number) = numbers.next()
            {
                pass.push_bind_param::<BigInt, _>(number)?;
            }
            pass.push_sql(part);
        }
        Ok(())
    }
}

impl<Q, N: Named, const K: usize> QueryId for KeptInOrder<Q, N, K> {
    type QueryId = N;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Q, N, const K: usize> diesel::RunQueryDsl<diesel::SqliteConnection> for KeptInOrder<Q, N, K> {}

fn written<Q: QueryFragment<Sqlite>>(query: &Q) -> QueryResult<Vec<String>> {
    let mut text = SqliteQueryBuilder::new();
    query.to_sql(&mut text, &Sqlite)?;
    Ok(text.finish().split('?').map(str::to_owned).collect())
}

impl<Q, N: Named> QueryId for Kept<Q, N> {
    type QueryId = N;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Q: Query, N> Query for Kept<Q, N> {
    type SqlType = Q::SqlType;
}

/// A statement for SQLite whose text is always the same, whatever it binds.
pub(crate) struct Fixed<Q, N> {
    statement: Q,
    name: std::marker::PhantomData<N>,
}

/// The statement of this name. Its text must not depend on anything.
pub(crate) fn fixed<N: Named, Q>(_name: N, statement: Q) -> Fixed<Q, N> {
    Fixed { statement, name: std::marker::PhantomData }
}

impl<Q: QueryFragment<Sqlite>, N> QueryFragment<Sqlite> for Fixed<Q, N> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.statement.walk_ast(pass)
    }
}

impl<Q, N: Named> QueryId for Fixed<Q, N> {
    type QueryId = N;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Q: Query, N> Query for Fixed<Q, N> {
    type SqlType = Q::SqlType;
}

impl<Q, N> diesel::RunQueryDsl<diesel::SqliteConnection> for Fixed<Q, N> {}

/// Declares the names of queries.
macro_rules! named {
    ($($name:ident),+ $(,)?) => {
        $(
            struct $name;

            impl $crate::kept::Named for $name {
                fn text() -> &'static std::sync::OnceLock<Vec<String>> {
                    static TEXT: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
                    &TEXT
                }
            }
        )+
    };
}
pub(crate) use named;
