//! Frames, byte by byte.

use super::*;

#[test]
fn a_header_is_as_short_as_the_length_allows() {
    let cases: [(usize, &[u8]); 5] = [
        (0, &[0x81, 0]),
        (125, &[0x81, 125]),
        (126, &[0x81, 126, 0, 126]),
        (65_535, &[0x81, 126, 0xff, 0xff]),
        (65_536, &[0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
    ];
    for (length, header) in cases {
        let text = "x".repeat(length);
        let frame = Frame::text(&text);
        assert_eq!(frame.bytes().get(..header.len()), Some(header));
        assert_eq!(frame.payload(), text);
        assert_eq!(declared_len(frame.bytes()), u64::try_from(length).ok());
    }
}

#[test]
fn each_kind_has_its_opcode() {
    let kinds = [
        (Frame::text("a"), 0x81),
        (Frame::binary(b"a"), 0x82),
        (Frame::close(1000, ""), 0x88),
        (Frame::ping(b"a"), 0x89),
        (Frame::pong(b"a"), 0x8a),
    ];
    for (frame, first) in kinds {
        assert_eq!(frame.bytes().first(), Some(&first));
        assert_eq!(
            (frame.is_text(), frame.is_binary(), frame.is_close()),
            (first == 0x81, first == 0x82, first == 0x88)
        );
    }
}

#[test]
fn pieces_make_the_same_frame_as_the_whole() {
    assert_eq!(Frame::text_of(&["4", "hello", ""]), Frame::text("4hello"));
}

#[test]
fn a_payload_shares_its_frames_buffer() {
    let frame = Frame::text("hello");
    assert_eq!(frame.payload().as_ptr(), frame.bytes().slice(2..).as_ptr());
    assert_eq!(frame.clone().into_bytes().as_ptr(), frame.bytes().as_ptr());
}

#[test]
fn control_frames_hold_125_bytes_and_never_half_a_character() {
    assert_eq!(Frame::ping(&[7; 200]).payload().len(), 125);
    assert_eq!(Frame::close(1000, &"é".repeat(100)).payload().len(), 2 + 122);
    assert_eq!(Frame::close(4008, "slow").payload(), [&4008_u16.to_be_bytes()[..], b"slow"].concat());
}

#[test]
fn a_length_is_known_as_soon_as_its_bytes_are_there() {
    let huge = [0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0];
    (0..huge.len()).for_each(|end| assert_eq!(declared_len(&huge[..end]), None));
    assert_eq!(declared_len(&huge), Some(1 << 32));
    assert_eq!(declared_len(&[0x81, 0x85]), Some(5), "a client's frame is masked");
    assert_eq!(declared_len(&[0x81, 0xfe, 1, 0]), Some(256));
}

#[test]
fn what_was_said_is_not_printed() {
    assert_eq!(format!("{:?}", Frame::text("hush")), "Frame(Text, 4 bytes)");
}
