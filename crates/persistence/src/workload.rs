//! What the benchmarks measure: a small durable row, a message or a whole job, written through the store or through a plain pool
//! of writers.
//!
//! Not for the product. It is here because nothing outside of this crate may hold SQL or a connection.

mod made_up;
mod talkers;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use diesel::prelude::*;

#[cfg(test)]
pub(crate) use self::made_up::nobody;
pub use self::made_up::{Postings, Words, poster};
pub use self::talkers::Talkers;
use crate::connect::{Access, Connector};
use crate::lane::Lane;
use crate::{Conn, DatabaseUrl, StoreResult, WriteTx, scratch};

diesel::table! {
    benchmark_rows (id) {
        id -> BigInt,
        owner -> BigInt,
        body -> Text,
    }
}

/// About as much text as a short message.
const BODY: &str = "A hundred and twenty bytes or so of text, which is what a short message or the title and the place of \
    a job come to.";

/// Makes the table and its one index, on SQLite.
pub fn prepare(url: &DatabaseUrl) -> Result<(), String> {
    scratch::execute(
        url,
        "CREATE TABLE benchmark_rows (id INTEGER PRIMARY KEY AUTOINCREMENT, owner BIGINT NOT NULL, body TEXT NOT NULL); \
         CREATE INDEX benchmark_rows_owner ON benchmark_rows (owner)",
    )
}

/// Writes one row.
pub fn insert(tx: &mut WriteTx<'_>, owner: i64) -> StoreResult<()> {
    diesel::insert_into(benchmark_rows::table)
        .values((benchmark_rows::owner.eq(owner), benchmark_rows::body.eq(BODY)))
        .execute(tx.db())?;
    Ok(())
}

/// How many jobs hold each of these words somewhere in their searched texts, by looking at every one of them.
pub fn count_like(conn: &mut Conn, words: &[&str]) -> StoreResult<i64> {
    use crate::schema::jobs;
    let mut query = jobs::table.select(diesel::dsl::count_star()).into_boxed();
    for word in words {
        let pattern = format!("%{word}%");
        query = query.filter(
            jobs::title
                .like(pattern.clone())
                .or(jobs::relevant_skills.like(pattern.clone()))
                .or(jobs::category.like(pattern.clone()))
                .or(jobs::description.like(pattern.clone()))
                .or(jobs::location.like(pattern)),
        );
    }
    Ok(query.get_result(conn.db())?)
}

/// What a store is measured against: a pool of connections that all write, with the same promises to the disk.
#[derive(Clone)]
pub struct WriterPool(Lane);

impl WriterPool {
    /// A pool of `writers` connections before which `waiting` callers may wait.
    pub fn open(url: &DatabaseUrl, writers: u32, waiting: usize) -> Result<Self, String> {
        let connector = Connector::new(url.clone(), Access::Write, Arc::new(AtomicU64::new(0)));
        Lane::open("writer pool", connector, writers, waiting, true).map(Self)
    }

    /// Runs `f` in a transaction of its own, on this thread.
    pub fn write_blocking<T>(&self, f: impl FnOnce(&mut WriteTx<'_>) -> StoreResult<T>) -> StoreResult<T> {
        self.0.run_blocking(|conn| conn.transact(f)?)
    }

    /// The same from an async task.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut WriteTx<'_>) -> StoreResult<T> + Send + 'static,
    ) -> StoreResult<T> {
        self.0.run(move |conn| conn.transact(f)?).await
    }
}
