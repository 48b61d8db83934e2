//! Finds what the decoders let pass: files cut short, and frames that claim more memory than their canvas.
//!
//! The JPEG decoder paints what is missing grey, and the WebP decoder allocates what a chunk's header claims
//! before it looks whether that much is there. Both formats are walked here first; nothing is allocated.

use image::ImageFormat;

/// Whether `bytes` reach their own end and hold no frame beyond the canvas of `width` × `height`.
///
/// PNG and GIF always pass: their decoders see to it themselves.
pub(super) fn is_whole(format: ImageFormat, bytes: &[u8], width: u32, height: u32) -> bool {
    match format {
        ImageFormat::Jpeg => jpeg_reaches_its_end(bytes),
        ImageFormat::WebP => webp_fits(bytes, width, height),
        _ => true,
    }
}

/// Walks the markers (ITU T.81, annex B) until the end-of-image marker.
fn jpeg_reaches_its_end(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((code, behind)) = next_marker(rest) {
        rest = match code {
            0xD9 => return true,
            // Stuffed bytes, restarts, start of image: these have no length.
            0x00 | 0x01 | 0xD0..=0xD8 => behind,
            _ => match segment_length(behind).and_then(|length| behind.get(length..)) {
                Some(next) => next,
                None => return false,
            },
        };
    }
    false
}

/// The next marker's code and what follows it. Before a marker 0xFF may be repeated.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let start = bytes.iter().position(|&byte| byte == 0xFF)?;
    let run = bytes.get(start..)?;
    let length = run.iter().position(|&byte| byte != 0xFF)?;
    let (code, behind) = run.get(length..)?.split_first()?;
    Some((*code, behind))
}

fn segment_length(segment: &[u8]) -> Option<usize> {
    let length = usize::from(u16::from_be_bytes(*segment.first_chunk()?));
    (length >= 2).then_some(length)
}

/// Walks the RIFF chunks: each must lie within the file, and no lossy frame may exceed the canvas.
fn webp_fits(bytes: &[u8], width: u32, height: u32) -> bool {
    let Some(declared) = bytes.get(4..8).and_then(little_endian) else {
        return false;
    };
    // The last chunk's padding byte is often missing.
    if bytes.len() + 1 < declared.saturating_add(8) {
        return false;
    }
    bytes.get(12..).is_some_and(|chunks| chunks_fit(chunks, width, height))
}

fn chunks_fit(mut rest: &[u8], width: u32, height: u32) -> bool {
    const FRAME_HEADER: usize = 16;
    while let (Some(kind), Some(size)) = (rest.get(..4), rest.get(4..8).and_then(little_endian)) {
        let Some(body) = rest.get(8..).and_then(|body| body.get(..size)) else {
            return false;
        };
        let fits = match kind {
            b"VP8 " => lossy_frame_fits(body, width, height),
            b"ANMF" => body.get(FRAME_HEADER..).is_some_and(|inner| chunks_fit(inner, width, height)),
            _ => true,
        };
        if !fits {
            return false;
        }
        rest = rest.get(8 + size + size % 2..).unwrap_or_default();
    }
    true
}

/// RFC 6386, section 9.1: three bytes of tag, three of start code, then both sides in 14 bits each.
fn lossy_frame_fits(frame: &[u8], width: u32, height: u32) -> bool {
    let side = |at: usize| {
        let bytes: [u8; 2] = frame.get(at..at + 2)?.try_into().ok()?;
        Some(u32::from(u16::from_le_bytes(bytes) & 0x3FFF))
    };
    match (side(6), side(8)) {
        (Some(wide), Some(high)) => wide <= width && high <= height,
        _ => false,
    }
}

fn little_endian(bytes: &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8], body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(body.len()).unwrap().to_le_bytes();
        let mut chunk = [kind, size.as_slice(), body].concat();
        chunk.resize(chunk.len() + body.len() % 2, 0);
        chunk
    }

    fn webp(chunks: &[u8]) -> Vec<u8> {
        chunk(b"RIFF", &[b"WEBP", chunks].concat())
    }

    fn lossy(width: u16, height: u16) -> Vec<u8> {
        let start = [0, 0, 0, 0x9d, 1, 0x2a];
        let frame = [start.as_slice(), &width.to_le_bytes(), &height.to_le_bytes()].concat();
        chunk(b"VP8 ", &frame)
    }

    #[test]
    fn a_frame_larger_than_its_canvas_is_refused() {
        assert!(webp_fits(&webp(&lossy(10, 10)), 10, 10));
        assert!(!webp_fits(&webp(&lossy(16_383, 10)), 10, 10));
        let nested = chunk(b"ANMF", &[&[0; 16], lossy(10, 16_383).as_slice()].concat());
        assert!(!webp_fits(&webp(&nested), 10, 10));
    }

    #[test]
    fn a_chunk_that_claims_more_than_the_file_holds_is_refused() {
        let mut bytes = webp(&[lossy(10, 10), chunk(b"EXIF", &[0; 8])].concat());
        assert!(webp_fits(&bytes, 10, 10));
        let size = bytes.len() - 12;
        bytes[size..size + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(!webp_fits(&bytes, 10, 10));
    }

    #[test]
    fn a_jpeg_ends_with_its_own_marker_not_with_one_inside_a_segment() {
        let inside = [0xFF, 0xD8, 0xFF, 0xE1, 0, 4, 0xFF, 0xD9];
        assert!(!jpeg_reaches_its_end(&inside));
        assert!(jpeg_reaches_its_end(&[inside.as_slice(), &[0xFF, 0xFF, 0xD9, 1, 2]].concat()));
        assert!(!jpeg_reaches_its_end(&[0xFF, 0xD8, 0xFF, 0xE1, 0, 1, 0xFF, 0xD9]));
    }
}
