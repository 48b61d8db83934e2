//! Facts that hold whatever the state: sizes, room, and what is not the transcript's to see.

use std::time::{Duration, Instant};

use super::transcript::play_with;
use crate::engineio::{Config, Get, Pop, Refusal, Sent, Session, Sid, Transport, WsId, message};
use crate::{CloseReason, Frame};

fn open(transport: Transport, config: Config) -> (Session, Instant) {
    let now = Instant::now();
    (Session::open(Sid::generate(), transport, config, now), now)
}

#[test]
fn an_answer_holds_no_more_than_16_packets_and_goodbye_counts() {
    let letters = ["a"; 40].join(" ");
    let full = ["4a"; 16].join("|");
    let rest = ["4a"; 8].join("|");
    play_with(
        Config::default(),
        &format!(
            "
            poll > open
            app  > send {letters}
            poll > get
            poll < {full}
            app  > close
            session < finished
            poll > get
            poll < {full}
            poll > get
            poll < {rest}|1
            session < over
        "
        ),
    );
}

#[test]
fn an_answer_holds_no_more_than_max_payload_bytes_unless_one_packet_is_larger() {
    let config = Config { max_payload: 8, ..Config::default() };
    play_with(
        config,
        "
            poll > open
            app  > send aaa bb c dddddddddd e
            poll > get
            poll < 4aaa|4bb
            poll > get
            poll < 4c
            poll > get
            poll < 4dddddddddd
            app  > send-binary xyz
            poll > get
            poll < 4e|beHl6
        ",
    );
}

#[test]
fn a_body_larger_than_max_payload_is_refused_and_harmless() {
    let (mut session, now) = open(Transport::Polling, Config { max_payload: 3, ..Config::default() });
    session.post_begin(now).unwrap();
    assert_eq!(session.post(b"4aaa", now).err(), Some(Refusal::TooLarge));
    assert_eq!(session.post_begin(now), Ok(()));
    assert_eq!(session.post(b"4aa", now).map(Iterator::count), Ok(1));
}

#[test]
fn a_message_larger_than_max_payload_ends_a_websocket_with_1009() {
    let (mut session, now) = open(Transport::WebSocket, Config { max_payload: 3, ..Config::default() });
    assert!(session.ws_text(WsId::FIRST, "4aa", now).is_some());
    assert_eq!(session.ws_text(WsId::FIRST, "4aaa", now), None);
    assert_eq!(session.closed().map(CloseReason::code), Some(1009));
}

#[test]
fn a_full_outbox_takes_nothing_of_a_unit() {
    let (mut session, _) = open(Transport::Polling, Config { outbox_frames: 2, ..Config::default() });
    let (text, data) = (message(&["a"]), Frame::binary(b"xyz"));
    assert_eq!(session.send(&[text.clone(), data.clone()]), Sent::Queued);
    assert_eq!(session.send(&[text, data]), Sent::Full);
    assert_eq!((session.queued_frames(), session.queued_bytes()), (2, 9));
}

#[test]
fn a_ping_overtakes_what_a_slow_reader_has_not_taken() {
    let (mut session, now) = open(Transport::WebSocket, Config::default());
    assert_eq!(session.pop_ws(WsId::FIRST), Pop::Frame(session.handshake()));
    session.send(&[message(&["a"])]);
    session.tick(now + Duration::from_secs(25));
    assert_eq!(session.pop_ws(WsId::FIRST), Pop::Frame(Frame::text("2")));
    assert_eq!(session.pop_ws(WsId::FIRST), Pop::Frame(message(&["a"])));
}

#[test]
fn a_websocket_that_takes_nothing_more_is_over_a_second_after_its_ping_timed_out() {
    let (mut session, now) = open(Transport::WebSocket, Config::default());
    session.tick(now + Duration::from_secs(25));
    session.tick(now + Duration::from_secs(45));
    assert_eq!((session.closed(), session.is_done()), (Some(CloseReason::PingTimeout), false));
    assert_eq!(session.next_deadline(), Some(now + Duration::from_secs(46)));
    session.tick(now + Duration::from_secs(46));
    assert!(session.is_done() && session.next_deadline().is_none());
}

#[test]
fn what_a_websocket_says_under_an_old_name_is_not_heard() {
    let (mut session, now) = open(Transport::WebSocket, Config::default());
    let crate::engineio::WsOpen::Accept(other) = session.ws_open(now) else { panic!("it is turned away later") };
    assert_eq!(session.ws_text(other, "4a", now), None);
    session.ws_closed(other, CloseReason::TransportClosed, now);
    assert_eq!((session.closed(), session.pop_ws(other)), (None, Pop::Close));
}

#[test]
fn neither_the_secret_nor_what_was_said_is_printed() {
    let (mut session, now) = open(Transport::Polling, Config::default());
    session.send(&[message(&["hush"])]);
    let printed = format!("{session:?} {:?}", session.get(now) == Get::Park);
    assert!(!printed.contains("hush") && !printed.contains(session.sid().as_str()));
}
