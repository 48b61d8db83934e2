//! What a stream writes, block by block.

use std::sync::atomic::{AtomicUsize, Ordering};

use gigline_domain::{ChatId, MessageId, Timestamp, UserId};
use serde_json::json;

use super::*;

fn seq(number: i64) -> Seq {
    Seq::parse(number).unwrap()
}

fn message(number: i64) -> Message {
    Message {
        id: MessageId::new(100 + number),
        chat_id: ChatId::new(3),
        seq: seq(number),
        sender: Some(UserId::new(5)),
        text: "a\nb".to_owned(),
        at: Timestamp::from_micros(1_763_630_293_119_087),
        client_id: None,
        deleted: false,
    }
}

fn offer(link: &StreamLink, event: &Event) -> Offered {
    Outlet::offer(link, event, Kind::Durable)
}

fn heard(link: &StreamLink, number: i64) -> Offered {
    offer(link, &Event::message(&message(number)))
}

/// What is written, and whether that was all.
fn written(link: &StreamLink) -> (String, bool) {
    let (mut link, mut written) = (link.clone(), String::new());
    loop {
        match link.pop(Waker::noop()) {
            Outgoing::Frame(block) => written.push_str(std::str::from_utf8(&block).unwrap()),
            Outgoing::Nothing => return (written, false),
            Outgoing::End => return (written, true),
        }
    }
}

/// The numbers in the ids of what is written.
fn ids(link: &StreamLink) -> Vec<i64> {
    written(link).0.lines().filter_map(|line| line.strip_prefix("id: ")).map(|id| id.parse().unwrap()).collect()
}

#[test]
fn it_begins_with_when_to_come_back_and_from_where() {
    let link = StreamLink::new();
    link.greet(seq(7));
    link.open();
    assert_eq!(heard(&link, 8), Offered::Taken);
    assert_eq!(offer(&link, &Event::new("typing", &json!({ "chat_id": 3 }))), Offered::Taken);
    let expected = concat!(
        "id: 7\nevent: connection_succeeded\ndata: \"connected!\"\n\n",
        "id: 8\nevent: private_message\ndata: {\"id\":108,\"chat_id\":3,\"seq\":8,\"sender_id\":5,\"message\":\"a\\nb\",",
        "\"time\":\"2025-11-20T09:18:13.11908Z\",\"client_id\":null}\n\n",
        "event: typing\ndata: {\"chat_id\":3}\n\n",
    );
    let (text, over) = written(&link);
    let (retry, rest) = text.split_once("\n\n").unwrap();
    assert!(RETRY.contains(&retry.strip_prefix("retry: ").unwrap().parse().unwrap()), "{retry}");
    assert_eq!((rest, over), (expected, false));
}

#[test]
fn not_all_come_back_at_the_same_moment() {
    let greeted = |_| {
        let link = StreamLink::new();
        link.greet(Seq::NONE);
        written(&link).0
    };
    let retries: std::collections::BTreeSet<_> = (0..50).map(greeted).collect();
    assert!(retries.len() > 25, "{retries:?}");
}

#[test]
fn what_was_shown_as_history_is_not_told_again() {
    let link = StreamLink::new();
    link.greet(seq(2));
    assert_eq!(heard(&link, 3), Offered::Full, "history comes first");
    assert!(!link.has_drained());
    link.show(&[message(3), message(4)]);
    link.open();
    assert!((1..=5).all(|number| heard(&link, number) == Offered::Taken));
    assert_eq!(ids(&link), [2, 3, 4, 5]);
}

#[test]
fn the_end_comes_after_what_is_queued_and_once() {
    let link = StreamLink::new();
    link.greet(Seq::NONE);
    link.open();
    assert_eq!(heard(&link, 1), Offered::Taken);
    assert_eq!(offer(&link, &Event::new("chat_deleted", &json!({ "chat_id": 3 }))), Offered::Taken);
    assert_eq!(heard(&link, 2), Offered::Gone);
    Outlet::close(&link, Reason::SessionEnded);
    let (text, over) = written(&link);
    assert!(text.ends_with("event: chat_deleted\ndata: {\"chat_id\":3}\n\n") && over, "{text}");
    assert_eq!(link.closing(), Some(CloseReason::Finished));
}

#[test]
fn who_is_signed_out_is_told_so_also_before_history_is_out() {
    let link = StreamLink::new();
    Outlet::close(&link, Reason::Expired);
    let told =
        "event: failure\ndata: {\"event\":\"\",\"code\":\"unauthorized\",\"message\":\"the session has ended\"}\n\n";
    assert_eq!(written(&link), (told.to_owned(), true));
}

#[test]
fn who_is_signed_out_before_the_beginning_is_told_of_no_beginning() {
    let link = StreamLink::new();
    Outlet::close(&link, Reason::SessionEnded);
    link.greet(seq(7));
    link.show(&[message(8)]);
    let (text, over) = written(&link);
    assert!(text.starts_with("event: failure\n") && over && text.matches("event: ").count() == 1, "{text}");
}

#[test]
fn what_was_said_before_a_logout_is_told_but_no_history() {
    let (read, reads) = (StreamLink::new(), StreamLink::new());
    for link in [&read, &reads] {
        link.greet(seq(1));
        link.show(&[message(2), message(3)]);
    }
    read.open();
    assert_eq!(heard(&read, 4), Offered::Taken);
    for (link, told) in [(&read, vec![1, 2, 3, 4]), (&reads, vec![])] {
        Outlet::close(link, Reason::SessionEnded);
        assert_eq!(ids(link), told);
    }
}

#[test]
fn the_engine_is_told_when_the_last_page_has_left() {
    #[derive(Default)]
    struct Ear(AtomicUsize);
    impl Drained for Ear {
        fn drained(&self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    for (count, told) in [(10, 0), (100, 1)] {
        let (link, ear) = (StreamLink::new(), Arc::new(Ear::default()));
        link.tell_when_drained(&ear);
        link.greet(Seq::NONE);
        link.show(&(1..=count).map(message).collect::<Vec<_>>());
        link.open();
        assert_eq!(link.has_drained(), told == 0);
        let _ = written(&link);
        assert_eq!(ear.0.load(Ordering::SeqCst), told, "after {count}");
    }
}

#[test]
fn nothing_more_is_kept_for_who_is_too_slow() {
    let link = StreamLink::new();
    link.show(&[message(1)]);
    Outlet::close(&link, Reason::TooSlow);
    assert_eq!((written(&link), link.closing()), ((String::new(), true), Some(CloseReason::TooSlow)));
}

#[test]
fn of_a_chat_that_is_gone_no_message_comes_after_a_hole() {
    let link = StreamLink::new();
    link.pass_over_messages();
    link.open();
    assert_eq!(heard(&link, 900), Offered::Taken);
    assert_eq!(written(&link), (String::new(), false));
}
