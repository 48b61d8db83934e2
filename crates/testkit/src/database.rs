//! One type for a test's database, whichever of the two it is.

use gigline_persistence::{DatabaseUrl, migrations, scratch};

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

    /// How many rows `SELECT … FROM {from}` has: a table, perhaps with a condition.
    pub fn count(&self, from: &str) -> i64 {
        let counted = self.texts(&format!("SELECT CAST(count(*) AS TEXT) AS t FROM {from}"));
        counted.first().and_then(|count| count.parse().ok()).unwrap_or(-1)
    }

    /// What every column of every table holds, as text (bytes as hexadecimal digits), under `table.column`. Left out
    /// are the search index and its dictionary: single words that belong to nobody.
    pub fn cells(&self) -> Vec<(String, Vec<String>)> {
        let (tables, columns, text) = match self {
            Self::Sqlite(_) => (
                "SELECT name AS t FROM sqlite_master WHERE type = 'table' AND instr(name, '_word') = 0",
                "SELECT name AS t FROM pragma_table_info('{table}')",
                "CASE typeof({column}) WHEN 'blob' THEN hex({column}) ELSE CAST({column} AS TEXT) END",
            ),
            Self::Postgres(_) => (
                "SELECT tablename::text AS t FROM pg_tables WHERE schemaname = 'public' AND strpos(tablename, '_word') = 0",
                "SELECT column_name::text AS t FROM information_schema.columns WHERE table_name = '{table}'",
                "{column}::text",
            ),
        };
        let mut cells = Vec::new();
        for table in self.texts(tables) {
            for column in self.texts(&columns.replace("{table}", &table)) {
                let text = text.replace("{column}", &format!("\"{column}\""));
                let values = format!("SELECT {text} AS t FROM {table} WHERE \"{column}\" IS NOT NULL");
                cells.push((format!("{table}.{column}"), self.texts(&values)));
            }
        }
        cells
    }

    fn texts(&self, sql: &str) -> Vec<String> {
        or_fail(scratch::texts(self.url(), sql))
    }
}

/// Brings the database at `url` to the newest schema, as the server does when it starts.
pub(crate) fn migrate(url: &DatabaseUrl) -> Result<(), String> {
    migrations::up(url).map(drop).map_err(|error| error.to_string())
}

#[expect(clippy::panic, reason = "a database that cannot be looked into fails the test")]
fn or_fail<T>(result: Result<T, String>) -> T {
    result.unwrap_or_else(|error| panic!("looking into the database: {error}"))
}
