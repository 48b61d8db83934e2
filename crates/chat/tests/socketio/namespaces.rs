//! Joining, being turned away, leaving, being put out.

use gigline_chat::socketio::{
    Incoming, MAX_NAMESPACES, Violation, encode_connect, encode_connect_error, encode_disconnect, encode_event,
};

use crate::parties::{Client, raw, text};

#[test]
fn a_client_joins_under_the_name_that_it_asked_by() {
    let mut client = Client::new();
    assert_eq!(client.join("/"), r#"40{"sid":"S"}"#);
    assert_eq!(client.join("/api/chat/"), r#"40/api/chat/,{"sid":"S"}"#);
    assert_eq!(client.join("/api/chat"), r#"40/api/chat,{"sid":"S"}"#);
    let joined: Vec<_> = client.connection.joined().map(ToString::to_string).collect();
    assert_eq!(joined, ["/", "/api/chat/", "/api/chat"]);
}

#[test]
fn a_client_that_is_turned_away_may_ask_again() {
    let mut client = Client::new();
    client.says("0/random").expect("a question");
    let refused = client.connection.refuse("/random", "Invalid namespace", None).expect("the client waits");
    assert_eq!(text(&refused), r#"44/random,{"message":"Invalid namespace"}"#);
    assert_eq!(client.connection.refuse("/random", "again", None), None);
    assert_eq!(client.connection.accept("/random", "S"), None);
    assert_eq!(client.join("/random"), r#"40/random,{"sid":"S"}"#);
}

#[test]
fn answers_have_these_bytes() {
    let none: &[&serde_json::value::RawValue] = &[];
    assert_eq!(text(&encode_connect("/", "a\"b")), r#"40{"sid":"a\"b"}"#);
    assert_eq!(text(&encode_disconnect("/")), "41");
    assert_eq!(text(&encode_disconnect("/api/chat/")), "41/api/chat/,");
    let data = raw(r#"{"code":"token_expired"}"#);
    let error = encode_connect_error("/api/chat/", "Expired", Some(&data));
    assert_eq!(text(&error), r#"44/api/chat/,{"message":"Expired","data":{"code":"token_expired"}}"#);
    assert_eq!(text(&encode_event("/", "auth", None, &[raw("{}")], &[])[0]), r#"42["auth",{}]"#);
    let auth = encode_event("/custom", "auth", None, &[raw(r#"{"token":"abc"}"#)], &[]);
    assert_eq!(text(&auth[0]), r#"42/custom,["auth",{"token":"abc"}]"#);
    assert_eq!(text(&encode_event("/", "a\n", Some(0), none, &[])[0]), r#"420["a\n"]"#);
}

#[test]
fn nothing_is_heard_before_the_client_is_let_in() {
    for said in [r#"2/a,["x"]"#, "1/a,", "3/a,0[]"] {
        let mut client = Client::joined();
        client.says("0/a").expect("a question");
        assert_eq!(client.says(said).err(), Some(Violation::NotJoined), "{said}");
    }
    assert_eq!(Client::new().says(r#"2["x"]"#).err(), Some(Violation::NotJoined));
}

#[test]
fn asking_twice_ends_the_connection() {
    let mut client = Client::new();
    client.says("0/a").expect("a question");
    assert_eq!(client.says("0/a").err(), Some(Violation::JoinedTwice));
    assert_eq!(client.connection.accept("/a", "S"), None, "an ended connection lets nobody in");
}

#[test]
fn a_client_is_in_few_namespaces_at_a_time() {
    let mut client = Client::new();
    for number in 0..MAX_NAMESPACES {
        client.says(&format!("0/{number}")).expect("a question");
    }
    assert_eq!(client.says("0/more").err(), Some(Violation::TooManyNamespaces));
}

#[test]
fn who_left_is_no_longer_heard_and_may_come_back() {
    let mut client = Client::joined();
    client.join("/a");
    assert!(matches!(client.says("1/a"), Ok(Some(Incoming::Disconnect { ns })) if &*ns == "/a"));
    client.join("/a");
    client.says("1/a").expect("a farewell");
    assert_eq!(client.says(r#"2/a,["x"]"#).err(), Some(Violation::NotJoined));
}

#[test]
fn who_was_put_out_is_ignored_for_a_while() {
    let mut client = Client::joined();
    client.join("/a");
    let out = client.connection.disconnect("/a", client.now).expect("the client is there");
    assert_eq!(text(&out), "41/a,");
    assert_eq!(client.connection.disconnect("/a", client.now), None);
    for said in [r#"2/a,["x"]"#, "3/a,0[]", "1/a,"] {
        assert!(matches!(client.says(said), Ok(None)), "{said}");
    }
    client.join("/a");
    assert_eq!(client.event_args(r#"2/a,["x"]"#), r#""x""#);

    client.connection.disconnect("/a", client.now).expect("the client is there");
    client.waits(10).expect("nothing due");
    assert_eq!(client.says(r#"2/a,["x"]"#).err(), Some(Violation::NotJoined));
}

#[test]
fn who_joins_nothing_in_time_is_closed() {
    let mut client = Client::new();
    assert_eq!(client.connection.next_deadline(), Some(client.now + std::time::Duration::from_secs(45)));
    client.says("0/a").expect("a question");
    assert!(client.waits(44).is_ok());
    assert_eq!(client.waits(1).err(), Some(Violation::Idle));

    let mut client = Client::joined();
    assert_eq!(client.connection.next_deadline(), None);
    assert!(client.waits(100).is_ok());
    client.says("1").expect("a farewell");
    assert!(client.waits(44).is_ok());
    assert_eq!(client.waits(1).err(), Some(Violation::Idle));
}

#[test]
fn what_does_not_keep_a_connection_is_joined_and_buys_no_time() {
    let mut client = Client::new();
    client.says("0").expect("a question");
    let joined = client.connection.accept_beside("/", "S").expect("the client waits");
    assert_eq!(text(&joined), r#"40{"sid":"S"}"#);
    assert_eq!(client.connection.accept_beside("/", "S"), None);
    assert_eq!(client.event_args(r#"2["x"]"#), r#""x""#);
    assert!(client.waits(44).is_ok());
    client.says("1").expect("a farewell");
    assert_eq!(client.waits(1).err(), Some(Violation::Idle), "nor does leaving it");
}

#[test]
fn who_left_what_kept_the_connection_has_as_long_as_at_first() {
    let mut client = Client::new();
    client.says("0").expect("a question");
    client.connection.accept_beside("/", "S").expect("the client waits");
    client.waits(44).expect("there is time yet");
    client.join("/a");
    client.join("/b");
    assert_eq!(client.connection.next_deadline(), None);
    client.says("1/a").expect("a farewell");
    assert!(client.waits(100).is_ok(), "another one keeps it");
    client.says("1/b").expect("a farewell");
    assert!(client.waits(44).is_ok());
    assert_eq!(client.waits(1).err(), Some(Violation::Idle));
}

#[test]
fn twenty_may_be_asked_for_at_once_and_then_two_a_second() {
    let mut client = Client::new();
    let knocks = |client: &mut Client| {
        client.join("/a");
        client.says("1/a").map(drop)
    };
    for _ in 0..20 {
        knocks(&mut client).expect("one of twenty");
    }
    client.waits(1).expect("nothing due");
    for _ in 0..2 {
        knocks(&mut client).expect("one of two");
    }
    assert_eq!(client.says("0/a").err(), Some(Violation::TooManyConnects));
    assert_eq!(client.says(r#"2["x"]"#).err(), Some(Violation::TooManyConnects), "and that is the end");
}

#[test]
fn who_is_turned_away_again_and_again_is_counted_too() {
    let mut client = Client::new();
    for _ in 0..20 {
        client.says("0/a").expect("a question");
        client.connection.refuse("/a", "no", None).expect("the client waits");
    }
    assert_eq!(client.says("0/a").err(), Some(Violation::TooManyConnects));
}
