//! Groups, and what a bad neighbour in one cannot do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use diesel::connection::SimpleConnection;
use proptest::prelude::*;

use super::Writer;
use crate::connect::{Access, Connector};
use crate::testing::{Scratch, block_on, busy, put, refusal, start};
use crate::{Conflict, DatabaseUrl, StoreError, StoreResult, WriteTx};

/// What one write of a group does after it has put its note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Succeeds,
    SucceedsAfterAFailedSavepoint,
    Fails,
    BreaksAUniqueRule,
    Panics,
    PanicsInASavepoint,
    IgnoresAFailedStatement,
}

fn go(way: Way, tx: &mut WriteTx<'_>, n: i64) -> StoreResult<()> {
    put(tx, n)?;
    match way {
        Way::Succeeds => Ok(()),
        Way::SucceedsAfterAFailedSavepoint => {
            let again = tx.savepoint(|tx| {
                put(tx, n + 1_000_000)?;
                put(tx, n)
            });
            assert_eq!(again, Err(Conflict::Unique("notes_n".to_owned()).into()));
            Ok(())
        }
        Way::Fails => Err(refusal()),
        Way::BreaksAUniqueRule => put(tx, n),
        Way::Panics => panic!("on purpose"),
        Way::PanicsInASavepoint => tx.savepoint(|tx| {
            put(tx, n + 1_000_000)?;
            panic!("on purpose")
        }),
        Way::IgnoresAFailedStatement => {
            let _ignored = put(tx, n);
            Ok(())
        }
    }
}

fn expected(way: Way) -> StoreResult<()> {
    match way {
        Way::Succeeds | Way::SucceedsAfterAFailedSavepoint => Ok(()),
        Way::Fails => Err(refusal()),
        Way::BreaksAUniqueRule => Err(Conflict::Unique("notes_n".to_owned()).into()),
        Way::Panics | Way::PanicsInASavepoint => Err(StoreError::Died),
        Way::IgnoresAFailedStatement => {
            Err(StoreError::Corrupt("a statement failed outside of a savepoint and was ignored".to_owned()))
        }
    }
}

fn any_way() -> impl Strategy<Value = Way> {
    prop_oneof![
        6 => Just(Way::Succeeds),
        1 => Just(Way::SucceedsAfterAFailedSavepoint),
        1 => Just(Way::Fails),
        1 => Just(Way::BreaksAUniqueRule),
        1 => Just(Way::Panics),
        1 => Just(Way::PanicsInASavepoint),
        1 => Just(Way::IgnoresAFailedStatement),
    ]
}

fn numbered(ways: &[Way]) -> impl Iterator<Item = (i64, Way)> + '_ {
    (0..).zip(ways.iter().copied())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exactly_the_writes_that_were_told_so_are_stored(ways in prop::collection::vec(any_way(), 1..300)) {
        let scratch = Scratch::new();
        let (hold, starts, release) = busy();
        block_on(async {
            let mut first = Box::pin(scratch.store.write(hold));
            prop_assert!(start(&mut first).is_none());
            starts.recv().unwrap();
            // All of these wait together and are grouped.
            let mut waiting: Vec<_> = numbered(&ways)
                .map(|(n, way)| Box::pin(scratch.store.write(move |tx| go(way, tx, n))))
                .collect();
            for one in &mut waiting {
                prop_assert_eq!(start(one), None);
            }
            release.send(()).unwrap();
            for (one, way) in waiting.into_iter().zip(&ways) {
                prop_assert_eq!(one.await, expected(*way));
            }
            Ok(())
        })?;
        let stored: Vec<i64> =
            numbered(&ways).filter(|(_, way)| expected(*way).is_ok()).map(|(n, _)| n).collect();
        prop_assert_eq!(scratch.notes(), stored);
    }

    #[test]
    fn threads_and_tasks_at_once_lose_nothing(ways in prop::collection::vec(any_way(), 4..60)) {
        let scratch = Scratch::new();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let answers: Vec<_> = std::thread::scope(|scope| {
            let by_threads: Vec<_> = numbered(&ways)
                .filter(|(n, _)| n % 2 == 0)
                .map(|(n, way)| {
                    let store = scratch.store.clone();
                    (way, scope.spawn(move || store.write_blocking(move |tx| go(way, tx, n))))
                })
                .collect();
            let by_tasks: Vec<_> = numbered(&ways)
                .filter(|(n, _)| n % 2 == 1)
                .map(|(n, way)| {
                    let store = scratch.store.clone();
                    (way, runtime.spawn(async move { store.write(move |tx| go(way, tx, n)).await }))
                })
                .collect();
            let threads = by_threads.into_iter().map(|(way, thread)| (way, thread.join().unwrap()));
            let tasks = by_tasks.into_iter().map(|(way, task)| (way, runtime.block_on(task).unwrap()));
            threads.chain(tasks).collect()
        });
        for (way, answer) in answers {
            prop_assert_eq!(answer, expected(way));
        }
        let stored: Vec<i64> =
            numbered(&ways).filter(|(_, way)| expected(*way).is_ok()).map(|(n, _)| n).collect();
        prop_assert_eq!(scratch.notes(), stored);
    }
}

