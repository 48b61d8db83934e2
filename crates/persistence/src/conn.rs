//! Connections and transactions as the repositories see them: which database is behind them is a question of this file.

mod group;

use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::result::Error;
use diesel::{Connection, QueryResult};

use self::group::Footing;
use crate::any::AnyConn;
use crate::error::StoreError;
use crate::feed::Events;
use crate::log::Clock;
use crate::savepoint;
use crate::search_index::IndexChanges;
use crate::tap::Tap;

/// A connection to either database, good for reading.
pub struct Conn {
    any: AnyConn,
    tap: Arc<Tap>,
    last_seen: Instant,
    /// Whether a snapshot of SQLite's is open.
    reading: bool,
    /// What the open transaction has still to write into SQLite's search index.
    index: IndexChanges,
    /// What the open transaction will have told the log.
    events: Events,
    /// The number of the open transaction's last event, on SQLite.
    clock: Clock,
    footing: Footing,
}

/// A transaction that writes. Only a store makes one, so holding it means that it is committed or undone as a whole.
pub struct WriteTx<'a>(&'a mut Conn);

/// A server that answered within this time is taken to be there still.
const TRUSTED_FOR: Duration = Duration::from_secs(5);

type Manager = <AnyConn as Connection>::TransactionManager;

impl Conn {
    pub(crate) fn new(any: AnyConn, tap: Arc<Tap>) -> Self {
        Self {
            any,
            tap,
            last_seen: Instant::now(),
            reading: false,
            index: IndexChanges::default(),
            events: Events::default(),
            clock: Clock::default(),
            footing: Footing::default(),
        }
    }

    /// What diesel's `load`, `execute` and so on take.
    pub(crate) fn db(&mut self) -> &mut AnyConn {
        self.stand();
        &mut self.any
    }

    /// Whether PostgreSQL is behind this; else it is SQLite.
    pub fn is_postgres(&self) -> bool {
        matches!(self.any, AnyConn::Pg(_))
    }

    /// Runs several queries on one unchanging picture of the database.
    ///
    /// Inside a transaction the picture is the transaction's own, and `f` just runs. Errors: those of `f`, and of the
    /// database.
    pub fn snapshot<T, E>(&mut self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        if self.reading || self.depth().map_err(StoreError::from)? > 0 {
            return f(self);
        }
        if !self.is_postgres() {
            return self.snapshot_of_file(f);
        }
        self.begin("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").map_err(StoreError::from)?;
        let answer = f(self);
        // There is nothing to keep, so a rollback ends it as well as a commit, and works after a failed query too.
        self.unwind_to(0).map_err(StoreError::from)?;
        answer
    }

    /// The same on SQLite, where beginning and ending would else cost as much as a small query.
    fn snapshot_of_file<T, E>(&mut self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        self.uncounted(savepoint::begin_read).map_err(StoreError::from)?;
        self.reading = true;
        let answer = f(self);
        self.uncounted(savepoint::end_read).map_err(StoreError::from)?;
        self.reading = false;
        answer
    }

    /// What is gathered for SQLite's search index, to be written with the commit.
    pub(crate) fn index_changes(&mut self) -> &mut IndexChanges {
        &mut self.index
    }

    /// What is gathered for the listener, to be told after the commit.
    pub(crate) fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    /// The numbers of events, on SQLite, and the connection to read the last one from.
    pub(crate) fn clock(&mut self) -> (&mut Clock, &mut AnyConn) {
        (&mut self.clock, &mut self.any)
    }

    /// Writes what was gathered for the search index, and the clock.
    fn write_gathered(&mut self) -> QueryResult<()> {
        match &mut self.any {
            AnyConn::Sqlite(conn) => {
                self.clock.write(conn)?;
                self.index.write(conn)
            }
            AnyConn::Pg(_) => Ok(()),
        }
    }

    /// Commits, with the search index and the clock as they should be then.
    pub(crate) fn commit(&mut self) -> QueryResult<()> {
        self.write_gathered()?;
        self.keep()
    }

    /// How many transactions and savepoints are open within one another.
    pub(crate) fn depth(&mut self) -> QueryResult<u32> {
        let depth = Manager::transaction_manager_status_mut(&mut self.any).transaction_depth()?;
        Ok(depth.map_or(0, std::num::NonZeroU32::get))
    }

    pub(crate) fn begin_write(&mut self) -> QueryResult<()> {
        self.events.clear();
        self.clock = Clock::default();
        // The lock is taken at once: a transaction that reads first and writes later could not get it any more.
        self.begin("BEGIN IMMEDIATE", "BEGIN")
    }

