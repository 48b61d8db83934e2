//! Opening connections: every one of them comes with the same promises, and a failure keeps its cause.
//!
//! SQLite: foreign keys hold, a commit is on the disk, nobody waits for a lock without end, readers cannot write.
//! PostgreSQL: the session is in UTC, no statement and no lock wait goes on without end, readers cannot write.

use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryResult, SqliteConnection};

use crate::DatabaseUrl;
use crate::any::AnyConn;
use crate::conn::Conn;
use crate::tap::Tap;

/// The timeout first, for setting up WAL may itself meet a lock.
const SQLITE_BOTH: &str = "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; \
     PRAGMA cache_size = -16000;";
/// No `temp_store` here: with it, a savepoint keeps its pages in pieces of a kilobyte, each allocated by itself.
/// 16 MB of log before it is copied into the database: a page that many writes change is copied once.
const SQLITE_WRITER: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
     PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000;";
/// Pages are read where the system has them, rather than copied into the cache of each connection.
const SQLITE_READER: &str = "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 1073741824;";

const POSTGRES_BOTH: &str = "SET TIME ZONE 'UTC'; SET client_min_messages = warning; \
     SET statement_timeout = '15s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '30s';";
const POSTGRES_READER: &str = "SET default_transaction_read_only = on;";

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// Why no connection could be opened; the text holds no password.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(crate) struct ConnectError(pub(crate) String);

/// Opens connections to one database, for one purpose; r2d2's half of a pool.
pub(crate) struct Connector {
    url: DatabaseUrl,
    access: Access,
    statements: Arc<AtomicU64>,
    failure: Failure,
}

/// Why the last attempt to connect failed; nothing if it did not. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Failure(Arc<Mutex<Option<String>>>);

impl Failure {
    pub(crate) fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, failure: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }
}

impl Connector {
    pub(crate) fn new(url: DatabaseUrl, access: Access, statements: Arc<AtomicU64>) -> Self {
        Self { url, access, statements, failure: Failure::default() }
    }

    pub(crate) fn failure(&self) -> Failure {
        self.failure.clone()
    }

    pub(crate) fn open(&self) -> Result<Conn, ConnectError> {
        let opened = open(&self.url, self.access).map_err(|cause| ConnectError(self.url.redact(&cause)));
        self.failure.set(opened.as_ref().err().map(|error| error.0.clone()));
        let mut any = opened?;
        let tap = Tap::new(Arc::clone(&self.statements));
        any.set_instrumentation(tap.ear());
        Ok(Conn::new(any, tap))
    }
}

impl r2d2::ManageConnection for Connector {
    type Connection = Conn;
    type Error = ConnectError;

    fn connect(&self) -> Result<Conn, ConnectError> {
        self.open()
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), ConnectError> {
        conn.still_there().map_err(|error| ConnectError(error.to_string()))
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        // Whoever panicked may have left anything behind.
        std::thread::panicking() || conn.is_broken()
    }
}

/// A connection without a listener, for migrations and tools as well.
pub(crate) fn open(url: &DatabaseUrl, access: Access) -> Result<AnyConn, String> {
    match url {
        DatabaseUrl::Sqlite(path) => open_sqlite(path, access).map(AnyConn::Sqlite),
        DatabaseUrl::Postgres(url) => open_postgres(url, access).map(AnyConn::Pg),
    }
}

fn open_sqlite(path: &Path, access: Access) -> Result<SqliteConnection, String> {
    let name = path.to_str().ok_or("the path is not UTF-8")?;
    if access == Access::Write {
        make_private(path).map_err(|error| error.to_string())?;
    }
    let mut conn = SqliteConnection::establish(name).map_err(|error| error.to_string())?;
    let own = if access == Access::Write { SQLITE_WRITER } else { SQLITE_READER };
    conn.batch_execute(SQLITE_BOTH).map_err(|error| error.to_string())?;
    patiently(|| conn.batch_execute(own)).map_err(|error| error.to_string())?;
    Ok(conn)
}

/// Does again what met a lock, for as long as a lock is waited for elsewhere: of two that turn a new file into WAL at
/// once SQLite refuses one without waiting, as they would wait for each other.
fn patiently(mut work: impl FnMut() -> QueryResult<()>) -> QueryResult<()> {
    const TRIES: u32 = 100;
    const PAUSE: Duration = Duration::from_millis(50);
    for _ in 1..TRIES {
        match work() {
            Err(error) if error.to_string().contains("locked") => std::thread::sleep(PAUSE),
            done => return done,
        }
    }
    work()
}

/// Makes the file, if it is not there, so that only its owner reads it; SQLite gives its companions the same mode.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn open_postgres(url: &str, access: Access) -> Result<PgConnection, String> {
    let mut conn = PgConnection::establish(&with_time_limits(url)).map_err(|error| error.to_string())?;
    let own = if access == Access::Write { "" } else { POSTGRES_READER };
    conn.batch_execute(&format!("{POSTGRES_BOTH}{own}")).map_err(|error| error.to_string())?;
    Ok(conn)
}

/// libpq waits without end for a host that does not answer, unless told otherwise.
fn with_time_limits(url: &str) -> String {
    let mut url = url.to_owned();
    for limit in ["connect_timeout=5", "tcp_user_timeout=15000"] {
        let (option, _value) = limit.split_once('=').unwrap_or((limit, ""));
        if !url.contains(option) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(limit);
        }
    }
    url
}
