//! The one door to the database: reads, writes, and the promise that each write is whole, durable and answered.

mod config;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

pub use self::config::StoreConfig;
use crate::DatabaseUrl;
use crate::conn::{Conn, WriteTx};
use crate::connect::{Access, Connector};
use crate::error::StoreError;
use crate::feed::{Feed, Listener};
use crate::lane::Lane;
use crate::migrations::{self, OpenError};
use crate::writer::Writer;

/// An open database. Clones are the same one.
///
/// Closures get a connection and return any error type that a [`StoreError`] can become. They must not use the
/// store themselves: what they need of it, they are given.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    reads: Lane,
    writes: Writes,
    statements: Arc<AtomicU64>,
    feed: Arc<Feed>,
}

enum Writes {
    /// SQLite: one writer, which commits in groups.
    Grouped(Writer),
    /// PostgreSQL: connections of their own, a transaction each. The server groups the commits.
    Pooled { lane: Lane, closed: AtomicBool },
}

impl Store {
    /// Opens the database and brings its schema up to date. Blocks.
    ///
    /// Errors: [`OpenError::Newer`] if a newer program has changed the schema, [`OpenError::Connect`] and
    /// [`OpenError::Migrate`] with the cause in the database's own words.
    pub fn open(config: &StoreConfig) -> Result<Self, OpenError> {
        let url = &config.url;
        for step in migrations::up(url)? {
            log::info!("migration {step} is done");
        }
        let statements = Arc::new(AtomicU64::new(0));
        let feed = Arc::<Feed>::default();
        let connector = |access| Connector::new(url.clone(), access, Arc::clone(&statements));
        let failed = |cause: String| OpenError::Connect { url: url.clone(), cause: url.redact(&cause) };
        let writes = match url {
            DatabaseUrl::Sqlite(_) => {
                let connector = connector(Access::Write);
                let open = Box::new(move || connector.open().map_err(|error| error.to_string()));
                Writes::Grouped(Writer::start(config.write_queue, open, Arc::clone(&feed)).map_err(failed)?)
            }
            DatabaseUrl::Postgres(_) => {
                let lane = Lane::open("writes", connector(Access::Write), config.writers, config.write_queue, false)
                    .map_err(failed)?;
                Writes::Pooled { lane, closed: AtomicBool::new(false) }
            }
        };
        let eager = matches!(url, DatabaseUrl::Sqlite(_));
        let reads =
            Lane::open("reads", connector(Access::Read), config.readers, config.read_queue, eager).map_err(failed)?;
        Ok(Self(Arc::new(Inner { reads, writes, statements, feed })))
    }

    /// Runs `f` in a transaction of its own and answers when it is durable. An `Err` or a panic undoes all of it.
    ///
    /// Never blocks the calling thread. A caller that goes away has its write done all the same, unless it still waits
    /// for a connection of PostgreSQL: then nothing is done. Errors besides those of `f`: `Busy` when too many writes wait already, `Unavailable` when the commit failed or the store is closed,
    /// `Died` when `f` panicked. What PostgreSQL gives up on (a deadlock, a conflict of transactions) is
    /// `Unavailable` and not tried again here.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut WriteTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &self.0.writes {
            Writes::Grouped(writer) => writer.write(f).await,
            Writes::Pooled { lane, closed } => {
                refuse_if(closed)?;
                let feed = Arc::clone(&self.0.feed);
                lane.run(move |conn| transact(conn, &feed, f)).await
            }
        }
    }

    /// [`Store::write`] for threads that may block, and not for async ones. Where no other write is under way it is
    /// done on the calling thread.
    pub fn write_blocking<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut WriteTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &self.0.writes {
            Writes::Grouped(writer) => writer.write_blocking(f),
            Writes::Pooled { lane, closed } => {
                refuse_if(closed)?;
                lane.run_blocking(|conn| transact(conn, &self.0.feed, f))
            }
        }
    }

    /// Runs `f` on a blocking thread with a connection that cannot write.
    ///
    /// Each query sees the newest commit; several that have to agree go into [`Conn::snapshot`]. Errors besides those
    /// of `f`: `Busy` when too many reads wait already, `Unavailable`, `Died` when `f` panicked.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.0.reads.run(f).await
    }

    /// [`Store::read`] for a few rows by their keys: on SQLite such a query takes less than handing it to another
    /// thread would, so it is done on the calling thread if a connection is free at that moment.
    pub async fn read_point<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let inline = if self.is_shared() { None } else { self.0.reads.try_get() };
        match inline {
            // The connection is moved in, so that a panic takes it along instead of giving it back.
            Some(mut conn) => catch_unwind(AssertUnwindSafe(move || f(&mut conn)))
                .unwrap_or_else(|_panic| Err(StoreError::Died.into())),
            None => self.read(f).await,
        }
    }

    /// [`Store::read`] for threads that may block, on the calling thread.
    pub fn read_blocking<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E>,
        E: From<StoreError>,
    {
        self.0.reads.run_blocking(f)
    }

    /// From now on `listener` is told of each commit that holds events, after it is durable and before whoever wrote is
    /// answered; whoever was told until now is not any more.
    ///
    /// On SQLite it gets the events: every one, each once, in their order, and never from two threads at once. Where
    /// the store is shared it gets none, and from several threads: then there is something to read from the
    /// [log](crate::log), beside what other servers write. Writes wait while it runs. It must not use the store.
    pub fn on_commit(&self, listener: Listener) {
        self.0.feed.set(Some(listener));
    }

    /// [`Store::read_blocking`] for what the server reads by itself: no answer costs these statements, so they are not
    /// counted.
    pub fn read_in_background<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E>,
        E: From<StoreError>,
    {
        self.0.reads.run_blocking(|conn| conn.in_background(f))
    }

    /// Whether other servers may write to the same database (PostgreSQL), so that nothing may be remembered for long.
    pub fn is_shared(&self) -> bool {
        matches!(self.0.writes, Writes::Pooled { .. })
    }

    /// How many statements have been run since the store was opened, begin, commit and what the server reads
    /// by itself left out: for tests that say
    /// how many queries an answer may cost.
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// Takes no more writes and returns when those that wait are done. Reads go on. Blocks; safe to call again.
    pub fn close(&self) {
        match &self.0.writes {
            Writes::Grouped(writer) => writer.close(),
            Writes::Pooled { closed, .. } => closed.store(true, Ordering::SeqCst),
        }
        // It may hold this very store.
        self.0.feed.set(None);
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("shared", &self.is_shared()).finish_non_exhaustive()
    }
}

fn refuse_if(closed: &AtomicBool) -> Result<(), StoreError> {
    if closed.load(Ordering::SeqCst) { Err(StoreError::closed()) } else { Ok(()) }
}

fn transact<T, E>(conn: &mut Conn, feed: &Feed, f: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>) -> Result<T, E>
where
    E: From<StoreError>,
{
    let answer = conn.transact(f).map_err(StoreError::from)?;
    if !conn.events().take().is_empty() {
        feed.wake();
    }
    answer
}

#[cfg(test)]
mod tests;
