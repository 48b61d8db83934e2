//! A SQLite file for each test, copied from one that this process migrated once.

use std::sync::OnceLock;

use gigline_persistence::DatabaseUrl;
use tempfile::TempDir;

/// A database file in a directory of its own, which goes with the test.
#[derive(Debug)]
pub struct SqliteDatabase {
    dir: TempDir,
    url: DatabaseUrl,
}

impl SqliteDatabase {
    /// A database with all migrations applied.
    pub fn migrated() -> Self {
        static MIGRATED: OnceLock<Vec<u8>> = OnceLock::new();
        let bytes = MIGRATED.get_or_init(|| or_fail(migrated_file()));
        or_fail(Self::create(bytes))
    }

    /// A file that is not there yet, for tests of the migrations themselves.
    pub fn empty() -> Self {
        or_fail(Self::create(&[]))
    }

    /// Where it is.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// The directory of the file, for what else the test wants to leave there.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    fn create(bytes: &[u8]) -> Result<Self, String> {
        let dir = tempfile::Builder::new().prefix("gigline-sqlite-").tempdir().map_err(|e| e.to_string())?;
        let path = dir.path().join("gigline.db");
        if !bytes.is_empty() {
            std::fs::write(&path, bytes).map_err(|e| e.to_string())?;
        }
        Ok(Self { dir, url: DatabaseUrl::Sqlite(path) })
    }
}

/// The bytes of a migrated database: kept in memory, so that nothing is left on disk by a process's end.
fn migrated_file() -> Result<Vec<u8>, String> {
    let made = SqliteDatabase::create(&[])?;
    crate::migrate(&made.url)?;
    let DatabaseUrl::Sqlite(path) = &made.url else { return Err("not a file".to_owned()) };
    // The last connection folds the log into the file; what stayed in it would be missing from a copy.
    if path.with_file_name("gigline.db-wal").exists() {
        return Err("the migrated file is still open somewhere".to_owned());
    }
    std::fs::read(path).map_err(|e| e.to_string())
}

#[expect(clippy::panic, reason = "without a database no test can go on")]
fn or_fail<T>(result: Result<T, String>) -> T {
    result.unwrap_or_else(|error| panic!("SQLite for tests: {error}"))
}

#[cfg(test)]
mod tests {
    use gigline_persistence::scratch;

    use super::*;

    #[test]
    fn each_test_gets_a_file_of_its_own_with_the_schema() {
        let (one, other) = (SqliteDatabase::migrated(), SqliteDatabase::migrated());
        scratch::execute(one.url(), "CREATE TABLE only_here (x INT)").unwrap();
        scratch::execute(one.url(), "SELECT x FROM only_here").unwrap();
        assert!(scratch::execute(other.url(), "SELECT x FROM only_here").is_err());
        scratch::execute(other.url(), "SELECT id FROM jobs").unwrap();
    }

    #[test]
    fn the_directory_goes_with_the_database() {
        let made = SqliteDatabase::empty();
        let dir = made.dir().to_owned();
        assert!(dir.exists());
        drop(made);
        assert!(!dir.exists());
    }
}
