//! Keys that come twice, late, with another request, and fifty at once.

use gigline_domain::{PersonName, Role, Username};

use super::*;
use crate::accounts::{self, NewAccount};
use crate::testing::Scratch;
use crate::{Entity, Store};

const PRINT: [u8; 32] = [1; 32];
const OTHER: [u8; 32] = [2; 32];

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000).plus(Duration::from_secs(seconds))
}

fn member(store: &Store, name: &'static str) -> UserId {
    let new = NewAccount {
        email: None,
        first: PersonName::parse(name).unwrap(),
        last: PersonName::parse("-").unwrap(),
        phone: None,
        password_hash: "none".to_owned(),
        role: Role::Member,
        created_at: at(0),
    };
    store.write_blocking(move |tx| accounts::insert(tx, &new, &Username::parse(name).unwrap())).unwrap()
}

fn ask(store: &Store, user: UserId, key: &'static str, print: [u8; 32], now: Timestamp) -> Begin {
    store.write_blocking(move |tx| begin(tx, user, key, &print, now)).unwrap()
}

fn reserved(begun: Begin) -> Reservation {
    match begun {
        Begin::Fresh(reservation) => reservation,
        other => panic!("{other:?}"),
    }
}

fn created() -> StoredAnswer {
    StoredAnswer {
        status: 201,
        headers: vec![("ETag".into(), "\"a: b\"".into()), ("X-Empty".into(), String::new())],
        body: br#"{"id":7}"#.to_vec(),
    }
}

#[test]
fn the_first_runs_and_later_ones_get_its_answer() {
    let scratch = Scratch::new();
    let ann = member(&scratch.store, "ann");
    let first = reserved(ask(&scratch.store, ann, "k", PRINT, at(0)));
    assert_eq!(ask(&scratch.store, ann, "k", PRINT, at(1)), Begin::Running);
    assert!(scratch.store.write_blocking(move |tx| finish(tx, first, &created())).unwrap());
    assert_eq!(ask(&scratch.store, ann, "k", PRINT, at(2)), Begin::Replay(created()));
    assert_eq!(ask(&scratch.store, ann, "k", PRINT, at(24 * 3600 - 1)), Begin::Replay(created()));
    reserved(ask(&scratch.store, ann, "k", PRINT, at(24 * 3600)));
}

#[test]
fn a_key_is_one_persons_and_one_requests() {
    let scratch = Scratch::new();
    let (ann, bob) = (member(&scratch.store, "ann"), member(&scratch.store, "bob"));
    let first = reserved(ask(&scratch.store, ann, "k", PRINT, at(0)));
    assert_eq!(ask(&scratch.store, ann, "k", OTHER, at(1)), Begin::Mismatch, "while it runs");
    scratch.store.write_blocking(move |tx| finish(tx, first, &created())).unwrap();
    assert_eq!(ask(&scratch.store, ann, "k", OTHER, at(1)), Begin::Mismatch, "and when it is done");
    reserved(ask(&scratch.store, ann, "K", OTHER, at(1)));
    reserved(ask(&scratch.store, bob, "k", OTHER, at(1)));
}

#[test]
fn what_was_abandoned_may_be_tried_again_at_once() {
    let scratch = Scratch::new();
    let ann = member(&scratch.store, "ann");
    let first = reserved(ask(&scratch.store, ann, "k", PRINT, at(0)));
    scratch.store.write_blocking(move |tx| abandon(tx, first)).unwrap();
    let second = reserved(ask(&scratch.store, ann, "k", OTHER, at(0)));
    scratch.store.write_blocking(move |tx| finish(tx, second, &created())).unwrap();
    scratch.store.write_blocking(move |tx| abandon(tx, second)).unwrap();
    assert_eq!(ask(&scratch.store, ann, "k", OTHER, at(1)), Begin::Replay(created()), "an answer is not abandoned");
}

#[test]
fn after_a_minute_without_an_answer_the_key_goes_to_the_next() {
    let scratch = Scratch::new();
    let ann = member(&scratch.store, "ann");
    let slow = reserved(ask(&scratch.store, ann, "k", PRINT, at(0)));
    assert_eq!(ask(&scratch.store, ann, "k", PRINT, at(59)), Begin::Running);
    let next = reserved(ask(&scratch.store, ann, "k", PRINT, at(60)));
    assert!(!scratch.store.write_blocking(move |tx| finish(tx, slow, &created())).unwrap(), "too late");
    assert_eq!(ask(&scratch.store, ann, "k", PRINT, at(61)), Begin::Running, "the late answer is not taken");
    assert!(scratch.store.write_blocking(move |tx| finish(tx, next, &created())).unwrap());
}

#[test]
fn of_fifty_at_once_exactly_one_runs() {
    let scratch = Scratch::new();
    let ann = member(&scratch.store, "ann");
    let begun: Vec<Begin> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..50).map(|_| scope.spawn(|| ask(&scratch.store, ann, "k", PRINT, at(0)))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(begun.iter().filter(|begun| matches!(begun, Begin::Fresh(_))).count(), 1);
    assert_eq!(begun.iter().filter(|begun| **begun == Begin::Running).count(), 49);
}

#[test]
fn purging_is_bounded_and_takes_only_what_is_a_day_old() {
    let scratch = Scratch::new();
    let ann = member(&scratch.store, "ann");
    for key in ["a", "b", "c"] {
        reserved(ask(&scratch.store, ann, key, PRINT, at(0)));
    }
    reserved(ask(&scratch.store, ann, "young", PRINT, at(1)));
    let sweep = || scratch.store.write_blocking(|tx| purge(tx, at(24 * 3600), 2)).unwrap();
    assert_eq!([sweep(), sweep(), sweep()], [2, 1, 0]);
    assert_eq!(ask(&scratch.store, ann, "young", PRINT, at(2)), Begin::Running);
}

#[test]
fn an_account_that_is_gone_is_named() {
    let scratch = Scratch::new();
    let refused = scratch.store.write_blocking(|tx| begin(tx, UserId::new(99), "k", &PRINT, at(0)));
    assert_eq!(refused, Err(StoreError::NotFound(Entity::User)));
}
