//! A write is whole or nothing, and nothing that one does reaches another.

use gigline_domain::UserId;
use gigline_persistence::workload::Postings;
use gigline_persistence::{Conflict, Conn, Entity, StoreError, StoreResult, WriteTx, raw};
use gigline_testkit::Backend;

use crate::{Notes, all, on_both, put, runtime};

on_both! {
    exactly_the_writes_that_succeeded_are_stored,
    more_panics_than_connections_leave_the_store_working,
    a_failed_statement_that_was_ignored_undoes_the_write,
    a_savepoint_undoes_its_own_failure_and_the_write_goes_on,
    a_snapshot_does_not_change_while_others_write,
    a_reading_connection_cannot_write,
    a_closed_store_takes_no_writes,
    a_job_of_nobody_is_not_posted,
}

fn unique() -> StoreError {
    Conflict::Unique("notes_n".to_owned()).into()
}

fn exactly_the_writes_that_succeeded_are_stored(backend: Backend) {
    let Some(notes) = Notes::on(backend) else { return };
    let write = |n: i64| {
        move |tx: &mut WriteTx<'_>| -> StoreResult<()> {
            put(tx, n)?;
            match n % 5 {
                0 => panic!("on purpose"),
                1 => Err(StoreError::Busy),
                2 => put(tx, n),
                _ => Ok(()),
            }
        }
    };
    let expected = |n: i64| match n % 5 {
        0 => Err(StoreError::Died),
        1 => Err(StoreError::Busy),
        2 => Err(unique()),
        _ => Ok(()),
    };
    let runtime = runtime();
    let tasks: Vec<_> = (0..100)
        .map(|n| {
            let store = notes.store.clone();
            (n, runtime.spawn(async move { store.write(write(n)).await }))
        })
        .collect();
    for (n, task) in tasks {
        assert_eq!(runtime.block_on(task).unwrap(), expected(n), "{n}");
    }
    assert_eq!(notes.all(), (0..100).filter(|n| n % 5 > 2).collect::<Vec<_>>());
}

fn more_panics_than_connections_leave_the_store_working(backend: Backend) {
    let Some(notes) = Notes::on(backend) else { return };
    for n in 0..10 {
        let died: StoreResult<()> = notes.store.write_blocking(move |tx| {
            put(tx, n)?;
            tx.savepoint(|_tx| -> StoreResult<()> { panic!("on purpose") })
        });
        assert_eq!(died, Err(StoreError::Died));
    }
    assert_eq!(notes.store.write_blocking(|tx| put(tx, 7)), Ok(()));
    assert_eq!(notes.all(), [7]);
}

fn a_failed_statement_that_was_ignored_undoes_the_write(backend: Backend) {
    let Some(notes) = Notes::on(backend) else { return };
    let ignored = notes.store.write_blocking(|tx| {
        put(tx, 1)?;
        let _ignored = put(tx, 1);
        Ok(())
    });
    assert!(matches!(ignored, Err(StoreError::Corrupt(_))), "{ignored:?}");
    assert_eq!(notes.all(), [0_i64; 0]);
}

fn a_savepoint_undoes_its_own_failure_and_the_write_goes_on(backend: Backend) {
    let Some(notes) = Notes::on(backend) else { return };
    let inner = notes.store.write_blocking(|tx| {
        put(tx, 1)?;
        let inner: StoreResult<()> = tx.savepoint(|tx| {
            put(tx, 2)?;
            let innermost: StoreResult<()> = tx.savepoint(|tx| put(tx, 2));
            assert_eq!(innermost, Err(unique()));
            put(tx, 3)?;
            put(tx, 1)
        });
        put(tx, 4)?;
        Ok::<_, StoreError>(inner)
    });
    assert_eq!(inner, Ok(Err(unique())));
    assert_eq!(notes.all(), [1, 4]);
}

fn a_snapshot_does_not_change_while_others_write(backend: Backend) {
    let Some(notes) = Notes::on(backend) else { return };
    let store = notes.store.clone();
    let seen = notes.store.read_blocking(|conn| {
        conn.snapshot(|conn| {
            let before = all(conn)?;
            store.write_blocking(|tx| put(tx, 1))?;
            Ok::<_, StoreError>((before, all(conn)?))
        })
    });
    assert_eq!(seen, Ok((vec![], vec![])));
    assert_eq!(notes.all(), [1]);
}

fn a_reading_connection_cannot_write(backend: Backend) {
    let Some(notes) = Notes::on(backend) else { return };
    let wrote = notes.store.read_blocking(|conn| put(conn, 1));
    assert!(wrote.is_err(), "{wrote:?}");
    let wrote = notes.store.read_blocking(|conn| conn.snapshot(|conn| put(conn, 1)));
    assert!(wrote.is_err(), "{wrote:?}");
    assert_eq!(notes.all(), [0_i64; 0]);
}

fn a_closed_store_takes_no_writes(backend: Backend) {
    let Some(notes) = Notes::on(backend) else { return };
    assert_eq!(notes.store.write_blocking(|tx| put(tx, 1)), Ok(()));
    notes.store.close();
    let refused = notes.store.write_blocking(|tx| put(tx, 2));
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    let refused = runtime().block_on(notes.store.write(|tx| raw::execute(tx, "SELECT 1")));
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(notes.all(), [1]);
}

fn a_job_of_nobody_is_not_posted(backend: Backend) {
    let Some(notes) = Notes::on(backend) else { return };
    let posted = notes.store.write_blocking(Postings::of(1).unwrap().next(UserId::new(77)));
    assert_eq!(posted, Err(StoreError::NotFound(Entity::User)), "as when the poster was erased a moment ago");
    let jobs = |conn: &mut Conn| raw::integers(conn, "SELECT count(*) AS n FROM jobs");
    assert_eq!(notes.store.read_blocking(jobs), Ok(vec![0]));
}
