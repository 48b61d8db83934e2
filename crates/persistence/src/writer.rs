//! The one writer of a SQLite database: many writes, one commit.
//!
//! A durable commit costs a wait for the disk, whatever it holds. So writes that come while another is being committed
//! wait together, and one thread then runs all of them (at most [`GROUP`]) in one transaction, each in a savepoint of
//! its own if it needs one, commits once and answers all. Where nothing waits, a thread that may block does its write itself.
//!
//! - A write that fails or panics is undone alone.
//! - Nobody is told of success before the commit has reached the disk.
//! - When the transaction itself fails (a full disk, a failed COMMIT), every write of the group is told
//!   `Unavailable`, whatever it had answered before, and the connection is opened anew.
//! - The order of the queue is the order of the writes. A caller that went away has its write done all the same.
//! - A foreign key that is checked only at COMMIT would take its whole group with it: the schema must not have any.

mod bell;
mod job;
mod queue;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use diesel::QueryResult;
use tokio::sync::oneshot;

use self::job::{Job, Pending, letterbox};
use self::queue::{Admission, Group, Queue, Turn};
use crate::conn::{Conn, WriteTx};
use crate::error::StoreError;
use crate::feed::{Committed, Feed};

/// The most writes that share a commit.
const GROUP: usize = 256;

/// How to open the connection, at first and after a failure.
pub(crate) type Opener = Box<dyn Fn() -> Result<Conn, String> + Send + Sync>;

pub(crate) struct Writer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    queue: Queue<Box<dyn Job>>,
    /// Only whoever has the turn locks it, so nobody ever waits here. `None` after a failure.
    conn: Mutex<Option<Conn>>,
    open: Opener,
    feed: Arc<Feed>,
}

impl Writer {
    /// Starts the writer's thread; at most `waiting` writes are kept. Whoever has the turn tells `feed`, so it hears of the
    /// commits in their order.
    pub(crate) fn start(waiting: usize, open: Opener, feed: Arc<Feed>) -> Result<Self, String> {
        let conn = Mutex::new(Some(open()?));
        let shared = Arc::new(Shared { queue: Queue::new(waiting), conn, open, feed });
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || shared.serve()
            })
            .map_err(|error| error.to_string())?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Queues `f` and waits without holding the thread.
    pub(crate) async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut WriteTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.shared.queue.push(Box::new(Pending::new(f, reply)))?;
        answer.await.unwrap_or_else(|_no_answer| Err(StoreError::Died.into()))
    }

    /// Does `f` on this thread if the writer has nothing to do, else queues it and waits.
    pub(crate) fn write_blocking<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&mut WriteTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match self.shared.queue.enter()? {
            Admission::Alone(turn) => self.shared.write_alone(turn, f),
            Admission::Queue => {
                let (reply, answer) = letterbox();
                let bell = self.shared.queue.push(Box::new(Pending::new(f, reply)))?;
                answer.wait(&bell).unwrap_or_else(|| Err(StoreError::Died.into()))
            }
        }
    }

    /// Takes no more writes, does those that wait, and ends the thread. Safe to call again, from anywhere.
    pub(crate) fn close(&self) {
        self.shared.queue.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            log::error!("the writer's thread panicked");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Not joined: the last owner may be an async thread, or a write on the writer's own thread.
        self.shared.queue.close();
    }
}

impl Shared {
    /// The writer's thread: group after group until the queue is closed and empty.
    fn serve(&self) {
        while let Some(mut turn) = self.queue.wait_for_turn() {
            while let Some(group) = turn.next_group(GROUP) {
                self.run_group(group);
            }
        }
        drop(self.conn.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn write_alone<T, E>(
        &self,
        turn: Turn<'_, Box<dyn Job>>,
        f: impl FnOnce(&mut WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let done = self.with_conn(|conn| Ok((conn.transact(f)?, conn.events().take())));
        let done = done.map(|(answer, events)| {
            self.feed.publish(&events);
            answer
        });
        drop(turn);
        done.unwrap_or_else(|lost| Err(lost.into()))
    }

    fn run_group(&self, group: Group<Box<dyn Job>>) {
        // In this order: were this to unwind, the jobs would be dropped before the bell is rung.
        let Group { ring, mut jobs } = group;
        let done = self.with_conn(|conn| in_one_transaction(conn, &mut jobs));
        let lost = done.map(|events| self.feed.publish(&events)).err();
        if let Some(lost) = &lost {
            log::error!("{} writes came to nothing: {lost}", jobs.len());
        }
        for job in jobs {
            // Answering wakes and drops what is not ours; if that panics, the others are answered all the same.
            if catch_unwind(AssertUnwindSafe(|| job.answer(lost.as_ref()))).is_err() {
                log::error!("the answer to a write panicked on its way");
            }
        }
        drop(ring);
    }

    /// Lends the connection, opened anew if need be. An error of `f` means that it cannot be trusted any more.
    fn with_conn<T>(&self, f: impl FnOnce(&mut Conn) -> QueryResult<T>) -> Result<T, StoreError> {
        let mut held = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        let conn = match &mut *held {
            Some(conn) => conn,
            none => none.insert((self.open)().map_err(StoreError::Unavailable)?),
        };
        let done = f(conn);
        if done.is_err() || conn.is_broken() {
            *held = None;
        }
        done.map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}

/// Runs every job of `group` in a savepoint of one transaction and commits.
fn in_one_transaction(conn: &mut Conn, group: &mut [Box<dyn Job>]) -> QueryResult<Committed> {
    conn.begin_write()?;
    for job in group {
        conn.one_of_group(|conn| job.run(conn))?;
    }
    conn.commit()?;
    Ok(conn.events().take())
}

#[cfg(test)]
mod tests;
