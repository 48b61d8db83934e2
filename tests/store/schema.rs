//! Migrations up and down, at once, and never by an older program.

use gigline_persistence::migrations::{down_all, schema_dump, up};
use gigline_persistence::{OpenError, Store, StoreConfig, scratch};
use gigline_testkit::{Backend, TestDatabase};

use crate::on_both;

on_both! {
    up_down_up_gives_the_same_schema,
    a_database_newer_than_the_program_is_refused_and_left_alone,
    of_two_that_start_at_once_one_makes_the_schema,
}

fn up_down_up_gives_the_same_schema(backend: Backend) {
    let Some(database) = TestDatabase::empty(backend) else { return };
    let steps = up(database.url()).unwrap();
    assert!(!steps.is_empty());
    let first = schema_dump(database.url()).unwrap();
    assert!(first.contains("users") && first.contains("jobs"), "{first}");

    let undone = down_all(database.url()).unwrap();
    assert_eq!(undone.iter().rev().collect::<Vec<_>>(), steps.iter().collect::<Vec<_>>());
    assert_eq!(schema_dump(database.url()).unwrap(), "", "something is left over");

    assert_eq!(up(database.url()).unwrap(), steps);
    assert_eq!(schema_dump(database.url()).unwrap(), first);
    assert_eq!(up(database.url()).unwrap(), Vec::<String>::new(), "there is nothing more to do");
}

fn a_database_newer_than_the_program_is_refused_and_left_alone(backend: Backend) {
    let Some(database) = TestDatabase::fresh(backend) else { return };
    scratch::execute(database.url(), "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')").unwrap();
    let before = schema_dump(database.url()).unwrap();

    let refused = Store::open(&StoreConfig::new(database.url().clone())).unwrap_err();

    assert!(matches!(&refused, OpenError::Newer { found, .. } if found == "9999"), "{refused:?}");
    assert_eq!(schema_dump(database.url()).unwrap(), before);
}

fn of_two_that_start_at_once_one_makes_the_schema(backend: Backend) {
    let Some(database) = TestDatabase::empty(backend) else { return };
    let steps: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..2).map(|_| scope.spawn(|| up(database.url()).unwrap().len())).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert_eq!(steps.iter().filter(|steps| **steps == 0).count(), 1, "{steps:?}");
}
