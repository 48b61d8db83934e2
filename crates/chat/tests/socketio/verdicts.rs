//! What the reference server says to each odd packet, and what ours says.

use gigline_chat::socketio::Violation::{self, Attachments, Id, JoinedTwice, NotJoined, Payload, Type, Unannounced};
use gigline_chat::socketio::{Incoming, MAX_ARGS, MAX_NAMESPACE, event_name};

use crate::parties::{Client, joined};

/// After CONNECT of the main namespace: what clients may say, and what comes out of it.
const ACCEPTED: &[(&str, &str)] = &[
    ("0/api/chat/,", "connect /api/chat/ -"),
    ("0/api/chat/", "connect /api/chat/ -"),
    ("0/api/chat/,{}", "connect /api/chat/ {}"),
    (r#"0/api/chat/,{"token":"T"}"#, r#"connect /api/chat/ {"token":"T"}"#),
    ("0/api/chat,", "connect /api/chat -"),
    ("0/api/chat/?x=1,", "connect /api/chat/?x=1 -"),
    ("0/random", "connect /random -"),
    ("1", "disconnect /"),
    ("1/,", "disconnect /"),
    (r#"2["a"]"#, r#"event / - "a""#),
    (r#"2/,["a"]"#, r#"event / - "a""#),
    (r#"20["a",1]"#, r#"event / 0 "a",1"#),
    (r#"2/,12["a", {"b": [1]} ]"#, r#"event / 12 "a",{"b": [1]}"#),
    (r#"29999999999999999999["a"]"#, r#"event / 9999999999999999999 "a""#),
    ("2[1,2]", "event / - 1,2"),
    ("2[-1.5]", "event / - -1.5"),
    (r#"2[""]"#, r#"event / - """#),
    (r#"2["€",{"_placeholder":true,"num":7}]"#, r#"event / - "€",{"_placeholder":true,"num":7}"#),
    (r#"50-["a"]"#, r#"event / - "a""#),
    (r#"50-3["a"]"#, r#"event / 3 "a""#),
    ("3[]", "nothing"),
    ("3456[1]", "nothing"),
    ("60-456[1]", "nothing"),
];

const REFUSED: &[(&str, Violation)] = &[
    ("", Type),
    ("7", Type),
    ("9[]", Type),
    ("abc", Type),
    ("€ab", Type),
    (r#"4{"message":"no"}"#, Type),
    ("0[]", Payload),
    (r#"0"s""#, Payload),
    ("0/api/chat/,[]", Payload),
    ("0/api/chat/,null", Payload),
    ("0/api/chat/,{", Payload),
    ("0/api/chat/,{}{}", Payload),
    ("0", JoinedTwice),
    ("0/,", JoinedTwice),
    ("1{}", Payload),
    ("1/nowhere", NotJoined),
    (r#"2/nowhere,["a"]"#, NotJoined),
    ("3/nowhere,1[]", NotJoined),
    ("2", Payload),
    ("2/", Payload),
    ("2[]", Payload),
    ("2{}", Payload),
    (r#"2{"a":1}"#, Payload),
    ("2[null]", Payload),
    ("2[true]", Payload),
    ("2[{}]", Payload),
    (r#"2["a""#, Payload),
    (r#"2["a"]]"#, Payload),
    (r#"2["a",]"#, Payload),
    ("2[\"a\u{1e}\"]", Payload),
    (r#"2["connect"]"#, Payload),
    (r#"2["connect_error"]"#, Payload),
    (r#"2["disconnect"]"#, Payload),
    (r#"2["disconnecting"]"#, Payload),
    (r#"2["newListener"]"#, Payload),
    (r#"2["removeListener"]"#, Payload),
    (r#"2["\u0063onnect"]"#, Payload),
    (r#"2abc["x"]"#, Payload),
    (r#"2-1["x"]"#, Payload),
    (r#"210000000000000000000["x"]"#, Id),
    ("31", Payload),
    ("31{}", Payload),
    ("5x-", Attachments),
    (r#"5-["a"]"#, Attachments),
    (r#"5["a"]"#, Attachments),
    (r#"51["a"]"#, Attachments),
    (r#"5-1-["a"]"#, Attachments),
    (r#"511-["a"]"#, Attachments),
    (r#"599999999999999999999-["a"]"#, Attachments),
    (r#"51-["a",{"_placeholder":true,"num":1}]"#, Attachments),
    (r#"51-["a",[{"b":{"num":-1,"_placeholder":true}}]]"#, Attachments),
    (r#"51-["a",{"_placeholder":true,"num":0.5}]"#, Attachments),
    (r#"51-["a",{"_placeholder":true,"num":"0"}]"#, Attachments),
    (r#"51-["a",{"_placeholder":true}]"#, Attachments),
    (r#"61-1[{"_placeholder":true,"num":2}]"#, Attachments),
];

fn shown(incoming: Option<Incoming>) -> String {
    let id = |id: Option<u64>| id.map_or("-".to_owned(), |id| id.to_string());
    match incoming {
        None => "nothing".to_owned(),
        Some(Incoming::Connect { ns, payload }) => {
            format!("connect {ns} {}", payload.as_ref().map_or("-", |payload| payload.get()))
        }
        Some(Incoming::Disconnect { ns }) => format!("disconnect {ns}"),
        Some(Incoming::Event { ns, ack, args, .. }) => format!("event {ns} {} {}", id(ack), joined(&args)),
        Some(other) => panic!("{other:?}"),
    }
}

#[test]
fn what_clients_may_say_comes_out_as_they_said_it() {
    for (said, expected) in ACCEPTED {
        let heard = Client::joined().says(said).unwrap_or_else(|violation| panic!("{said}: {violation}"));
        assert_eq!(shown(heard), *expected, "{said}");
    }
}

#[test]
fn what_no_sound_client_says_ends_the_connection() {
    for (said, expected) in REFUSED {
        let mut client = Client::joined();
        assert_eq!(client.says(said).err(), Some(*expected), "{said}");
        assert_eq!(client.says(r#"2["a"]"#).err(), Some(*expected), "nothing is heard after {said}");
        assert_eq!(client.connection.next_deadline(), None);
    }
}

#[test]
fn binary_data_without_a_packet_before_it_ends_the_connection() {
    assert_eq!(Client::joined().sends(b"x").err(), Some(Unannounced));
}

#[test]
fn what_is_longer_than_its_bound_ends_the_connection() {
    let fits = format!("0/{}", "a".repeat(MAX_NAMESPACE - 1));
    assert!(Client::new().says(&fits).is_ok());
    assert_eq!(Client::new().says(&format!("{fits}a")).err(), Some(Violation::Namespace));

    let many = |count| format!("2[{}1]", "1,".repeat(count - 1));
    assert!(Client::joined().says(&many(MAX_ARGS)).is_ok());
    assert_eq!(Client::joined().says(&many(MAX_ARGS + 1)).err(), Some(Payload));
}

#[test]
fn depth_exhausts_nothing() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert!(Client::joined().says(&format!(r#"2["a",{deep}]"#)).is_ok());
    assert_eq!(Client::joined().says(&format!(r#"51-["a",{deep}]"#)).err(), Some(Attachments));
}

#[test]
fn a_name_is_read_through_its_escapes() {
    let name = |json: &str| event_name(&crate::parties::raw(json)).map(std::borrow::Cow::into_owned);
    assert_eq!(name(r#""private_message""#).as_deref(), Some("private_message"));
    assert_eq!(name(r#""\u0061\"""#).as_deref(), Some("a\""));
    assert_eq!(name("7").as_deref(), Some("7"));
    assert_eq!(name(r#""\ud800""#), None);
    assert_eq!(name("null"), None);
}
