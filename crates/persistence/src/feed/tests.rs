//! Which events of a transaction are told: those of the writes and savepoints that stay.

use std::sync::{Arc, Mutex};

use gigline_domain::{ChatId, EventId, Timestamp};

use super::{Events, Feed};
use crate::log::{self, Happening, LogEvent};
use crate::testing::{Scratch, block_on, busy, refusal, start};
use crate::{Store, StoreResult, WriteTx};

const NOW: Timestamp = Timestamp::from_micros(7);

fn event(eid: i64) -> LogEvent {
    LogEvent { eid: EventId::new(eid), at: NOW, what: Happening::ChatCreated { chat: ChatId::new(eid) } }
}

fn record(tx: &mut WriteTx<'_>, chat: i64) -> StoreResult<()> {
    log::record(tx, Happening::ChatCreated { chat: ChatId::new(chat) }, NOW)
}

/// The numbers and chats of each commit that was told.
type Heard = Arc<Mutex<Vec<Vec<(i64, i64)>>>>;

fn ear(store: &Store) -> Heard {
    let heard = Heard::default();
    let told = Arc::clone(&heard);
    let both = |event: &Arc<LogEvent>| match event.what {
        Happening::ChatCreated { chat } => (event.eid.get(), chat.get()),
        _ => (event.eid.get(), 0),
    };
    store.on_commit(Arc::new(move |events| told.lock().unwrap().push(events.iter().map(both).collect())));
    heard
}

#[test]
fn events_stay_or_go_with_their_write() {
    let mut events = Events::default();
    events.gather(event(1));
    let mark = events.mark();
    events.gather(event(2));
    events.back_to(mark);
    events.end_write(true);
    events.gather(event(2));
    events.end_write(false);
    events.gather(event(2));
    events.end_write(true);
    let numbers: Vec<i64> = events.take().iter().map(|event| event.eid.get()).collect();
    assert_eq!(numbers, [1, 2]);
    assert!(events.take().is_empty());
}

#[test]
fn a_group_is_told_at_once_without_what_was_undone() {
    let scratch = Scratch::new();
    let heard = ear(&scratch.store);
    let (hold, starts, release) = busy();
    block_on(async {
        let mut first = Box::pin(scratch.store.write(hold));
        assert!(start(&mut first).is_none());
        starts.recv().unwrap();
        let mut waiting: Vec<_> = (0..12)
            .map(|n| {
                Box::pin(scratch.store.write(move |tx| {
                    record(tx, n)?;
                    let undone: StoreResult<()> = tx.savepoint(|tx| record(tx, 100 + n).and(Err(refusal())));
                    assert!(undone.is_err());
                    match n % 3 {
                        0 => Err(refusal()),
                        1 => Ok(()),
                        _ => panic!("on purpose"),
                    }
                }))
            })
            .collect();
        for one in &mut waiting {
            assert_eq!(start(one), None);
        }
        release.send(()).unwrap();
        for (one, n) in waiting.into_iter().zip(0..) {
            assert_eq!(one.await.is_ok(), n % 3 == 1);
        }
    });
    assert_eq!(*heard.lock().unwrap(), [vec![(1, 1), (2, 4), (3, 7), (4, 10)]]);
}

#[test]
fn one_listener_takes_the_place_of_another_and_none_is_left_when_the_store_closes() {
    let scratch = Scratch::new();
    let (first, second) = (ear(&scratch.store), ear(&scratch.store));
    scratch.store.write_blocking(|tx| record(tx, 1)).unwrap();
    assert_eq!((first.lock().unwrap().len(), second.lock().unwrap().len()), (0, 1));
    scratch.store.close();
    assert_eq!(Arc::strong_count(&second), 1, "a listener may hold the store: together they would never go");
}

#[test]
fn nobody_has_to_listen() {
    let feed = Feed::default();
    feed.wake();
    feed.publish(&[Arc::new(event(1))]);
}
