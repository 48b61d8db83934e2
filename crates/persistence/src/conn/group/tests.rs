//! Writes of one group that say something, and are undone with a savepoint and without.

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use gigline_domain::{ChatId, ClientId, MessageText, Timestamp, UserId, Username};
use proptest::prelude::*;

use crate::testing::{Scratch, block_on, busy, put, refusal, start};
use crate::{StoreError, StoreResult, WriteTx, accounts, chats, log, messages, raw, workload};

/// What one write of a group does, and in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Say,
    SayOnce,
    /// Something that needs a savepoint.
    Put,
    SayAndUndo,
    ReadOn,
    /// A statement that fails, in vain.
    Stumble,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Well,
    Refused,
    Panic,
}

fn any_write() -> impl Strategy<Value = (Vec<Act>, End)> {
    let act = prop_oneof![
        4 => Just(Act::Say),
        2 => Just(Act::SayOnce),
        1 => Just(Act::Put),
        1 => Just(Act::SayAndUndo),
        1 => Just(Act::ReadOn),
        1 => Just(Act::Stumble),
    ];
    let end = prop_oneof![3 => Just(End::Well), 1 => Just(End::Refused), 1 => Just(End::Panic)];
    (prop::collection::vec(act, 1..4), end)
}

#[derive(Clone, Copy)]
struct Pair {
    who: UserId,
    chat: ChatId,
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn open(tx: &mut WriteTx<'_>) -> StoreResult<Pair> {
    let who = workload::poster(tx)?;
    let other = accounts::insert(tx, &workload::nobody().unwrap(), &Username::parse("other").unwrap())?;
    Ok(Pair { who, chat: chats::open_direct(tx, who, other, at(1))?.chat.id })
}

fn say(tx: &mut WriteTx<'_>, pair: Pair, n: i64, once: bool) -> StoreResult<messages::Appended> {
    let (text, id) = (MessageText::parse(&n.to_string()).unwrap(), ClientId::parse(&n.to_string()).unwrap());
    messages::append(tx, pair.chat, pair.who, &text, once.then_some(&id), at(n + 10))
}

fn perform(tx: &mut WriteTx<'_>, pair: Pair, n: i64, acts: &[Act], end: End) -> StoreResult<()> {
    for act in acts {
        match act {
            Act::Say => drop(say(tx, pair, n, false)?),
            Act::SayOnce => drop(say(tx, pair, n, true)?),
            // Again is a conflict.
            Act::Put => drop(tx.savepoint(|tx| put(tx, n))),
            Act::SayAndUndo => {
                let undone: StoreResult<()> = tx.savepoint(|tx| say(tx, pair, n, false).and(Err(refusal())));
                assert_eq!(undone, Err(refusal()));
            }
            Act::ReadOn => {
                let upto = chats::get(tx, pair.chat, pair.who)?.last_seq;
                messages::mark_read(tx, pair.chat, pair.who, upto, at(n + 10)).map(drop)?;
            }
            Act::Stumble => {
                let stumbled: StoreResult<()> = tx.savepoint(|tx| Ok(tx.db().batch_execute("INSERT INTO nowhere")?));
                assert!(stumbled.is_err());
            }
        }
    }
    match end {
        End::Well => Ok(()),
        End::Refused => Err(refusal()),
        End::Panic => panic!("on purpose"),
    }
}

/// Runs `writes` in one group, and gives what each was told.
fn together<F>(scratch: &Scratch, writes: Vec<F>) -> Vec<StoreResult<()>>
where
    F: FnOnce(&mut WriteTx<'_>) -> StoreResult<()> + Send + 'static,
{
    let (hold, starts, release) = busy();
    block_on(async {
        let mut first = Box::pin(scratch.store.write(hold));
        assert_eq!(start(&mut first), None);
        starts.recv().unwrap();
        let mut waiting: Vec<_> = writes.into_iter().map(|write| Box::pin(scratch.store.write(write))).collect();
        for one in &mut waiting {
            assert_eq!(start(one), None);
        }
        release.send(()).unwrap();
        let mut told = Vec::new();
        for one in waiting {
            told.push(one.await);
        }
        told
    })
}

fn numbers(scratch: &Scratch, sql: &str) -> Vec<i64> {
    scratch.store.read_blocking(|conn| raw::integers(conn, sql)).unwrap()
}

/// Everything that was said and noted, and the two counters.
fn picture(scratch: &Scratch) -> [Vec<i64>; 8] {
    [
        "SELECT id AS n FROM messages ORDER BY id",
        "SELECT seq AS n FROM messages ORDER BY id",
        "SELECT CAST(text AS INTEGER) AS n FROM messages ORDER BY id",
        "SELECT eid AS n FROM notices ORDER BY eid",
        "SELECT last AS n FROM event_clock",
        "SELECT last_seq AS n FROM chats",
        "SELECT last_at AS n FROM chats",
        "SELECT n FROM notes ORDER BY n",
    ]
    .map(|sql| numbers(scratch, sql))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_group_leaves_what_its_good_writes_leave_one_by_one(writes in prop::collection::vec(any_write(), 1..24)) {
        let (grouped, alone) = (Scratch::new(), Scratch::new());
        let pair = grouped.store.write_blocking(open).unwrap();
        prop_assert_eq!(alone.store.write_blocking(open).unwrap().chat, pair.chat);
        let jobs = (0_i64..).zip(writes.clone());
        let told = together(&grouped, jobs.map(|(n, (acts, end))| {
            move |tx: &mut WriteTx<'_>| perform(tx, pair, n, &acts, end)
        }).collect());
        for ((n, (acts, end)), told) in (0_i64..).zip(writes).zip(told) {
            match end {
                End::Well => {
                    prop_assert_eq!(told, Ok(()));
                    let done = alone.store.write_blocking(move |tx| perform(tx, pair, n, &acts, end));
                    prop_assert_eq!(done, Ok(()));
                }
                End::Refused => prop_assert_eq!(told, Err(refusal())),
                End::Panic => prop_assert_eq!(told, Err(StoreError::Died)),
            }
        }
        prop_assert_eq!(picture(&grouped), picture(&alone));
        let eids = |scratch: &Scratch| {
            let read = |conn: &mut crate::Conn| log::read_after(conn, gigline_domain::EventId::NONE, 1_000);
            scratch.store.read_blocking(read).unwrap().iter().map(|event| event.eid.get()).collect::<Vec<_>>()
        };
        let all = eids(&grouped);
        prop_assert_eq!(&all, &(1..=i64::try_from(all.len()).unwrap()).collect::<Vec<_>>());
    }
}

#[test]
fn the_log_of_an_open_transaction_ends_with_its_own_events() {
    let scratch = Scratch::new();
    let pair = scratch.store.write_blocking(open).unwrap();
    let heads = scratch.store.write_blocking(move |tx| {
        let before = log::head(tx)?;
        let said = say(tx, pair, 1, false)?.message.id.get();
        Ok::<_, StoreError>((before.get() + 1, said, log::head(tx)?.get()))
    });
    assert_eq!(heads, Ok((2, 2, 2)));
}

#[test]
fn a_statement_that_fails_without_a_savepoint_undoes_its_write_alone() {
    let scratch = Scratch::new();
    let pair = scratch.store.write_blocking(open).unwrap();
    // The chat counts on to a number that is taken.
    scratch
        .store
        .write_blocking(move |tx| {
            say(tx, pair, 1, false)?;
            raw::execute(tx, "UPDATE chats SET last_seq = 0")
        })
        .unwrap();
    let before = picture(&scratch);
    let told = together(
        &scratch,
        (0..3)
            .map(|n| move |tx: &mut WriteTx<'_>| if n == 1 { say(tx, pair, 9, false).map(drop) } else { put(tx, n) })
            .collect(),
    );
    assert!(told[1].is_err() && told[0].is_ok() && told[2].is_ok(), "{told:?}");
    let mut after = picture(&scratch);
    assert_eq!(std::mem::take(&mut after[7]), [0, 2]);
    assert_eq!(after[..7], before[..7]);
}

#[test]
fn a_transaction_that_is_gone_takes_its_group_along_and_nothing_is_kept_by_accident() {
    let scratch = Scratch::new();
    let pair = scratch.store.write_blocking(open).unwrap();
    scratch.store.write_blocking(|tx| put(tx, 100)).unwrap();
    let before = picture(&scratch);
    for goes_on in [false, true] {
        let told = together(
            &scratch,
            (0..3)
                .map(|n| {
                    move |tx: &mut WriteTx<'_>| {
                        say(tx, pair, n, false)?;
                        if n == 1 {
                            // As a full disk may do.
                            let crate::any::AnyConn::Sqlite(conn) = tx.look() else { return Ok(()) };
                            conn.batch_execute("ROLLBACK")?;
                            let failed = diesel::sql_query("INSERT INTO notes VALUES (100)").execute(conn);
                            assert!(failed.is_err());
                            if goes_on {
                                put(tx, n)?;
                            }
                        }
                        Ok(())
                    }
                })
                .collect(),
        );
        assert!(told.iter().all(|told| matches!(told, Err(StoreError::Unavailable(_)))), "{told:?}");
        assert_eq!(picture(&scratch), before);
    }
    assert_eq!(scratch.store.write_blocking(move |tx| say(tx, pair, 1, false)).map(|said| said.first), Ok(true));
}
