//! What holds for any input.

use bytes::Bytes;
use gigline_chat::socketio::{Content, Packet, Violation, encode_ack, encode_event, event_name};
use proptest::prelude::*;
use serde_json::Value;

use crate::parties::{Client, raw, text};

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Text that is nearly a packet.
pub(crate) fn nearly() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(r#"["a"]"#.to_owned()),
        Just(r#"{"_placeholder":true,"num":0}"#.to_owned()),
        Just("/api/chat/,".to_owned()),
        "[0-9]{1,3}-?",
        "[\\[\\]{}\",:/€ -]",
        ".{0,4}",
    ];
    ("[0-7]?", prop::collection::vec(piece, 0..6)).prop_map(|(kind, pieces)| kind + &pieces.concat())
}

fn parts(content: &Content<'_>) -> (String, Option<u64>, Vec<Value>, usize) {
    let args = content.args.iter().map(|arg| serde_json::from_str(arg.get()).expect("JSON")).collect();
    (content.ns.to_owned(), content.id, args, content.attachments)
}

proptest! {
    #[test]
    fn what_is_encoded_is_read_back(
        ns in "(/[a-z/?=]{0,12})",
        name in "[^cdnr].{0,8}",
        id in prop::option::of(0..=9_999_999_999_999_999_999_u64),
        args in prop::collection::vec(json(), 0..4),
        count in 0..=10_usize,
    ) {
        let raws: Vec<_> = args.iter().map(|arg| raw(&arg.to_string())).collect();
        let attachments = vec![Bytes::from_static(b"x"); count];

        let frames = encode_event(&ns, &name, id, &raws, &attachments);
        prop_assert_eq!(frames.len(), 1 + count);
        let said = text(&frames[0]);
        let Ok(Packet::Event(event)) = Packet::parse(&said[1..]) else { panic!("{said}") };
        let named = event_name(event.args[0]);
        prop_assert_eq!(named.as_deref(), Some(name.as_str()));
        let all = std::iter::once(Value::from(name)).chain(args.clone()).collect();
        prop_assert_eq!(parts(&event), (ns.clone(), id, all, count));

        let said = text(&encode_ack(&ns, id.unwrap_or(0), &raws, &attachments)[0]);
        let Ok(Packet::Ack(ack)) = Packet::parse(&said[1..]) else { panic!("{said}") };
        prop_assert_eq!(parts(&ack), (ns, Some(id.unwrap_or(0)), args, count));
    }

    #[test]
    fn no_input_breaks_a_connection_and_its_first_violation_stays(
        inputs in prop::collection::vec(prop_oneof![nearly().prop_map(Ok), any::<[u8; 3]>().prop_map(Err)], 0..20),
    ) {
        let mut client = Client::joined();
        let mut ended: Option<Violation> = None;
        for input in inputs {
            let heard = match &input {
                Ok(said) => client.says(said),
                Err(data) => client.sends(data),
            };
            prop_assert!(ended.is_none() || heard.as_ref().err() == ended.as_ref());
            ended = heard.err();
            client.now += std::time::Duration::from_secs(1);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(said in any::<String>()) {
        let _ = Packet::parse(&said);
    }
}
