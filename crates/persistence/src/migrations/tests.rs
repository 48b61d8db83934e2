//! Up and down, and the refusal of what is newer. The same on PostgreSQL is tested from the workspace's tests.

use super::{OpenError, down_all, schema_dump, up};
use crate::{DatabaseUrl, Store, StoreConfig, scratch};

fn file() -> (tempfile::TempDir, DatabaseUrl) {
    let dir = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(dir.path().join("g.db"));
    (dir, url)
}

#[test]
fn up_down_up_gives_the_same_schema() {
    let (_dir, url) = file();
    let steps = up(&url).unwrap();
    assert!(!steps.is_empty());
    let first = schema_dump(&url).unwrap();
    assert!(first.contains("users"), "{first}");

    let undone = down_all(&url).unwrap();
    assert_eq!(undone.iter().rev().collect::<Vec<_>>(), steps.iter().collect::<Vec<_>>());
    assert_eq!(schema_dump(&url).unwrap(), "", "something is left over");

    assert_eq!(up(&url).unwrap(), steps);
    assert_eq!(schema_dump(&url).unwrap(), first);
}

#[test]
fn what_is_up_to_date_stays_as_it_is() {
    let (_dir, url) = file();
    up(&url).unwrap();
    assert_eq!(up(&url).unwrap(), Vec::<String>::new());
}

#[test]
fn a_database_newer_than_the_program_is_refused_and_left_alone() {
    let (_dir, url) = file();
    let steps = up(&url).unwrap();
    scratch::execute(&url, "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')").unwrap();
    let before = schema_dump(&url).unwrap();

    let refused = Store::open(&StoreConfig::new(url.clone())).unwrap_err();

    let newest = steps.last().unwrap();
    assert!(matches!(&refused, OpenError::Newer { found, known } if found == "9999" && known == newest), "{refused:?}");
    assert!(refused.to_string().contains("newer than this program"), "{refused}");
    assert!(matches!(down_all(&url), Err(OpenError::Newer { .. })));
    assert_eq!(schema_dump(&url).unwrap(), before);
}

#[test]
fn two_that_start_at_once_both_find_the_schema() {
    let (_dir, url) = file();
    let both: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..2).map(|_| scope.spawn(|| up(&url).unwrap().len())).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert_eq!(both.iter().filter(|steps| **steps == 0).count(), 1, "one of them did it all: {both:?}");
}

#[test]
fn no_foreign_key_of_sqlite_waits_for_the_commit() {
    // It would take its whole group of writes with it.
    let (_dir, url) = file();
    up(&url).unwrap();
    assert!(!schema_dump(&url).unwrap().to_uppercase().contains("DEFERRED"));
}
