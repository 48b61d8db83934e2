//! Answers to events, in both directions.

use std::time::Duration;

use bytes::Bytes;
use gigline_chat::socketio::{Incoming, MAX_ACKS, encode_ack};

use crate::parties::{Client, joined, raw, text};

#[test]
fn acks_have_these_bytes() {
    let args = [raw("1"), raw(r#""2""#), raw(r#"{"3":[false]}"#)];
    assert_eq!(text(&encode_ack("/", 456, &args, &[])[0]), r#"43456[1,"2",{"3":[false]}]"#);
    assert_eq!(text(&encode_ack("/api/chat/", 0, &args[..1], &[])[0]), "43/api/chat/,0[1]");

    let places = [0, 1].map(|num| raw(&format!(r#"{{"_placeholder":true,"num":{num}}}"#)));
    let frames = encode_ack("/", 789, &places, &[Bytes::from_static(&[1, 2, 3]), Bytes::from_static(&[4])]);
    let expected = r#"462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#;
    assert_eq!(text(&frames[0]), expected);
    assert!(frames[1].is_binary() && frames[2].is_binary());
    assert_eq!((&frames[1].payload()[..], &frames[2].payload()[..]), (&[1_u8, 2, 3][..], &[4_u8][..]));
}

#[test]
fn an_ack_comes_once_and_the_first_id_is_zero() {
    let mut client = Client::joined();
    assert_eq!(client.connection.expect_ack("/", client.now), Some(0));
    assert_eq!(client.connection.expect_ack("/", client.now), Some(1));
    let ack = client.says(r#"30["yes",{}]"#);
    assert!(matches!(&ack, Ok(Some(Incoming::Ack { id: 0, args, .. })) if joined(args) == r#""yes",{}"#), "{ack:?}");
    assert!(matches!(client.says("30[]"), Ok(None)), "the second one is ignored");
    assert!(matches!(client.says("3[]"), Ok(None)), "one without an id answers nothing");
    assert!(matches!(client.says("31[]"), Ok(Some(Incoming::Ack { id: 1, .. }))));
}

#[test]
fn an_ack_counts_in_its_own_namespace_only() {
    let mut client = Client::joined();
    client.join("/a");
    assert_eq!(client.connection.expect_ack("/a", client.now), Some(0));
    assert!(matches!(client.says("30[]"), Ok(None)));
    assert!(matches!(client.says("3/a,0[]"), Ok(Some(Incoming::Ack { ns, id: 0, .. })) if &*ns == "/a"));
}

#[test]
fn a_client_owes_a_bounded_number_of_acks_and_only_where_it_is() {
    let mut client = Client::joined();
    assert_eq!(client.connection.expect_ack("/a", client.now), None);
    for _ in 0..MAX_ACKS {
        assert!(client.connection.expect_ack("/", client.now).is_some());
    }
    assert_eq!(client.connection.expect_ack("/", client.now), None);
    client.says("37[]").expect("an ack");
    assert!(client.connection.expect_ack("/", client.now).is_some());
}

#[test]
fn an_ack_that_comes_too_late_is_missed_and_then_ignored() {
    let mut client = Client::joined();
    client.connection.expect_ack("/", client.now);
    assert_eq!(client.connection.next_deadline(), Some(client.now + Duration::from_secs(30)));
    assert!(client.waits(29).expect("no violation").is_empty());
    let missed = client.waits(1).expect("no violation");
    assert!(matches!(&missed[..], [Incoming::AckMissed { ns, id: 0 }] if &**ns == "/"), "{missed:?}");
    assert!(matches!(client.says("30[]"), Ok(None)));
}

#[test]
fn who_leaves_owes_nothing() {
    let mut client = Client::joined();
    client.join("/a");
    client.connection.expect_ack("/a", client.now);
    client.says("1/a").expect("a farewell");
    assert_eq!(client.connection.next_deadline(), None);
}

#[test]
fn an_ack_may_have_attachments() {
    let mut client = Client::joined();
    client.connection.expect_ack("/", client.now);
    assert!(matches!(client.says(r#"61-0[{"_placeholder":true,"num":0}]"#), Ok(None)));
    let ack = client.sends(b"data");
    assert!(matches!(&ack, Ok(Some(Incoming::Ack { id: 0, attachments, .. })) if attachments == &["data"]), "{ack:?}");
}
