//! Questions to the index, which are kept prepared.

use std::collections::HashMap;
use std::marker::PhantomData;

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{BigInt, Double, Text};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};

use super::super::Hit;
use super::super::narrow::{Spot, conditions};
use crate::StoreResult;
use crate::job_views::JobFilter;

/// A statement as text, with what is bound to its question marks. It gives rows of these types.
pub(super) struct Written<T> {
    text: String,
    bound: Vec<Bound>,
    kept: bool,
    types: PhantomData<T>,
}

pub(super) enum Bound {
    Text(String),
    Number(i64),
}

impl<T> Written<T> {
    /// A statement that is kept prepared: there must not be many different ones.
    pub(super) fn new(text: String, bound: Vec<Bound>) -> Self {
        Self { text, bound, kept: true, types: PhantomData }
    }

    pub(super) fn load<'a, U>(self, conn: &mut SqliteConnection) -> QueryResult<Vec<U>>
    where
        Self: LoadQuery<'a, SqliteConnection, U>,
    {
        RunQueryDsl::load(self, conn)
    }
}

impl<T> QueryFragment<Sqlite> for Written<T> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        if !self.kept {
            pass.unsafe_to_cache_prepared();
        }
        let mut bound = self.bound.iter();
        for (at, piece) in self.text.split('?').enumerate() {
            if at > 0 {
                match bound.next() {
                    Some(Bound::Text(text)) => pass.push_bind_param::<Text, _>(text)?,
                    Some(Bound::Number(number)) => pass.push_bind_param::<BigInt, _>(number)?,
                    None => {}
                }
            }
            pass.push_sql(piece);
        }
        Ok(())
    }
}

impl<T> QueryId for Written<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T> Query for Written<T> {
    type SqlType = T;
}

impl<T> RunQueryDsl<SqliteConnection> for Written<T> {}

/// To how many the number of jobs asked for at once grows, where a circle drops most of them.
const MOST_AT_ONCE: usize = 1 << 17;

/// Asks for jobs that pass the filter.
pub(super) struct Asker<'a> {
    pub(super) conn: &'a mut SqliteConnection,
    pub(super) filter: &'a JobFilter,
}

impl Asker<'_> {
    /// The newest jobs older than `before` that answer a question: so many, or all if they are fewer.
    pub(super) fn newest(&mut self, question: &str, mut before: i64, wanted: usize) -> StoreResult<Vec<i64>> {
        // Each limit makes a statement of its own that is kept.
        let mut limit = wanted.max(32).checked_next_power_of_two().unwrap_or(wanted);
        let mut jobs = Vec::new();
        loop {
            let found = self.rows(question, before, limit)?;
            let all = found.len() < limit;
            before = found.last().map_or(before, |spot| spot.id);
            for spot in found {
                if spot.is_within(self.filter)? {
                    jobs.push(spot.id);
                }
            }
            if all || jobs.len() >= wanted {
                jobs.truncate(wanted);
                return Ok(jobs);
            }
            // A circle drops what only its box holds; where that is nearly all, asking on by few would take forever.
            limit = limit.saturating_mul(8).min(MOST_AT_ONCE.max(limit));
        }
    }

    fn rows(&mut self, question: &str, before: i64, limit: usize) -> StoreResult<Vec<Spot>> {
        let mut bound = vec![Bound::Text(question.to_owned()), Bound::Number(before)];
        let narrow = *self.filter != JobFilter::default();
        let (place, join) = if narrow {
            bound.push(Bound::Text(self.filter.category.clone().unwrap_or_default()));
            ("jobs.longitude, jobs.latitude", "CROSS JOIN jobs ON jobs.id = job_words.rowid")
        } else {
            ("0.0, 0.0", "")
        };
        let conditions = if narrow { conditions(self.filter, "?") } else { String::new() };
        let text = format!(
            "SELECT job_words.rowid, 0, {place} FROM job_words {join} WHERE job_words MATCH ? AND job_words.rowid < ?\
             {conditions} ORDER BY job_words.rowid DESC LIMIT {limit}"
        );
        let mut statement: Written<(BigInt, BigInt, Double, Double)> = Written::new(text, bound);
        // These stand in the text as numbers.
        statement.kept = self.filter.poster.is_none() && self.filter.within.is_none();
        Ok(statement.load(self.conn)?)
    }

    /// What some jobs, newest first, score by parts, each of which gives points for an answered question.
    pub(super) fn score(&mut self, jobs: &[i64], parts: &[(i64, String)]) -> StoreResult<Vec<Hit>> {
        let mut scores: HashMap<i64, i64> = jobs.iter().map(|job| (*job, 0)).collect();
        let (Some(newest), Some(oldest)) = (jobs.first(), jobs.last()) else { return Ok(Vec::new()) };
        // SQLite takes at most 500 selects in one.
        for parts in parts.chunks(100) {
            let select = "SELECT ?, rowid FROM job_words WHERE job_words MATCH ? AND rowid BETWEEN ? AND ?";
            let text = vec![select; parts.len()].join(" UNION ALL ");
            let bound = parts.iter().flat_map(|(points, question)| {
                let question = Bound::Text(question.clone());
                [Bound::Number(*points), question, Bound::Number(*oldest), Bound::Number(*newest)]
            });
            let rows: Vec<(i64, i64)> = Written::<(BigInt, BigInt)>::new(text, bound.collect()).load(self.conn)?;
            for (points, job) in rows {
                if let Some(score) = scores.get_mut(&job) {
                    *score += points;
                }
            }
        }
        Ok(scores.into_iter().map(|(job, score)| (score, job)).collect())
    }
}