#[test]
fn a_lone_write_is_done_on_the_callers_thread_and_undone_when_it_fails() {
    let scratch = Scratch::new();
    let here = std::thread::current().id();
    let ran_on = scratch.store.write_blocking(|tx| {
        put(tx, 1)?;
        Ok::<_, StoreError>(std::thread::current().id())
    });
    assert_eq!(ran_on, Ok(here));
    for way in [Way::Fails, Way::Panics, Way::PanicsInASavepoint, Way::IgnoresAFailedStatement] {
        assert_eq!(scratch.store.write_blocking(move |tx| go(way, tx, 2)), expected(way), "{way:?}");
    }
    assert_eq!(scratch.store.write_blocking(|tx| put(tx, 3)), Ok(()));
    assert_eq!(scratch.notes(), [1, 3]);
}

#[test]
fn a_write_beside_others_joins_their_group() {
    let scratch = Scratch::new();
    let (hold, starts, release) = busy();
    let here = std::thread::current().id();
    block_on(async {
        let mut first = Box::pin(scratch.store.write(hold));
        assert_eq!(start(&mut first), None);
        starts.recv().unwrap();
        let store = scratch.store.clone();
        let beside = std::thread::spawn(move || {
            release.send(()).unwrap();
            store.write_blocking(move |_tx| Ok::<_, StoreError>(std::thread::current().id()))
        });
        let ran_on = beside.join().unwrap().unwrap();
        assert_ne!(ran_on, here);
        assert_eq!(first.await, Ok(()));
    });
}

#[test]
fn a_full_queue_says_busy_and_keeps_what_it_took() {
    let scratch = Scratch::with(|config| config.write_queue = 2);
    let (hold, starts, release) = busy();
    block_on(async {
        let mut first = Box::pin(scratch.store.write(hold));
        assert_eq!(start(&mut first), None);
        starts.recv().unwrap();
        let mut second = Box::pin(scratch.store.write(|tx| put(tx, 2)));
        let mut third = Box::pin(scratch.store.write(|tx| put(tx, 3)));
        assert_eq!((start(&mut second), start(&mut third)), (None, None));

        assert_eq!(scratch.store.write(|tx| put(tx, 4)).await, Err(StoreError::Busy));
        assert_eq!(scratch.store.write_blocking(|tx| put(tx, 5)), Err(StoreError::Busy));

        release.send(()).unwrap();
        assert_eq!((first.await, second.await, third.await), (Ok(()), Ok(()), Ok(())));
    });
    assert_eq!(scratch.notes(), [2, 3]);
}

