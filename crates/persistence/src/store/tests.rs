//! Reads and their bounds, and what is counted.

use std::sync::mpsc::channel;

use crate::testing::{Scratch, all, block_on, put, start};
use crate::{Conn, Store, StoreConfig, StoreError, StoreResult};

#[test]
fn a_read_sees_what_was_written_before() {
    let scratch = Scratch::new();
    assert_eq!(scratch.store.write_blocking(|tx| put(tx, 7)), Ok(()));
    assert_eq!(scratch.store.read_blocking(all), Ok(vec![7]));
    assert_eq!(block_on(scratch.store.read(all)), Ok(vec![7]));
    assert_eq!(block_on(scratch.store.read_point(all)), Ok(vec![7]));
    assert!(!scratch.store.is_shared());
}

#[test]
fn a_reading_connection_cannot_write() {
    let scratch = Scratch::new();
    let wrote = scratch.store.read_blocking(|conn| {
        diesel::connection::SimpleConnection::batch_execute(conn.db(), "INSERT INTO notes VALUES (1)")?;
        Ok::<_, StoreError>(())
    });
    assert!(wrote.is_err());
    assert_eq!(scratch.notes(), [0_i64; 0]);
}

#[test]
fn a_snapshot_does_not_change_while_others_write() {
    let scratch = Scratch::new();
    let store = scratch.store.clone();
    let seen = scratch.store.read_blocking(|conn| {
        conn.snapshot(|conn| {
            let before = all(conn)?;
            store.write_blocking(|tx| put(tx, 1))?;
            Ok::<_, StoreError>((before, all(conn)?))
        })
    });
    assert_eq!(seen, Ok((vec![], vec![])));
    assert_eq!(scratch.notes(), [1], "and the connection is free of it afterwards");
}

#[test]
fn a_snapshot_that_fails_leaves_the_connection_sound() {
    let scratch = Scratch::with(|config| config.readers = 1);
    let failed: StoreResult<()> = scratch.store.read_blocking(|conn| {
        conn.snapshot(|conn| {
            diesel::connection::SimpleConnection::batch_execute(conn.db(), "SELECT nonsense")?;
            Ok(())
        })
    });
    assert!(matches!(failed, Err(StoreError::Corrupt(_))), "{failed:?}");
    assert_eq!(scratch.store.write_blocking(|tx| put(tx, 1)), Ok(()));
    assert_eq!(scratch.notes(), [1]);
}

#[test]
fn a_point_read_is_done_on_the_callers_thread_while_a_connection_is_free() {
    let scratch = Scratch::with(|config| config.readers = 1);
    let here = std::thread::current().id();
    let thread = |_conn: &mut Conn| Ok::<_, StoreError>(std::thread::current().id());
    assert_eq!(block_on(scratch.store.read_point(thread)), Ok(here));
    assert_ne!(block_on(scratch.store.read(thread)), Ok(here));
}

#[test]
fn reads_beyond_the_bound_are_told_busy() {
    let scratch = Scratch::with(|config| {
        config.readers = 1;
        config.read_queue = 0;
    });
    let ((started, starts), (release, released)) = (channel::<()>(), channel::<()>());
    block_on(async {
        let mut long = Box::pin(scratch.store.read(move |_conn| {
            started.send(()).unwrap();
            released.recv().unwrap();
            Ok::<_, StoreError>(())
        }));
        assert_eq!(start(&mut long), None);
        starts.recv().unwrap();

        assert_eq!(scratch.store.read(all).await, Err(StoreError::Busy));
        assert_eq!(scratch.store.read_point(all).await, Err(StoreError::Busy));

        release.send(()).unwrap();
        assert_eq!(long.await, Ok(()));
        assert_eq!(scratch.store.read(all).await, Ok(vec![]));
    });
}

#[test]
fn a_panic_in_a_read_is_an_answer_and_costs_no_connection() {
    let scratch = Scratch::with(|config| config.readers = 1);
    for _ in 0..3 {
        let died: StoreResult<()> = block_on(scratch.store.read(|_conn| panic!("on purpose")));
        assert_eq!(died, Err(StoreError::Died));
        let died: StoreResult<()> = block_on(scratch.store.read_point(|_conn| panic!("on purpose")));
        assert_eq!(died, Err(StoreError::Died));
    }
    assert_eq!(scratch.notes(), [0_i64; 0]);
}

#[test]
fn statements_are_counted_without_begin_and_commit() {
    let scratch = Scratch::new();
    let count = |work: &dyn Fn(&Store)| {
        let before = scratch.store.statements();
        work(&scratch.store);
        scratch.store.statements() - before
    };
    assert_eq!(count(&|store| drop(store.read_blocking(all))), 1);
    assert_eq!(count(&|store| drop(store.read_in_background(all))), 0);
    assert_eq!(
        count(&|store| {
            let twice = store.read_blocking(|conn| conn.snapshot(|conn| all(conn).and_then(|_| all(conn))));
            assert_eq!(twice, Ok(vec![]));
        }),
        2
    );
    assert_eq!(
        count(&|store| {
            let three = block_on(store.write(|tx| {
                put(tx, 1)?;
                tx.savepoint(|tx| put(tx, 2))?;
                put(tx, 3)
            }));
            assert_eq!(three, Ok(()));
        }),
        3
    );
}

#[test]
fn what_was_stored_is_there_when_the_database_is_opened_again() {
    let scratch = Scratch::new();
    assert_eq!(scratch.store.write_blocking(|tx| put(tx, 7)), Ok(()));
    scratch.store.close();
    let again = Store::open(&StoreConfig::new(scratch.url.clone())).unwrap();
    assert_eq!(again.read_blocking(all), Ok(vec![7]));
}

#[test]
fn a_database_that_cannot_be_opened_says_why() {
    let url = "sqlite:/nowhere/at/all.db".parse().unwrap();
    let refused = Store::open(&StoreConfig::new(url)).unwrap_err().to_string();
    assert!(refused.contains("sqlite:/nowhere/at/all.db") && refused.contains("No such file"), "{refused}");

    let url = "postgres://gig:s3cret@127.0.0.1:1/none".parse().unwrap();
    let refused = Store::open(&StoreConfig::new(url)).unwrap_err().to_string();
    assert!(refused.contains("postgres://gig:***@127.0.0.1:1/none") && refused.contains("refused"), "{refused}");
    assert!(!refused.contains("s3cret"), "{refused}");
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let scratch = Scratch::new();
    let crate::DatabaseUrl::Sqlite(path) = &scratch.url else { panic!("a file") };
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o077, 0);
}
