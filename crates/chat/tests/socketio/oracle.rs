//! A second opinion: what we accept, the published parser of socketioxide reads in the same way.

use gigline_chat::socketio::{Content, Packet};
use proptest::prelude::*;
use serde_json::Value as Json;
use serde_json::value::RawValue;
use socketioxide_core::Value;
use socketioxide_core::packet::PacketData;
use socketioxide_core::parser::{Parse as _, ParseError, ParserState};
use socketioxide_parser_common::CommonParser;

use crate::properties::nearly;

/// What both opinions are compared by: kind, namespace, id, payload, attachments.
type Read = (char, String, Option<i64>, Option<Json>, usize);

fn ours(packet: &Packet<'_>) -> Read {
    match packet {
        Packet::Connect { ns, payload } => ('0', (*ns).to_owned(), None, payload.map(value), 0),
        Packet::Disconnect { ns } => ('1', (*ns).to_owned(), None, None, 0),
        Packet::Event(content) => content_of('2', content),
        Packet::Ack(content) => content_of('3', content),
    }
}

fn content_of(kind: char, content: &Content<'_>) -> Read {
    let args = content.args.iter().map(|arg| value(arg)).collect();
    let id = content.id.map(|id| i64::try_from(id).expect("ids that both can hold"));
    (kind, content.ns.to_owned(), id, Some(args), content.attachments)
}

fn value(raw: &RawValue) -> Json {
    serde_json::from_str(raw.get()).expect("JSON")
}

fn theirs(said: &str) -> Read {
    let state = ParserState::default();
    let mut attachments = 0;
    let mut read = CommonParser.decode_str(&state, said.to_owned().into());
    while let Err(ParseError::NeedsMoreBinaryData) = read {
        attachments += 1;
        read = CommonParser.decode_bin(&state, "x".into());
    }
    let packet = read.unwrap_or_else(|error| panic!("only we accept {said:?}: {error}"));
    let (kind, id, payload) = match packet.inner {
        PacketData::Connect(payload) => ('0', None, payload),
        PacketData::Disconnect => ('1', None, None),
        PacketData::Event(payload, id) | PacketData::BinaryEvent(payload, id) => ('2', id, Some(payload)),
        PacketData::EventAck(payload, id) | PacketData::BinaryAck(payload, id) => ('3', Some(id), Some(payload)),
        PacketData::ConnectError(_) => panic!("only servers send this"),
    };
    let payload = payload.map(|payload| match payload {
        Value::Str(text, _) => serde_json::from_str(&text).expect("JSON"),
        Value::Bytes(_) => panic!("text has no bytes"),
    });
    (kind, packet.ns.to_string(), id, payload, attachments)
}

/// Theirs refuses acks without an id, drops ids beyond 63 bits, and reads none before a space.
fn comparable(said: &str, packet: &Packet<'_>) -> bool {
    match packet {
        Packet::Event(content) => {
            content.id.is_none_or(|id| i64::try_from(id).is_ok()) && !said.contains(char::is_whitespace)
        }
        Packet::Ack(content) => content.id.is_some_and(|id| i64::try_from(id).is_ok()) && !said.contains(' '),
        _ => true,
    }
}

fn compare(said: &str) -> bool {
    let Ok(packet) = Packet::parse(said) else { return false };
    let compared = comparable(said, &packet);
    if compared {
        assert_eq!(ours(&packet), theirs(said), "{said:?}");
    }
    compared
}

#[test]
fn both_read_the_same_in_packets_of_every_kind() {
    let said = [
        "0",
        "0/",
        "0/,",
        "0/a",
        r#"0/a,{"b":1}"#,
        "1",
        "1/a,",
        r#"2["a"]"#,
        r#"20["a"]"#,
        r#"2/a,17["a",{"b":[null]}]"#,
        "30[]",
        r#"3/a,999999999999999999["€"]"#,
        r#"50-["a"]"#,
        r#"52-/a,3["a",{"_placeholder":true,"num":1}]"#,
        r#"61-/a,3[{"_placeholder":true,"num":0}]"#,
    ];
    for said in said {
        assert!(compare(said), "{said} is refused");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn both_read_the_same_in_what_we_accept(said in nearly()) {
        compare(&said);
    }

    #[test]
    fn both_read_the_same_in_well_formed_packets(
        kind in "[0-3]|[56](10|[0-9])-",
        ns in "(/[a-z/?=]{0,8},)?",
        id in "([0-9]{1,18})?",
        payload in r#"(\["[a-z]{0,4}"(,[0-9]|,"€"|,\{"_placeholder":true,"num":[0-3]\}){0,3}\])?|\{"a":1\}"#,
    ) {
        compare(&format!("{kind}{ns}{id}{payload}"));
    }
}