#[test]
fn a_caller_that_went_away_has_its_write_done() {
    let scratch = Scratch::new();
    let (hold, starts, release) = busy();
    let mut first = Box::pin(scratch.store.write(hold));
    assert_eq!(start(&mut first), None);
    starts.recv().unwrap();
    let mut leaves = Box::pin(scratch.store.write(|tx| put(tx, 1)));
    assert_eq!(start(&mut leaves), None);

    drop(leaves);

    release.send(()).unwrap();
    scratch.store.close();
    assert_eq!(scratch.notes(), [1]);
}

#[test]
fn closing_does_what_waits_and_takes_no_more() {
    let scratch = Scratch::new();
    let (hold, starts, release) = busy();
    let mut first = Box::pin(scratch.store.write(hold));
    assert_eq!(start(&mut first), None);
    starts.recv().unwrap();
    let mut waiting: Vec<_> = (0..600).map(|n| Box::pin(scratch.store.write(move |tx| put(tx, n)))).collect();
    for one in &mut waiting {
        assert_eq!(start(one), None);
    }
    release.send(()).unwrap();

    scratch.store.close();

    for one in waiting {
        assert_eq!(block_on(one), Ok(()));
    }
    assert_eq!(scratch.notes(), (0..600).collect::<Vec<_>>());
    let closed = Err(StoreError::Unavailable("the store is closed".to_owned()));
    assert_eq!(block_on(scratch.store.write(|tx| put(tx, 900))), closed);
    assert_eq!(scratch.store.write_blocking(|tx| put(tx, 901)), closed);
    scratch.store.close();
}

#[test]
fn closing_waits_for_a_write_on_the_callers_own_thread() {
    let scratch = Scratch::new();
    let (hold, starts, release) = busy();
    let store = scratch.store.clone();
    let alone = std::thread::spawn(move || {
        store.write_blocking(move |tx| {
            hold(tx)?;
            put(tx, 1)
        })
    });
    starts.recv().unwrap();
    release.send(()).unwrap();
    scratch.store.close();
    assert_eq!(scratch.notes(), [1]);
    assert_eq!(alone.join().unwrap(), Ok(()));
}

/// Puts `bad` between two good writes of one group and gives the three answers.
fn beside(
    scratch: &Scratch,
    bad: impl FnOnce(&mut WriteTx<'_>) -> StoreResult<()> + Send + 'static,
) -> Vec<StoreResult<()>> {
    let (hold, starts, release) = busy();
    block_on(async {
        let mut first = Box::pin(scratch.store.write(hold));
        assert_eq!(start(&mut first), None);
        starts.recv().unwrap();
        let mut before = Box::pin(scratch.store.write(|tx| put(tx, 1)));
        let mut bad = Box::pin(scratch.store.write(bad));
        let mut after = Box::pin(scratch.store.write(|tx| put(tx, 2)));
        assert_eq!((start(&mut before), start(&mut bad), start(&mut after)), (None, None, None));
        release.send(()).unwrap();
        assert_eq!(first.await, Ok(()));
        vec![before.await, bad.await, after.await]
    })
}

fn all_unavailable(answers: &[StoreResult<()>]) -> bool {
    answers.iter().all(|answer| matches!(answer, Err(StoreError::Unavailable(_))))
}

#[test]
fn when_the_commit_fails_nobody_is_told_of_success_and_the_next_write_works() {
    let scratch = Scratch::new();
    crate::scratch::execute(&scratch.url, "CREATE TABLE owned (note BIGINT REFERENCES notes (n))").unwrap();
    let answers = beside(&scratch, |tx| {
        Ok(tx.db().batch_execute("PRAGMA defer_foreign_keys = ON; INSERT INTO owned VALUES (99)")?)
    });
    assert!(all_unavailable(&answers), "{answers:?}");
    assert_eq!(scratch.notes(), [0_i64; 0]);
    assert_eq!(scratch.store.write_blocking(|tx| put(tx, 3)), Ok(()));
    assert_eq!(scratch.notes(), [3]);
}

#[test]
fn when_the_transaction_breaks_under_a_write_its_whole_group_is_told_and_the_next_write_works() {
    let scratch = Scratch::new();
    let answers = beside(&scratch, |tx| Ok(tx.db().batch_execute("ROLLBACK")?));
    assert!(all_unavailable(&answers), "{answers:?}");
    assert_eq!(scratch.notes(), [0_i64; 0]);
    assert_eq!(block_on(scratch.store.write(|tx| put(tx, 3))), Ok(()));
    assert_eq!(scratch.notes(), [3]);
}

#[test]
fn a_full_disk_is_unavailable_and_the_next_write_works() {
    let scratch = Scratch::new();
    let fill = |tx: &mut WriteTx<'_>| -> StoreResult<()> {
        let sql = "PRAGMA max_page_count = 1; CREATE TABLE filling AS SELECT zeroblob(1000000)";
        Ok(tx.db().batch_execute(sql)?)
    };
    let alone = scratch.store.write_blocking(fill);
    assert!(matches!(&alone, Err(StoreError::Unavailable(cause)) if cause.contains("full")), "{alone:?}");
    assert_eq!(
        scratch
            .store
            .write_blocking(|tx| Ok::<_, StoreError>(tx.db().batch_execute("PRAGMA max_page_count = 100000")?)),
        Ok(())
    );
    assert_eq!(scratch.store.write_blocking(|tx| put(tx, 3)), Ok(()));
    assert_eq!(scratch.notes(), [3]);
}

