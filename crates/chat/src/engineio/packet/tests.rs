//! The codec, by itself and against another one.

use engineioxide_core::{Packet as Theirs, ProtocolVersion};
use proptest::prelude::*;

use super::*;

#[test]
fn each_packet_reads_as_what_it_is() {
    let known = [
        ("1", Packet::Close),
        ("2", Packet::Ping("")),
        ("2probe", Packet::Ping("probe")),
        ("3", Packet::Pong),
        ("4", Packet::Message("")),
        ("4hé\n", Packet::Message("hé\n")),
        ("5", Packet::Upgrade),
        ("6", Packet::Noop),
        ("bAQID", Packet::Binary(Bytes::from_static(&[1, 2, 3]))),
        ("b", Packet::Binary(Bytes::new())),
    ];
    for (text, packet) in known {
        assert_eq!(Packet::parse(text), Ok(packet), "{text}");
    }
}

#[test]
fn what_no_client_may_send_is_bad() {
    for text in ["", "0{}", "7", "abc", "1x", "3x", "5x", "6x", "b?", "bAQI", "bAQ==x", "€abc", "B", " 4a", "\u{1e}"]
    {
        assert_eq!(Packet::parse(text), Err(BadPacket), "{text:?}");
    }
    assert_eq!(Packet::parse_text("bAQID"), Err(BadPacket), "bytes are binary messages there");
}

#[test]
fn a_message_is_a_frame_whose_payload_is_the_packet() {
    assert_eq!(message(&["2", "[\"a\"]"]).payload(), "42[\"a\"]");
}

/// What they take our packet for; none where we read on by ourselves.
fn as_theirs(packet: Packet<'_>) -> Theirs {
    match packet {
        Packet::Close => Theirs::Close,
        Packet::Ping("probe") => Theirs::PingUpgrade,
        Packet::Ping(_) => Theirs::Ping,
        Packet::Pong => Theirs::Pong,
        Packet::Message(text) => Theirs::Message(text.to_owned().into()),
        Packet::Upgrade => Theirs::Upgrade,
        Packet::Noop => Theirs::Noop,
        Packet::Binary(data) => Theirs::Binary(data),
    }
}

proptest! {
    #[test]
    fn what_is_accepted_here_is_the_same_packet_to_another_implementation(
        text in "[0-9bA-F\u{e9}\u{20ac}]?(probe|[A-Za-z0-9+/=]{0,12}|\\PC{0,12})",
    ) {
        if let Ok(packet) = Packet::parse(&text) {
            let theirs = Theirs::parse(ProtocolVersion::V4, text.clone());
            prop_assert_eq!(theirs.ok(), Some(as_theirs(packet)));
        }
    }

    #[test]
    fn what_another_implementation_sends_is_accepted_here(text in "\\PC{0,20}", data: Vec<u8>) {
        let message = String::from(Theirs::Message(text.clone().into()));
        prop_assert_eq!(Packet::parse(&message), Ok(Packet::Message(&text)));
        let data = Bytes::from(data);
        let binary = String::from(Theirs::Binary(data.clone()));
        prop_assert_eq!(Packet::parse(&binary), Ok(Packet::Binary(data)));
    }

    #[test]
    fn no_text_is_too_strange_to_be_read(text: String) {
        let _ = Packet::parse(&text);
    }
}
