//! Conditions on any number of ids, whose text is the same however many there are, so that they stay prepared.
//!
//! The ids go along as one value: to SQLite as a JSON array, to PostgreSQL as an array of its own.

use diesel::QueryResult;
use diesel::expression::{AppearsOnTable, Expression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Text};
use diesel::sqlite::Sqlite;

use crate::any::MultiBackend;

/// A condition with ids in it, as each database writes it before and after them.
pub(crate) struct OnIds {
    sqlite: [String; 2],
    postgres: [String; 2],
    json: String,
    array: Vec<i64>,
}

/// The rows whose `column` is one of `ids`.
pub(crate) fn one_of(column: &'static str, ids: &[i64]) -> OnIds {
    let sqlite = [format!("{column} IN (SELECT value FROM json_each("), "))".to_owned()];
    let postgres = [format!("{column} = ANY("), ")".to_owned()];
    OnIds::new(sqlite, postgres, ids)
}

/// Of each of `owners`, the newest `cap` rows of `table` that meet `also`; `column` says whose a row is.
///
/// Each owner's rows are found by the index on `column` and `id`, however many rows there are besides.
pub(crate) fn newest_of(
    table: &'static str,
    column: &'static str,
    owners: &[i64],
    also: &'static str,
    cap: i64,
) -> OnIds {
    let newest = format!("SELECT id FROM {table} WHERE {column} = owner.value AND {also} ORDER BY id DESC LIMIT {cap}");
    let chosen = format!("{table}.id IN (SELECT newest.id FROM");
    let sqlite = [
        format!("{chosen} json_each("),
        format!(") AS owner CROSS JOIN {table} AS newest WHERE newest.id IN ({newest}))"),
    ];
    let postgres = [
        format!("{chosen} unnest("), //
        format!(") AS owner (value) CROSS JOIN LATERAL ({newest}) AS newest)"),
    ];
    OnIds::new(sqlite, postgres, owners)
}

impl OnIds {
    fn new(sqlite: [String; 2], postgres: [String; 2], ids: &[i64]) -> Self {
        let json = format!("[{}]", ids.iter().map(i64::to_string).collect::<Vec<_>>().join(","));
        Self { sqlite, postgres, json, array: ids.to_vec() }
    }
}

impl QueryFragment<Sqlite> for OnIds {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let [before, after] = &self.sqlite;
        pass.push_sql(before);
        pass.push_bind_param::<Text, _>(&self.json)?;
        pass.push_sql(after);
        Ok(())
    }
}

impl QueryFragment<Pg> for OnIds {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let [before, after] = &self.postgres;
        pass.push_sql(before);
        pass.push_bind_param::<Array<BigInt>, _>(&self.array)?;
        pass.push_sql(after);
        Ok(())
    }
}

impl QueryFragment<MultiBackend> for OnIds {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        MultiBackend::walk_variant_ast(self, pass)
    }
}

impl QueryId for OnIds {
    // The text differs with the table and the column.
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Expression for OnIds {
    type SqlType = Bool;
}

/// Columns are named in the text, with their tables, so diesel cannot know which it stands on.
impl<Tables> AppearsOnTable<Tables> for OnIds {}

impl<Grouped> ValidGrouping<Grouped> for OnIds {
    type IsAggregate = is_aggregate::Never;
}
