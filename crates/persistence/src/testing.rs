//! A store on a scratch file with one small table, for the tests of the store itself.

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Waker};

use diesel::prelude::*;
use tempfile::TempDir;

use crate::{Conn, DatabaseUrl, Store, StoreConfig, StoreError, StoreResult, WriteTx, scratch};

diesel::table! {
    notes (n) {
        n -> BigInt,
    }
}

pub(crate) struct Scratch {
    pub(crate) store: Store,
    pub(crate) url: DatabaseUrl,
    _dir: TempDir,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self::with(|_config| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut StoreConfig)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(dir.path().join("scratch.db"));
        let mut config = StoreConfig { readers: 2, ..StoreConfig::new(url.clone()) };
        change(&mut config);
        let store = Store::open(&config).unwrap();
        scratch::execute(&url, "CREATE TABLE notes (n BIGINT NOT NULL PRIMARY KEY)").unwrap();
        Self { store, url, _dir: dir }
    }

    /// Every note, in order.
    pub(crate) fn notes(&self) -> Vec<i64> {
        self.store.read_blocking(all).unwrap()
    }
}

/// Writes a note; a second time it is a conflict.
pub(crate) fn put(tx: &mut WriteTx<'_>, n: i64) -> StoreResult<()> {
    diesel::insert_into(notes::table).values(notes::n.eq(n)).execute(tx.db())?;
    Ok(())
}

pub(crate) fn all(conn: &mut Conn) -> StoreResult<Vec<i64>> {
    Ok(notes::table.select(notes::n).order(notes::n).load(conn.db())?)
}

/// A job that says that it runs and then keeps the writer busy until it is let go (or the other end is dropped).
pub(crate) fn busy() -> (impl FnOnce(&mut WriteTx<'_>) -> StoreResult<()> + Send + 'static, Receiver<()>, Sender<()>) {
    let ((started, starts), (release, released)) = (channel(), channel());
    let job = move |_tx: &mut WriteTx<'_>| {
        started.send(()).unwrap();
        let _let_go = released.recv();
        Ok(())
    };
    (job, starts, release)
}

/// Polls once: enough for a write to be in the queue.
pub(crate) fn start<T>(future: &mut Pin<Box<impl Future<Output = T>>>) -> Option<T> {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    }
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub(crate) fn refusal() -> StoreError {
    StoreError::Refused(gigline_domain::RuleViolation::JobDone)
}
