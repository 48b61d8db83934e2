//! Packets whose binary parts come after them.

use gigline_chat::socketio::{Incoming, MAX_ATTACHMENTS, Violation};

use crate::parties::{Client, joined};

const TWO: &str = r#"52-7["a",{"_placeholder":true,"num":0},[{"_placeholder":true,"num":1}]]"#;

#[test]
fn an_event_comes_out_when_its_last_attachment_is_there() {
    let mut client = Client::joined();
    assert!(matches!(client.says(TWO), Ok(None)));
    assert!(matches!(client.sends(b"one"), Ok(None)));
    let Ok(Some(Incoming::Event { ack, args, attachments, .. })) = client.sends(b"two") else { panic!() };
    assert_eq!((ack, attachments), (Some(7), vec!["one".into(), "two".into()]));
    assert_eq!(joined(&args), r#""a",{"_placeholder":true,"num":0},[{"_placeholder":true,"num":1}]"#);
    assert_eq!(client.event_args(r#"2["b"]"#), r#""b""#);
    assert_eq!(client.sends(b"three").err(), Some(Violation::Unannounced));
}

#[test]
fn text_among_attachments_ends_the_connection() {
    for said in [r#"2["b"]"#, TWO, "1", "3[]", "0/a"] {
        let mut client = Client::joined();
        client.says(TWO).expect("a packet");
        client.sends(b"one").expect("an attachment");
        assert_eq!(client.says(said).err(), Some(Violation::Interleaved), "{said}");
    }
}

#[test]
fn as_many_attachments_as_allowed_come_and_no_more() {
    let mut client = Client::joined();
    client.says(&format!(r#"5{MAX_ATTACHMENTS}-["a"]"#)).expect("a packet");
    for _ in 1..MAX_ATTACHMENTS {
        assert!(matches!(client.sends(b""), Ok(None)));
    }
    assert!(matches!(client.sends(b""), Ok(Some(Incoming::Event { .. }))));
    let said = format!(r#"5{}-["a"]"#, MAX_ATTACHMENTS + 1);
    assert_eq!(client.says(&said).err(), Some(Violation::Attachments));
}

#[test]
fn attachments_are_bounded_together() {
    let half = vec![0; 500_000];
    let mut client = Client::joined();
    client.says(TWO).expect("a packet");
    client.sends(&half).expect("half of it");
    assert!(matches!(client.sends(&half), Ok(Some(Incoming::Event { .. }))));

    client.says(r#"53-["a"]"#).expect("a packet");
    client.sends(&half).expect("half of it");
    client.sends(&half).expect("all of it");
    assert_eq!(client.sends(b"x").err(), Some(Violation::TooLarge));
}

#[test]
fn attachments_that_do_not_come_end_the_connection() {
    let mut client = Client::joined();
    client.says(TWO).expect("a packet");
    client.waits(9).expect("there is time yet");
    client.sends(b"one").expect("an attachment, which buys no time");
    assert_eq!(client.waits(1).err(), Some(Violation::Unfinished));
}

#[test]
fn attachments_for_a_namespace_that_was_not_joined_are_not_waited_for() {
    assert_eq!(Client::joined().says(r#"51-/a,["x"]"#).err(), Some(Violation::NotJoined));
}

#[test]
fn an_event_that_is_completed_after_the_client_was_put_out_is_ignored() {
    let mut client = Client::joined();
    client.join("/a");
    client.says(r#"51-/a,["x"]"#).expect("a packet");
    client.connection.disconnect("/a", client.now).expect("the client is there");
    assert!(matches!(client.sends(b"one"), Ok(None)));
    assert_eq!(client.event_args(r#"2["b"]"#), r#""b""#);
}
