//! What only a server can do to its clients: deadlocks, timeouts, hanging up.

use std::sync::{Arc, Barrier};

use gigline_persistence::{StoreError, StoreResult, WriteTx, raw, scratch};
use gigline_testkit::Backend;

use crate::{Notes, put};

fn unavailable(answer: &StoreResult<()>) -> bool {
    matches!(answer, Err(StoreError::Unavailable(_)))
}

#[test]
fn of_two_writes_in_a_deadlock_one_succeeds_and_one_is_unavailable() {
    let Some(notes) = Notes::on(Backend::Postgres) else { return };
    notes.store.write_blocking(|tx| put(tx, 1).and_then(|()| put(tx, 2))).unwrap();
    let both_hold_one = Arc::new(Barrier::new(2));
    let cross = |first: i64, second: i64| {
        let (store, both_hold_one) = (notes.store.clone(), Arc::clone(&both_hold_one));
        std::thread::spawn(move || {
            store.write_blocking(move |tx| {
                let touch =
                    |tx: &mut WriteTx<'_>, n| raw::execute(tx, &format!("UPDATE notes SET n = n WHERE n = {n}"));
                touch(tx, first)?;
                both_hold_one.wait();
                touch(tx, second)
            })
        })
    };
    let (one, other) = (cross(1, 2), cross(2, 1));
    let answers = [one.join().unwrap(), other.join().unwrap()];
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| unavailable(answer)).count(), 1, "{answers:?}");
}

#[test]
fn a_statement_that_takes_too_long_is_unavailable() {
    let Some(notes) = Notes::on(Backend::Postgres) else { return };
    let slow = notes.store.write_blocking(|tx| {
        put(tx, 1)?;
        raw::execute(tx, "SET LOCAL statement_timeout = '20ms'")?;
        raw::execute(tx, "SELECT pg_sleep(30)")
    });
    assert!(unavailable(&slow), "{slow:?}");
    assert_eq!(notes.all(), [0_i64; 0]);
}

#[test]
fn a_connection_that_the_server_ends_is_unavailable_once_and_then_replaced() {
    let Some(notes) = Notes::on(Backend::Postgres) else { return };
    for _ in 0..5 {
        let ended = notes.store.write_blocking(|tx| {
            put(tx, 1)?;
            raw::execute(tx, "SELECT pg_terminate_backend(pg_backend_pid())")
        });
        assert!(unavailable(&ended), "{ended:?}");
    }
    assert_eq!(notes.store.write_blocking(|tx| put(tx, 2)), Ok(()));
    assert_eq!(notes.all(), [2]);
}

#[test]
fn after_a_restart_of_the_server_each_dead_connection_fails_at_most_once() {
    let Some(notes) = Notes::on(Backend::Postgres) else { return };
    notes.store.write_blocking(|tx| put(tx, 1)).unwrap();
    scratch::execute(
        &notes.url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .unwrap();
    let failed = (0..10)
        .filter(|n| {
            notes
                .store
                .write_blocking({
                    let n = 10 + *n;
                    move |tx| put(tx, n)
                })
                .is_err()
        })
        .count();
    assert!(failed <= 2, "{failed} of two connections");
    let answers: Vec<_> = (0..5).map(|_| notes.store.read_blocking(crate::all)).collect();
    assert!(answers.iter().filter(|answer| answer.is_err()).count() <= 2, "{answers:?}");
    assert!(answers.last().is_some_and(Result::is_ok), "{answers:?}");
}

#[test]
fn sessions_are_in_utc_and_bounded() {
    let Some(notes) = Notes::on(Backend::Postgres) else { return };
    let settings = "SELECT count(*) AS n FROM pg_settings WHERE (name, setting) IN (('TimeZone', 'UTC'), \
        ('statement_timeout', '15000'), ('lock_timeout', '5000'), ('idle_in_transaction_session_timeout', '30000'))";
    let here = |conn: &mut gigline_persistence::Conn| raw::integers(conn, settings);
    assert_eq!(notes.store.read_blocking(here), Ok(vec![4]));
    assert_eq!(notes.store.write_blocking(move |tx| here(tx)), Ok(vec![4]));
}
