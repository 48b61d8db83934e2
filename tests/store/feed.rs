//! Whoever listens to a store hears of every commit's events in their order, each once, and harms nobody.

use std::sync::Arc;

use gigline_persistence::{StoreResult, messages};
use gigline_testkit::Backend;

use crate::talk::{REFUSED, Talk, at, at_once, ear, text};
use crate::{on_both, runtime};

on_both! {
    a_commit_is_told_before_it_is_answered,
    a_listener_that_panics_harms_no_write,
    what_is_undone_is_not_told,
}

fn a_commit_is_told_before_it_is_answered(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let chat = talk.chat(ann, bob);
    let heard = ear(&talk.store);
    let said = talk.say(chat, ann, "hello", 2);
    let expected = if backend == Backend::Sqlite { vec![said.id.get()] } else { vec![] };
    assert_eq!(*heard.lock().unwrap(), std::slice::from_ref(&expected));
    let later =
        runtime().block_on(talk.store.write(move |tx| messages::append(tx, chat, bob, &text("hi"), None, at(3))));
    let later = if backend == Backend::Sqlite { vec![later.unwrap().message.id.get()] } else { vec![] };
    assert_eq!(*heard.lock().unwrap(), [expected, later]);
    talk.user("cid");
    assert_eq!(heard.lock().unwrap().len(), 2, "a commit without events is nobody's business");
}

#[test]
fn events_are_told_in_order_without_a_gap_whoever_writes() {
    let Some(talk) = Talk::on(Backend::Sqlite) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let chat = talk.chat(ann, bob);
    let heard = ear(&talk.store);
    at_once(16, |n| {
        let say = move |tx: &mut gigline_persistence::WriteTx<'_>| -> StoreResult<()> {
            messages::append(tx, chat, ann, &text("hello"), None, at(2))?;
            let undone: StoreResult<()> =
                tx.savepoint(|tx| messages::append(tx, chat, bob, &text("never"), None, at(2)).and(Err(REFUSED)));
            assert_eq!(undone, Err(REFUSED));
            messages::append(tx, chat, bob, &text("hello"), None, at(2))?;
            if n % 4 == 0 { Err(REFUSED) } else { Ok(()) }
        };
        for _ in 0..10 {
            // Some by themselves, some through the queue.
            let answer = if n % 2 == 0 { talk.write(say) } else { runtime().block_on(talk.store.write(say)) };
            assert_eq!(answer.is_err(), n % 4 == 0);
        }
    });
    let told: Vec<i64> = heard.lock().unwrap().concat();
    assert_eq!(told, (2..=talk.head().get()).collect::<Vec<_>>());
    assert_eq!(told.len(), 12 * 10 * 2);
}

fn a_listener_that_panics_harms_no_write(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let chat = talk.chat(ann, bob);
    talk.store.on_commit(Arc::new(|_events| panic!("on purpose")));
    for n in 0..3 {
        assert_eq!(talk.say(chat, ann, "hello", 2).seq.get(), 2 * n + 1);
        let queued = talk.store.write(move |tx| messages::append(tx, chat, bob, &text("hi"), None, at(3)).map(drop));
        assert_eq!(runtime().block_on(queued), Ok(()));
    }
    let heard = ear(&talk.store);
    talk.say(chat, ann, "again", 4);
    assert_eq!(heard.lock().unwrap().len(), 1);
}

fn what_is_undone_is_not_told(backend: Backend) {
    let Some(talk) = Talk::on(backend) else { return };
    let (ann, bob) = (talk.user("ann"), talk.user("bob"));
    let chat = talk.chat(ann, bob);
    let (heard, head) = (ear(&talk.store), talk.head());
    let refused: StoreResult<()> =
        talk.write(move |tx| messages::append(tx, chat, ann, &text("never"), None, at(2)).and(Err(REFUSED)));
    assert_eq!(refused, Err(REFUSED));
    let died: StoreResult<()> = talk.write(move |tx| {
        messages::append(tx, chat, ann, &text("never"), None, at(2))?;
        panic!("on purpose")
    });
    assert!(died.is_err());
    assert_eq!((heard.lock().unwrap().len(), talk.head()), (0, head));
    let swallowed = talk.write(move |tx| {
        let undone: StoreResult<()> =
            tx.savepoint(|tx| messages::append(tx, chat, ann, &text("never"), None, at(2)).and(Err(REFUSED)));
        Ok(undone.is_err())
    });
    assert_eq!(swallowed, Ok(true));
    assert_eq!((heard.lock().unwrap().len(), talk.head()), (0, head));
}
