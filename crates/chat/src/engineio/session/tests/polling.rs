//! A session that polls.

use std::time::Instant;

use super::transcript::play;
use crate::CloseReason;
use crate::engineio::{Config, Session, Sid, Transport};

#[test]
fn a_get_waits_until_there_is_something() {
    play(
        "
        poll > open
        poll > get
        app  > send a
        poll < 4a
    ",
    );
}

#[test]
fn a_get_takes_what_is_queued() {
    play(
        "
        poll > open
        app  > send a b
        app  > send-binary xyz
        poll > get
        poll < 4a|4b|beHl6
        poll > get
    ",
    );
}

#[test]
fn a_second_get_ends_both_and_the_session() {
    play(
        "
        poll > open
        poll > get
        poll > get
        poll < 400 code 3          # the second
        poll < 1                   # the first
        session < protocol error
        session < over
        poll > get
        poll < 400 code 1
    ",
    );
}

#[test]
fn a_client_that_hangs_up_a_waiting_get_is_gone() {
    play(
        "
        poll > open
        poll > get
        poll > hang up
        session < transport closed
        session < over
        post > 4a
        post < 400 code 1
    ",
    );
}

#[test]
fn a_client_that_hangs_up_on_an_answer_is_gone() {
    play(
        "
        poll > open
        app  > send a
        poll > get
        poll < 4a
        poll > hang up
        session < transport closed
        session < over
    ",
    );
}

#[test]
fn a_post_delivers_in_order() {
    play(
        "
        poll > open
        post > 4a|beHl6|4c
        app  < a
        app  < binary xyz
        app  < c
        post < ok
    ",
    );
}

#[test]
fn a_second_post_ends_the_session() {
    play(
        "
        poll > open
        post > begin
        post > begin
        post < 400 code 3
        session < protocol error
        session < over
        post > body 4a             # the first is not delivered any more
        post < 400 code 1
    ",
    );
}

#[test]
fn a_post_that_breaks_off_ends_the_session() {
    play(
        "
        poll > open
        poll > get
        post > begin
        post > hang up
        poll < 1
        session < transport closed
        session < over
    ",
    );
}

#[test]
fn a_post_too_large_changes_nothing() {
    play(
        "
        poll > open
        post > begin
        post > too large
        post < 413
        post > 4a
        app  < a
        post < ok
    ",
    );
}

#[test]
fn a_bad_post_is_answered_ok_delivers_nothing_and_ends_the_session() {
    for body in ["4a|7", "EMPTY", "4a|", "abc", "b!", "0{}", "1x", "6x"] {
        play(&format!(
            "
            poll > open
            poll > get
            post > {body}
            post < ok
            poll < 1
            session < protocol error
            session < over
        "
        ));
    }
}

#[test]
fn a_goodbye_releases_the_waiting_get() {
    play(
        "
        poll > open
        poll > get
        post > 4a|1|4b
        app  < a
        post < ok
        poll < 6
        session < client closed
        session < over
        poll > get
        poll < 400 code 1
    ",
    );
}

#[test]
fn the_ping_comes_25_seconds_after_the_last_pong() {
    play(
        "
        poll > open
        time > 24999ms
        poll > get
        time > 1ms
        poll < 2
        time > 10s
        post > 3
        post < ok
        poll > get
        time > 24999ms
        time > 1ms
        poll < 2
    ",
    );
}

#[test]
fn who_does_not_answer_a_ping_in_20_seconds_is_gone() {
    play(
        "
        poll > open
        poll > get
        time > 25s
        poll < 2
        poll > get
        time > 19999ms
        time > 1ms
        poll < 1
        session < ping timeout
        session < over
    ",
    );
    play(
        "
        poll > open                # nobody polls: the time runs all the same
        time > 45s
        session < ping timeout
        session < over
    ",
    );
}

#[test]
fn a_pong_that_nobody_asked_for_changes_nothing() {
    play(
        "
        poll > open
        time > 20s
        post > 3|3
        post < ok
        poll > get
        time > 5s
        poll < 2
    ",
    );
}

#[test]
fn a_client_must_neither_ping_nor_upgrade_by_post() {
    for packet in ["2", "2probe", "5"] {
        play(&format!(
            "
            poll > open
            post > 4a|{packet}|4b
            app  < a
            post < ok
            session < protocol error
            session < over
        "
        ));
    }
}

#[test]
fn a_noop_changes_nothing() {
    play(
        "
        poll > open
        post > 6
        post < ok
    ",
    );
}

#[test]
fn a_server_that_closes_answers_the_waiting_get() {
    play(
        "
        poll > open
        poll > get
        app  > close
        poll < 1
        session < finished
        session < over
    ",
    );
}

#[test]
fn what_is_queued_when_the_server_closes_can_be_read_for_5_seconds() {
    play(
        "
        poll > open
        app  > send a b
        app  > close
        session < finished
        time > 4999ms
        poll > get
        poll < 4a|4b|1
        session < over
        poll > get
        poll < 400 code 1
    ",
    );
    play(
        "
        poll > open
        app  > send a
        app  > close
        session < finished
        time > 5s
        session < over
        poll > get
        poll < 400 code 1
    ",
    );
}

#[test]
fn a_post_of_countless_packets_is_no_post() {
    let now = Instant::now();
    for (packets, came, ended) in [(8_192, 8_192, None), (8_193, 0, Some(CloseReason::Protocol))] {
        let mut session = Session::open(Sid::generate(), Transport::Polling, Config::default(), now);
        let body = vec!["4"; packets].join("\u{1e}");
        session.post_begin(now).unwrap();
        assert_eq!(session.post(body.as_bytes(), now).unwrap().count(), came);
        assert_eq!(session.closed(), ended);
    }
}
