//! WebSocket frames as a client writes and reads them (RFC 6455 §5.2), with a mask of zeros, which masks nothing.

/// A frame that has come.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) opcode: u8,
    pub(crate) payload: &'a [u8],
}

/// A pong with nothing in it, as are the pings of the servers here.
pub(crate) const PONG: [u8; 6] = [0x8a, 0x80, 0, 0, 0, 0];

/// A text, in one frame.
pub(crate) fn text(payload: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short), _) if short < 126 => frame.push(0x80 | short),
        // Nothing here is longer than a u16 can say.
        (_, long) => {
            frame.push(0x80 | 0x7e);
            frame.extend(long.unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload.as_bytes());
    frame
}

/// The frame at the beginning of `bytes` and what follows it; none if it is not all there yet.
pub(crate) fn split(bytes: &[u8]) -> Option<(Frame<'_>, &[u8])> {
    let [first, length, rest @ ..] = bytes else { return None };
    let (length, rest) = match length & 0x7f {
        126 => rest.split_first_chunk().map(|(long, rest)| (usize::from(u16::from_be_bytes(*long)), rest))?,
        127 => {
            let (longest, rest) = rest.split_first_chunk()?;
            (usize::try_from(u64::from_be_bytes(*longest)).ok()?, rest)
        }
        short => (usize::from(short), rest),
    };
    let (payload, rest) = rest.split_at_checked(length)?;
    Some((Frame { opcode: first & 0x0f, payload }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_taken_once_it_is_whole() {
        let mut bytes = vec![0x81, 2, b'h', b'i', 0x82, 126, 0, 200];
        bytes.extend([7; 200]);
        let (first, rest) = split(&bytes).unwrap();
        assert_eq!(first, Frame { opcode: 1, payload: b"hi" });
        let (second, rest) = split(rest).unwrap();
        assert_eq!((second.opcode, second.payload, rest.is_empty()), (2, &[7; 200][..], true));
        assert!((0..4).all(|end| split(&bytes[..end]).is_none()));
        assert!((4..bytes.len()).all(|end| split(&bytes[4..end]).is_none()));
    }

    #[test]
    fn a_text_is_masked_with_nothing() {
        assert_eq!(text("hi"), [0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
        let long = text(&"x".repeat(300));
        assert_eq!((long.len(), &long[..4]), (308, &[0x81, 0xfe, 1, 44][..]));
    }
}
