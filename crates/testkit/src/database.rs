//! One type for a test's database, whichever of the two it is.

use gigline_persistence::{DatabaseUrl, migrations};

use crate::postgres::PgDatabase;
use crate::sqlite::SqliteDatabase;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file of the test's own.
    Sqlite,
    /// A database of the test's own on one server.
    Postgres,
}

/// A migrated database that belongs to one test and goes when this is dropped.
///
/// Keep it longer than everything that has it open.
#[derive(Debug)]
pub enum TestDatabase {
    /// A SQLite file.
    Sqlite(SqliteDatabase),
    /// A PostgreSQL database.
    Postgres(PgDatabase),
}

impl TestDatabase {
    /// A fresh, migrated database. `None`: PostgreSQL is asked for and there is none; that the test is skipped
    /// has been said, so the test just returns.
    pub fn fresh(backend: Backend) -> Option<Self> {
        match backend {
            Backend::Sqlite => Some(Self::Sqlite(SqliteDatabase::migrated())),
            Backend::Postgres => PgDatabase::migrated().map(Self::Postgres),
        }
    }

    /// A fresh database without any schema, for tests of the migrations themselves. `None` as for `fresh`.
    pub fn empty(backend: Backend) -> Option<Self> {
        match backend {
            Backend::Sqlite => Some(Self::Sqlite(SqliteDatabase::empty())),
            Backend::Postgres => PgDatabase::empty().map(Self::Postgres),
        }
    }

    /// Where it is.
    pub fn url(&self) -> &DatabaseUrl {
        match self {
            Self::Sqlite(made) => made.url(),
            Self::Postgres(made) => made.url(),
        }
    }
}

/// Brings the database at `url` to the newest schema, as the server does when it starts.
pub(crate) fn migrate(url: &DatabaseUrl) -> Result<(), String> {
    migrations::up(url).map(drop).map_err(|error| error.to_string())
}
