//! The schema, built into the program: brought up to date at start, never run by an older program than made it.
//!
//! [`up`], [`down_all`] and [`schema_dump`] are for tests and tools; a store does what it needs when it is opened.
//! All steps that are missing are done in one transaction under a lock, so that of two servers that start at once
//! one waits, and a step that fails leaves the database as it was.

mod dump;

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::{Connection, PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

pub use self::dump::schema_dump;
use crate::DatabaseUrl;
use crate::any::AnyConn;
use crate::connect::{self, Access};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// The key of PostgreSQL's advisory lock under which the schema changes: "gigline" read as a number.
const LOCK: i64 = 0x0067_6967_6c69_6e65;

/// Why a database could not be opened or its schema not be changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no connection to be had. The address is shown without its password.
    #[error("cannot open the database {url}: {cause}")]
    Connect {
        /// Which database.
        url: DatabaseUrl,
        /// What the database or the system said.
        cause: String,
    },
    /// The database holds steps that this program has never heard of.
    #[error(
        "the database is newer than this program: it has migration {found}, and the newest known here is {known}; \
         run the version that made it, or a later one"
    )]
    Newer {
        /// The newest step that the database has and this program has not.
        found: String,
        /// The newest step of this program.
        known: String,
    },
    /// A step failed; the database is as it was before.
    #[error("cannot bring the schema of {url} up to date: {cause}")]
    Migrate {
        /// Which database.
        url: DatabaseUrl,
        /// Which step, and what the database said.
        cause: String,
    },
}

/// Brings the schema of `url` up to date and tells which steps that took, oldest first.
pub fn up(url: &DatabaseUrl) -> Result<Vec<String>, OpenError> {
    change(url, Direction::Up)
}

/// Takes every step back, newest first, and tells which; all data is gone after it. Refuses a newer database.
pub fn down_all(url: &DatabaseUrl) -> Result<Vec<String>, OpenError> {
    change(url, Direction::Down)
}

#[derive(Debug, Clone, Copy)]
enum Direction {
    Up,
    Down,
}

enum Failure {
    Newer { found: String, known: String },
    Step(String),
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Self::Step(error.to_string())
    }
}

fn change(url: &DatabaseUrl, direction: Direction) -> Result<Vec<String>, OpenError> {
    let conn = connect::open(url, Access::Write)
        .map_err(|cause| OpenError::Connect { url: url.clone(), cause: url.redact(&cause) })?;
    let outcome = match conn {
        AnyConn::Sqlite(conn) => change_sqlite(conn, direction),
        AnyConn::Pg(conn) => change_postgres(conn, direction),
    };
    outcome.map_err(|failure| match failure {
        Failure::Newer { found, known } => OpenError::Newer { found, known },
        Failure::Step(cause) => OpenError::Migrate { url: url.clone(), cause },
    })
}

fn change_sqlite(mut conn: SqliteConnection, direction: Direction) -> Result<Vec<String>, Failure> {
    conn.immediate_transaction(|conn| walk(conn, SQLITE, direction))
}

fn change_postgres(mut conn: PgConnection, direction: Direction) -> Result<Vec<String>, Failure> {
    conn.transaction(|conn| {
        // Waiting for another server's migrations, and building an index, may take longer than a query should.
        conn.batch_execute(&format!(
            "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock({LOCK})"
        ))?;
        walk(conn, POSTGRES, direction)
    })
}

/// Does the missing steps, or undoes those that were done.
fn walk<C>(conn: &mut C, steps: EmbeddedMigrations, direction: Direction) -> Result<Vec<String>, Failure>
where
    C: Connection + MigrationHarness<C::Backend>,
{
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| Failure::Step(error.to_string());
    refuse_newer(conn, &steps)?;
    let done = match direction {
        Direction::Up => conn.run_pending_migrations(steps),
        Direction::Down => conn.revert_all_migrations(steps),
    };
    Ok(done.map_err(failed)?.iter().map(ToString::to_string).collect())
}

fn refuse_newer<C>(conn: &mut C, steps: &EmbeddedMigrations) -> Result<(), Failure>
where
    C: Connection + MigrationHarness<C::Backend>,
{
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| Failure::Step(error.to_string());
    let migrations = MigrationSource::<C::Backend>::migrations(steps).map_err(failed)?;
    let known: Vec<String> = migrations.iter().map(|step| step.name().version().to_string()).collect();
    let done = conn.applied_migrations().map_err(failed)?;
    let unknown = done.iter().map(ToString::to_string).filter(|version| !known.contains(version)).max();
    match unknown {
        None => Ok(()),
        Some(found) => {
            let known = known.into_iter().max().unwrap_or_else(|| "none".to_owned());
            Err(Failure::Newer { found, known })
        }
    }
}

#[cfg(test)]
mod tests;
