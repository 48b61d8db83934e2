//! Frames as clients send them, whole and in bytes, good and bad.

use futures_util::stream;

use super::*;

const LIMIT: usize = 1000;

/// A frame as clients send it, under a mask of zeros.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        short @ 0..126 => bytes.push(0x80 | u8::try_from(short).unwrap()),
        long => {
            bytes.push(0xfe);
            bytes.extend(u16::try_from(long).unwrap().to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}

const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const FIRST_TEXT: u8 = 0x01;
const MORE: u8 = 0x00;
const LAST: u8 = 0x80;
const PING: u8 = 0x89;

/// Everything that is read of `bytes`, which come in chunks of `size`.
fn read_in(bytes: &[u8], size: usize) -> (Vec<Message>, CloseReason) {
    let chunks: Vec<_> = bytes.chunks(size).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
    let mut reader = Reader::new(stream::iter(chunks), LIMIT);
    let mut read = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        loop {
            match reader.next().await {
                Ok(message) => read.push(message),
                Err(reason) => return (read, reason),
            }
        }
    })
}

fn read(frames: &[Vec<u8>]) -> (Vec<Message>, CloseReason) {
    let whole = read_in(&frames.concat(), usize::MAX);
    assert_eq!(read_in(&frames.concat(), 1), whole, "byte by byte it must be the same");
    whole
}

fn text(text: &str) -> Message {
    Message::Text(text.to_owned())
}

#[test]
fn messages_come_whole_however_they_are_cut() {
    let (messages, end) = read(&[
        frame(TEXT, "ä".as_bytes()),
        frame(FIRST_TEXT, b"one "),
        frame(PING, b"there?"),
        frame(MORE, b""),
        frame(LAST, b"text"),
        frame(BINARY, &[0, 255]),
    ]);
    let ping = Message::Ping(Bytes::from_static(b"there?"));
    assert_eq!(messages, [text("ä"), ping, text("one text"), Message::Binary(Bytes::from_static(&[0, 255]))]);
    assert_eq!(end, CloseReason::TransportClosed);
}

#[test]
fn a_character_may_be_cut_between_frames_but_must_be_one() {
    assert_eq!(read(&[frame(FIRST_TEXT, &[0xc3]), frame(LAST, &[0xa4])]).0, [text("ä")]);
    assert_eq!(read(&[frame(FIRST_TEXT, &[0xc3]), frame(LAST, &[0x28])]).1, CloseReason::NotUtf8);
    assert_eq!(read(&[frame(TEXT, &[0xed, 0xa0, 0x80])]).1, CloseReason::NotUtf8);
}

#[test]
fn what_says_that_it_is_too_large_is_refused_before_it_comes() {
    let limit = frame(TEXT, &vec![b'x'; LIMIT]);
    assert_eq!(read(&[limit]).0, [text(&"x".repeat(LIMIT))]);
    // Only the header ever comes.
    for head in [
        &[TEXT, 0xfe, 0x03, 0xe9][..],
        &[BINARY, 0xff, 0, 0, 0, 1, 0, 0, 0, 0],
        &[TEXT, 0xff, 255, 255, 255, 255, 255, 255, 255, 255],
    ] {
        assert_eq!(read(&[head.to_vec()]), (vec![], CloseReason::TooBig));
    }
}

#[test]
fn a_message_in_pieces_has_the_same_bound() {
    let half = vec![b'x'; LIMIT / 2];
    assert_eq!(read(&[frame(FIRST_TEXT, &half), frame(LAST, &half)]).0.len(), 1);
    let too_much = [frame(FIRST_TEXT, &half), frame(MORE, &half), frame(LAST, b"x")];
    assert_eq!(read(&too_much), (vec![], CloseReason::TooBig));
    let full_and_ping = [frame(FIRST_TEXT, &half), frame(MORE, &half), frame(PING, b"x"), frame(LAST, b"")];
    assert_eq!(read(&full_and_ping).0.len(), 2);
    let mut endless = vec![frame(FIRST_TEXT, b"")];
    endless.resize(MOST_FRAGMENTS + 1, frame(MORE, b""));
    assert_eq!(read_in(&endless.concat(), usize::MAX).1, CloseReason::Policy);
}

#[test]
fn what_is_no_websocket_is_a_protocol_error() {
    let unmasked = vec![TEXT, 1, b'x'];
    let reserved_bit = frame(TEXT | 0x40, b"x");
    let unknown = frame(0x83, b"x");
    let lonely = frame(LAST, b"x");
    let interrupted = [frame(FIRST_TEXT, b"x"), frame(TEXT, b"x")].concat();
    let large_ping = frame(PING, &[0; 126]);
    for bytes in [unmasked, reserved_bit, unknown, lonely, interrupted, large_ping] {
        assert_eq!(read(std::slice::from_ref(&bytes)), (vec![], CloseReason::Protocol), "{bytes:?}");
    }
}