    fn begin(&mut self, sqlite: &str, postgres: &str) -> QueryResult<()> {
        match &mut self.any {
            AnyConn::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, sqlite),
            AnyConn::Pg(conn) => AnsiTransactionManager::begin_transaction_sql(conn, postgres),
        }
    }

    pub(crate) fn push(&mut self) -> QueryResult<()> {
        Manager::begin_transaction(self.db())
    }

    /// Keeps what was done since the last `push`, or commits.
    pub(crate) fn keep(&mut self) -> QueryResult<()> {
        Manager::commit_transaction(&mut self.any)
    }

    /// Undoes and closes whatever is open deeper than `depth`; says so if the database has closed more than that.
    pub(crate) fn unwind_to(&mut self, depth: u32) -> QueryResult<()> {
        while self.depth()? > depth {
            Manager::rollback_transaction(&mut self.any)?;
        }
        if self.depth()? == depth { Ok(()) } else { Err(Error::BrokenTransactionManager) }
    }

    /// Runs what the server reads by itself, whoever asks for whatever: its statements are not counted.
    pub(crate) fn in_background<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        self.tap.mute(true);
        let done = f(self);
        self.tap.mute(false);
        done
    }

    fn uncounted<T>(&mut self, f: impl FnOnce(&mut AnyConn) -> T) -> T {
        self.tap.mute(true);
        let done = f(&mut self.any);
        self.tap.mute(false);
        done
    }

    /// Runs `f`, whatever it does: a panic is an answer, and so is a failed statement that `f` kept silent about.
    ///
    /// PostgreSQL would quietly turn the COMMIT after a failed statement into a rollback, and SQLite would commit the
    /// rest; here neither happens. An expected failure belongs into [`WriteTx::savepoint`].
    pub(crate) fn attempt<T, E>(&mut self, f: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        self.tap.set_failed(false);
        let answer = catch_unwind(AssertUnwindSafe(|| f(&mut WriteTx(&mut *self))));
        let answer = match answer {
            Err(_panic) => Err(StoreError::Died.into()),
            Ok(Ok(_)) if self.tap.failed() => {
                Err(StoreError::Corrupt("a statement failed outside of a savepoint and was ignored".to_owned()).into())
            }
            Ok(answer) => answer,
        };
        self.index.end_write(answer.is_ok());
        self.events.end_write(answer.is_ok());
        answer
    }

    /// A whole write transaction. The outer error says that the transaction itself failed: nothing was stored, and
    /// the connection is not to be trusted any more.
    pub(crate) fn transact<T, E>(
        &mut self,
        f: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
    ) -> QueryResult<Result<T, E>>
    where
        E: From<StoreError>,
    {
        self.begin_write()?;
        let answer = self.attempt(f);
        match (answer.is_ok(), self.depth()?) {
            (true, 1) => self.commit()?,
            (true, _) => return Err(Error::BrokenTransactionManager),
            (false, _) => {
                // The answer says more than a rollback of what the database may have rolled back already.
                if let Err(error) = self.unwind_to(0) {
                    log::debug!("nothing was left to roll back: {error}");
                }
            }
        }
        Ok(answer)
    }

    /// Whether the connection must not be used again.
    pub(crate) fn is_broken(&mut self) -> bool {
        self.tap.lost() || self.reading || !matches!(self.depth(), Ok(0))
    }

    /// Asks the other end whether it is still there, if it has not been heard of for a while.
    pub(crate) fn still_there(&mut self) -> QueryResult<()> {
        if self.is_postgres() && self.last_seen.elapsed() > TRUSTED_FOR {
            self.uncounted(|any| any.batch_execute("SELECT 1"))?;
        }
        self.last_seen = Instant::now();
        Ok(())
    }
}

impl WriteTx<'_> {
    /// Runs `f` so that its failure undoes `f` alone and the transaction goes on.
    ///
    /// Whoever expects that a statement may fail (a unique rule, say) and wants to go on after it needs this: on
    /// PostgreSQL a failed statement otherwise spoils the whole transaction.
    pub fn savepoint<T, E>(&mut self, f: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        let failed_before = self.0.tap.failed();
        let (depth, indexed, told) = (self.0.depth()?, self.0.index.mark(), self.0.events.mark());
        let clock = self.0.clock;
        self.0.push()?;
        match f(&mut WriteTx(&mut *self.0)) {
            Ok(value) => {
                self.0.keep()?;
                Ok(value)
            }
            Err(error) => {
                self.0.unwind_to(depth)?;
                self.0.index.back_to(indexed);
                self.0.events.back_to(told);
                self.0.clock = clock;
                self.0.tap.set_failed(failed_before);
                Err(error)
            }
        }
    }
}

impl Deref for WriteTx<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        self.0
    }
}

impl DerefMut for WriteTx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.0
    }
}
