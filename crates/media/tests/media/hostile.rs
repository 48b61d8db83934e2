//! Whatever is uploaded, the answer is a picture or an error, soon, and never a panic.

use std::sync::LazyLock;

use gigline_media::{PictureError, Studio};
use image::ImageFormat;
use proptest::prelude::*;
use tokio::runtime::Runtime;

use crate::samples::{each_format, encoded, png_that_claims, quarters, riff_chunk, webp};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());
static STUDIO: LazyLock<Studio> = LazyLock::new(Studio::new);
static SOUND: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let small = each_format(33, 21).map(|(_, bytes)| bytes);
    let exif = crate::samples::jpeg_with_exif(&quarters(33, 21), 6);
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let coloured = crate::samples::png_with_profile(&quarters(20, 20), profile);
    [small.as_slice(), &[exif, coloured]].concat()
});

fn refusal(bytes: Vec<u8>) -> Option<PictureError> {
    RUNTIME.block_on(STUDIO.clean(bytes.into())).err()
}

#[test]
fn what_is_no_picture_is_refused_whatever_it_is_called() {
    let bitmap = b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0";
    for bytes in [
        b"".as_slice(),
        b"G",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html>",
        b"%PDF-1.7",
        b"II\x2a\0\x08\0\0\0",
        bitmap,
        b"RIFF\x04\0\0\0WAVE",
    ] {
        assert_eq!(refusal(bytes.to_vec()), Some(PictureError::NotAPicture), "{bytes:?}");
    }
}

#[test]
fn too_many_pixels_are_refused_by_the_header_alone() {
    let huge = png_that_claims(50_000, 50_000);
    assert!(huge.len() < 3_500);
    assert_eq!(refusal(huge), Some(PictureError::TooLarge));
    // Each side would pass, the two together do not; and the other way round.
    assert_eq!(refusal(png_that_claims(6_400, 6_251)), Some(PictureError::TooLarge));
    assert_eq!(refusal(png_that_claims(20_001, 1)), Some(PictureError::TooLarge));
    // Just within the limits: now the missing pixels are what is wrong.
    assert_eq!(refusal(png_that_claims(6_400, 6_250)), Some(PictureError::Broken));

    let gif = b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;";
    assert_eq!(refusal(gif.to_vec()), Some(PictureError::TooLarge));

    let mut jpeg = encoded(quarters(40, 30), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|two| two == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xEA, 0x60, 0xEA, 0x60]);
    assert_eq!(refusal(jpeg), Some(PictureError::TooLarge));

    let still = encoded(quarters(40, 30), ImageFormat::WebP);
    let large = webp(0, 16_000, 16_000, &[still[12..].to_vec()]);
    assert_eq!(refusal(large), Some(PictureError::TooLarge));
}

#[test]
fn frames_beyond_the_canvas_get_no_memory() {
    // A canvas of one pixel, but a lossy frame of 16,383 × 16,383.
    let frame = [0x30, 1, 0, 0x9d, 1, 0x2a, 0xff, 0x3f, 0xff, 0x3f];
    let file = webp(0, 1, 1, &[riff_chunk(b"VP8 ", &frame)]);
    assert_eq!(refusal(file), Some(PictureError::Broken));

    let mut gif = encoded(quarters(4, 4), ImageFormat::Gif);
    let frame = gif.iter().rposition(|byte| *byte == b',').unwrap();
    gif[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert!(refusal(gif).is_some());
}

#[test]
fn metadata_that_claims_gigabytes_gets_none() {
    let still = encoded(quarters(40, 30), ImageFormat::WebP);
    let mut file = webp(0b1000, 40, 30, &[still[12..].to_vec(), riff_chunk(b"EXIF", b"II\x2a\0")]);
    let size = file.len() - 8;
    file[size..size + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(refusal(file), Some(PictureError::Broken));
}

#[test]
fn a_file_that_is_cut_short_is_refused_wherever_it_is_cut() {
    for (format, bytes) in each_format(120, 90) {
        assert_eq!(refusal(bytes.clone()), None);
        // What ends a PNG or a GIF comes after the last pixel and may be missing.
        let last = bytes.len() - 14;
        for part in (0..40).map(|step| 12 + (last - 12) * step / 40) {
            let error = refusal(bytes[..part].to_vec());
            assert_eq!(error, Some(PictureError::Broken), "{format:?}, {part} of {}", bytes.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_file_is_a_picture_or_an_error(
        which in 0_usize..6,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut bytes = SOUND[which].clone();
        for (place, value) in damage {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        prop_assert_ne!(refusal(bytes), Some(PictureError::Busy));
    }

    #[test]
    fn any_bytes_behind_a_magic_number_are_a_picture_or_an_error(
        which in 0_usize..4,
        junk in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let bytes = [&SOUND[which][..12], &junk].concat();
        prop_assert_ne!(refusal(bytes), Some(PictureError::Busy));
    }
}
