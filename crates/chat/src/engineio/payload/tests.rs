//! Payloads, there and back.

use proptest::prelude::*;

use super::*;

#[test]
fn a_body_is_split_at_each_separator() {
    let packets: Vec<_> = Packets::of("4a\u{1e}bAQID\u{1e}\u{1e}1").collect();
    let bytes = Bytes::from_static(&[1, 2, 3]);
    let expected = [Ok(Packet::Message("a")), Ok(Packet::Binary(bytes)), Err(BadPacket), Ok(Packet::Close)];
    assert_eq!(packets, expected);
}

#[test]
fn a_body_of_more_than_sixteen_packets_is_read_all_the_same() {
    let body = vec!["4a"; 1000].join("\u{1e}");
    assert_eq!(Packets::of(&body).flatten().count(), 1000);
}

#[test]
fn an_answer_of_one_packet_is_the_frames_own_buffer() {
    let frame = Frame::text("4hello");
    let mut answer = Answer::new(100);
    answer.add(&frame);
    assert_eq!(answer.finish().map(|body| body.as_ptr()), Some(frame.payload().as_ptr()));
}

#[test]
fn an_answer_without_packets_is_none() {
    assert_eq!(Answer::new(100).finish(), None);
}

proptest! {
    #[test]
    fn what_an_answer_says_is_what_was_added(
        messages in prop::collection::vec(prop_oneof![
            "[^\u{1e}]{0,20}".prop_map(|text| Frame::text(&format!("4{text}"))),
            prop::collection::vec(any::<u8>(), 0..20).prop_map(|data| Frame::binary(&data)),
        ], 0..30),
        most in 0..200_usize,
    ) {
        let mut answer = Answer::new(most);
        let added: Vec<_> = messages.iter().take_while(|frame| {
            let fits = answer.has_room_for(frame);
            if fits { answer.add(frame); }
            fits
        }).collect();
        prop_assert!(added.len() <= MOST_PACKETS && added.len() >= messages.len().min(1));
        let body = answer.finish().unwrap_or_default();
        prop_assert!(body.len() <= most || added.len() <= 1);
        let text = std::str::from_utf8(&body).unwrap();
        let said: Vec<_> = Packets::of(text).filter_map(Result::ok).collect();
        let meant: Vec<_> = added.iter().map(|frame| {
            if frame.is_binary() { return Packet::Binary(frame.payload()); }
            Packet::Binary(frame.payload().slice(1..))
        }).collect();
        let said: Vec<_> = said.into_iter().map(|packet| match packet {
            Packet::Message(text) => Packet::Binary(Bytes::copy_from_slice(text.as_bytes())),
            other => other,
        }).collect();
        prop_assert_eq!(said, meant);
    }
}