#[test]
fn an_answer_that_panics_on_its_way_harms_no_other() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("on purpose");
        }
    }
    let scratch = Scratch::new();
    let (hold, starts, release) = busy();
    block_on(async {
        let mut first = Box::pin(scratch.store.write(hold));
        assert_eq!(start(&mut first), None);
        starts.recv().unwrap();
        let mut leaves = Box::pin(scratch.store.write(|tx| put(tx, 1).map(|()| Bomb)));
        let mut stays = Box::pin(scratch.store.write(|tx| put(tx, 2)));
        assert!(start(&mut leaves).is_none() && start(&mut stays).is_none());
        // Nobody takes the answer, so it is dropped on the writer's thread.
        drop(leaves);
        release.send(()).unwrap();
        assert_eq!((first.await, stays.await), (Ok(()), Ok(())));
        assert_eq!(scratch.store.write(|tx| put(tx, 3)).await, Ok(()));
    });
    assert_eq!(scratch.notes(), [1, 2, 3]);
}

#[test]
fn a_database_that_cannot_be_opened_again_is_unavailable_until_it_can() {
    let dir = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(dir.path().join("scratch.db"));
    let connector = Connector::new(url.clone(), Access::Write, Arc::new(AtomicU64::new(0)));
    let gone = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&gone);
    let open = Box::new(move || {
        if flag.load(Ordering::SeqCst) {
            Err("no such disk".to_owned())
        } else {
            connector.open().map_err(|e| e.to_string())
        }
    });
    let writer = Writer::start(8, open, Arc::default()).unwrap();
    crate::scratch::execute(&url, "CREATE TABLE notes (n BIGINT NOT NULL PRIMARY KEY)").unwrap();
    gone.store(true, Ordering::SeqCst);
    let breaks = writer.write_blocking(|tx| -> StoreResult<()> { Ok(tx.db().batch_execute("ROLLBACK")?) });
    assert!(matches!(breaks, Err(StoreError::Unavailable(_))), "{breaks:?}");

    let no_disk = Err(StoreError::Unavailable("no such disk".to_owned()));
    assert_eq!(writer.write_blocking(|tx| put(tx, 1)), no_disk);
    assert_eq!(block_on(writer.write(|tx| put(tx, 2))), no_disk);

    gone.store(false, Ordering::SeqCst);
    assert_eq!(writer.write_blocking(|tx| put(tx, 3)), Ok(()));
    assert_eq!(block_on(writer.write(|tx| put(tx, 4))), Ok(()));
    writer.close();
}
