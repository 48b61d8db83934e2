//! Picture files made by hand, sound and otherwise.

use std::io::Cursor;

use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

pub(crate) const RED: [u8; 3] = [220, 30, 30];
pub(crate) const GREEN: [u8; 3] = [30, 200, 30];
pub(crate) const BLUE: [u8; 3] = [30, 30, 220];
pub(crate) const WHITE: [u8; 3] = [250, 250, 250];

/// Red, green, blue and white quarters, from the upper left in reading order.
pub(crate) fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb(match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => WHITE,
        })
    })
}

/// The same with a transparent lower right quarter.
pub(crate) fn three_quarters(width: u32, height: u32) -> RgbaImage {
    let mut image = DynamicImage::ImageRgb8(quarters(width, height)).into_rgba8();
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        if x >= width / 2 && y >= height / 2 {
            *pixel = Rgba([9, 9, 9, 0]);
        }
    }
    image
}

pub(crate) fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.into().write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// A picture of each of the four formats.
pub(crate) fn each_format(width: u32, height: u32) -> [(ImageFormat, Vec<u8>); 4] {
    [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP]
        .map(|format| (format, encoded(quarters(width, height), format)))
}

/// A JPEG with a date, a place and a camera's orientation in its EXIF block (TIFF 6.0, little endian).
pub(crate) fn jpeg_with_exif(image: &RgbImage, orientation: u16) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [tag.to_le_bytes().as_slice(), &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let (short, text, rational, long) = (3, 2, 5, 4);
    // Two directories of two and three entries: 8 + 2 + 24 + 4 = 38, then 38 + 2 + 36 + 4 = 80.
    let tiff = [
        b"II\x2a\0\x08\0\0\0".as_slice(),
        &2_u16.to_le_bytes(),
        &entry(0x0112, short, 1, u32::from(orientation)),
        &entry(0x8825, long, 1, 38),
        &[0; 4],
        &3_u16.to_le_bytes(),
        &entry(0x0001, text, 2, u32::from(b'N')),
        &entry(0x0002, rational, 3, 80),
        &entry(0x001D, text, 11, 104),
        &[0; 4],
        &[48, 0, 0, 0, 1, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 34, 0, 0, 0, 1, 0, 0, 0],
        b"1999:12:31\0",
    ]
    .concat();
    let exif = [b"Exif\0\0".as_slice(), &tiff].concat();
    let comment = b"taken at home";
    let jpeg = encoded(image.clone(), ImageFormat::Jpeg);
    [&jpeg[..2], &segment(0xE1, &exif), &segment(0xFE, comment), &jpeg[2..]].concat()
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], length.as_slice(), body].concat()
}

/// Eight by eight pixels of four inks, each half on: the smallest print-shop JPEG (ITU T.81, baseline).
pub(crate) fn jpeg_of_four_inks() -> Vec<u8> {
    let adobe = [b"Adobe\0\x64\0\0\0\0".as_slice(), &[0]].concat();
    let quantisation = [[0].as_slice(), &[1; 64]].concat();
    let inks = |about: fn(u8) -> Vec<u8>| (1..=4).flat_map(about).collect::<Vec<_>>();
    let frame = [[8, 0, 8, 0, 8, 4].as_slice(), &inks(|ink| vec![ink, 0x11, 0])].concat();
    // One code of one bit, for "nothing changes" and for "nothing follows": eight zero bits are the picture.
    let code = |class: u8| [[class, 1].as_slice(), &[0; 15], &[0]].concat();
    let scan = [[4].as_slice(), &inks(|ink| vec![ink, 0]), &[0, 63, 0]].concat();
    [
        vec![0xFF, 0xD8],
        segment(0xEE, &adobe),
        segment(0xDB, &quantisation),
        segment(0xC0, &frame),
        segment(0xC4, &code(0x00)),
        segment(0xC4, &code(0x10)),
        segment(0xDA, &scan),
        vec![0x00, 0xFF, 0xD9],
    ]
    .concat()
}

/// A PNG that carries the colour profile `icc`.
pub(crate) fn png_with_profile(image: &RgbImage, icc: Vec<u8>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut file);
    encoder.set_icc_profile(icc).unwrap();
    let (width, height) = image.dimensions();
    encoder.write_image(image, width, height, ExtendedColorType::Rgb8).unwrap();
    file
}

/// A PNG chunk with its checksum.
pub(crate) fn png_chunk(kind: &[u8], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    let checked = [kind, body].concat();
    [&length, checked.as_slice(), &crc32(&checked).to_be_bytes()].concat()
}

/// A sound PNG, but for its header: that claims another size.
pub(crate) fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
    let png = encoded(quarters(40, 30), ImageFormat::Png);
    let header = [width.to_be_bytes().as_slice(), &height.to_be_bytes(), &png[24..29]].concat();
    let padding = png_chunk(b"tEXt", &[b'x'; 2500]);
    [&png[..8], &png_chunk(b"IHDR", &header), &padding, &png[33..]].concat()
}

/// ISO 3309, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

pub(crate) fn riff_chunk(kind: &[u8], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len()).unwrap().to_le_bytes();
    let mut chunk = [kind, size.as_slice(), body].concat();
    chunk.resize(chunk.len() + body.len() % 2, 0);
    chunk
}

/// An extended WebP file: flags and canvas first, then `chunks`.
pub(crate) fn webp(flags: u8, width: u32, height: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    let canvas = [&[flags, 0, 0, 0], &(width - 1).to_le_bytes()[..3], &(height - 1).to_le_bytes()[..3]].concat();
    let body = [b"WEBP".to_vec(), riff_chunk(b"VP8X", &canvas), chunks.concat()].concat();
    riff_chunk(b"RIFF", &body)
}
