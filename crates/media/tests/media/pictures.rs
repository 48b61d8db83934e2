//! Sound pictures come out as they should look, and as nothing but a picture.

use gigline_media::{Picture, PictureError, PictureFormat, Rendition, Studio, drawn};
use image::{DynamicImage, ImageFormat, Rgb};

use crate::samples::{
    BLUE, GREEN, RED, WHITE, each_format, encoded, jpeg_with_exif, png_with_profile, quarters, riff_chunk,
    three_quarters, webp,
};

async fn clean(bytes: Vec<u8>) -> Picture {
    Studio::new().clean(bytes.into()).await.unwrap()
}

fn pixels(rendition: &Rendition) -> DynamicImage {
    let expected = match rendition.format {
        PictureFormat::Jpeg => ImageFormat::Jpeg,
        PictureFormat::Png => ImageFormat::Png,
    };
    assert_eq!(image::guess_format(&rendition.bytes).unwrap(), expected);
    let image = image::load_from_memory(&rendition.bytes).unwrap();
    assert_eq!((image.width(), image.height()), (rendition.width, rendition.height));
    image
}

/// The colours in the middle of the four quarters, in reading order.
fn corners(rendition: &Rendition) -> [[u8; 3]; 4] {
    let image = pixels(rendition).into_rgb8();
    let (right, low) = (image.width() * 3 / 4, image.height() * 3 / 4);
    let (left, high) = (image.width() / 4, image.height() / 4);
    [(left, high), (right, high), (left, low), (right, low)].map(|(x, y)| image.get_pixel(x, y).0)
}

fn assert_close(found: &[[u8; 3]], expected: &[[u8; 3]]) {
    let near = found.as_flattened().iter().zip(expected.as_flattened());
    assert!(near.clone().all(|(a, b)| a.abs_diff(*b) <= 8), "{found:?} is not {expected:?}");
}

#[tokio::test]
async fn each_format_becomes_jpeg_or_png_with_a_thumbnail() {
    for (format, bytes) in each_format(800, 600) {
        let picture = clean(bytes).await;
        let expected = match format {
            ImageFormat::Jpeg | ImageFormat::WebP => PictureFormat::Jpeg,
            _ => PictureFormat::Png,
        };
        assert_eq!(picture.full.format, expected, "{format:?}");
        assert_eq!((picture.full.width, picture.full.height), (800, 600));
        assert_eq!(picture.thumbnail.format, PictureFormat::Jpeg);
        assert_eq!((picture.thumbnail.width, picture.thumbnail.height), (320, 240));
        for rendition in [&picture.full, &picture.thumbnail] {
            assert_close(&corners(rendition), &[RED, GREEN, BLUE, WHITE]);
        }
    }
}

#[tokio::test]
async fn transparency_is_kept_as_png_and_dropped_where_nothing_shows_through() {
    for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP] {
        let picture = clean(encoded(three_quarters(400, 400), format)).await;
        for rendition in [&picture.full, &picture.thumbnail] {
            assert_eq!(rendition.format, PictureFormat::Png, "{format:?}");
            let image = pixels(rendition).into_rgba8();
            let side = image.width();
            assert_eq!(image.get_pixel(side - 10, side - 10).0[3], 0);
            assert_eq!(image.get_pixel(10, 10).0[3], 255);
        }
    }
    let opaque = DynamicImage::ImageRgb8(quarters(40, 30)).into_rgba8();
    let picture = clean(encoded(opaque, ImageFormat::WebP)).await;
    assert_eq!(picture.full.format, PictureFormat::Jpeg);
}

#[tokio::test]
async fn a_small_picture_is_not_enlarged() {
    let picture = clean(encoded(quarters(20, 10), ImageFormat::Png)).await;
    assert_eq!((picture.thumbnail.width, picture.thumbnail.height), (20, 10));
    let line = clean(encoded(quarters(5000, 2), ImageFormat::Png)).await;
    assert_eq!((line.thumbnail.width, line.thumbnail.height), (320, 1));
}

#[tokio::test]
async fn the_place_is_gone_and_the_picture_stands_upright() {
    let image = quarters(96, 64);
    // What each orientation makes of the quarters: EXIF 2.3, tag 0x0112.
    for (orientation, turned, expected) in [
        (1, false, [RED, GREEN, BLUE, WHITE]),
        (2, false, [GREEN, RED, WHITE, BLUE]),
        (3, false, [WHITE, BLUE, GREEN, RED]),
        (4, false, [BLUE, WHITE, RED, GREEN]),
        (5, true, [RED, BLUE, GREEN, WHITE]),
        (6, true, [BLUE, RED, WHITE, GREEN]),
        (7, true, [WHITE, GREEN, BLUE, RED]),
        (8, true, [GREEN, WHITE, RED, BLUE]),
        (77, false, [RED, GREEN, BLUE, WHITE]),
    ] {
        let file = jpeg_with_exif(&image, orientation);
        assert!(contains(&file, b"1999:12:31"), "the sample has metadata");
        let picture = clean(file).await;
        let size = if turned { (64, 96) } else { (96, 64) };
        for rendition in [&picture.full, &picture.thumbnail] {
            assert_eq!((rendition.width, rendition.height), size, "{orientation}");
            assert_close(&corners(rendition), &expected);
            for secret in [b"Exif".as_slice(), b"1999", b"home", b"II\x2a\0"] {
                assert!(!contains(&rendition.bytes, secret));
            }
        }
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn a_camera_s_wide_colours_become_srgb() {
    let colour = [200_u8, 90, 40];
    let image = image::RgbImage::from_pixel(50, 50, Rgb(colour));
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let picture = clean(png_with_profile(&image, profile)).await;
    let found = pixels(&picture.full).into_rgb8().get_pixel(9, 9).0;
    assert_close_within(found, display_p3_to_srgb(colour), 2);
    assert!(!contains(&picture.full.bytes, b"iCCP"));

    let profile = moxcms::ColorProfile::new_srgb().encode().unwrap();
    let picture = clean(png_with_profile(&image, profile)).await;
    let found = pixels(&picture.full).into_rgb8().get_pixel(9, 9).0;
    assert_close_within(found, colour, 1);

    let picture = clean(png_with_profile(&image, b"no profile at all".to_vec())).await;
    assert_eq!(pixels(&picture.full).into_rgb8().get_pixel(9, 9).0, colour);
}

fn assert_close_within(found: [u8; 3], expected: [u8; 3], distance: u8) {
    let near = found.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= distance);
    assert!(near, "{found:?} is not {expected:?}");
}

/// The textbook way: both spaces have one curve, and only their primaries differ.
fn display_p3_to_srgb(colour: [u8; 3]) -> [u8; 3] {
    const MATRIX: [[f64; 3]; 3] =
        [[1.224_940, -0.224_940, 0.0], [-0.042_057, 1.042_057, 0.0], [-0.019_638, -0.078_636, 1.098_274]];
    let linear = colour.map(|value| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    MATRIX.map(|row| {
        let value: f64 = row.iter().zip(linear).map(|(factor, value)| factor * value).sum();
        let curved = if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
        let nearest = (0..=255_u8).min_by_key(|step| {
            let distance = (f64::from(*step) - curved * 255.0).abs() * 1000.0;
            std::time::Duration::from_secs_f64(distance)
        });
        nearest.unwrap()
    })
}

#[tokio::test]
async fn sixteen_bits_become_eight_and_grey_stays_grey() {
    let deep = image::ImageBuffer::from_pixel(30, 20, Rgb([0x1234_u16, 0x8000, 0xFFFF]));
    let picture = clean(encoded(DynamicImage::ImageRgb16(deep), ImageFormat::Png)).await;
    let image = pixels(&picture.full);
    assert_eq!(image.color(), image::ColorType::Rgb8);
    assert_close_within(image.into_rgb8().get_pixel(0, 0).0, [0x12, 0x80, 0xFF], 1);

    let grey = image::GrayImage::from_pixel(30, 20, image::Luma([77]));
    let picture = clean(encoded(grey, ImageFormat::Jpeg)).await;
    assert_eq!(pixels(&picture.full).color(), image::ColorType::L8);
}

#[tokio::test]
async fn a_print_shop_s_four_inks_become_three_colours() {
    let picture = clean(crate::samples::jpeg_of_four_inks()).await;
    let image = pixels(&picture.full);
    assert_eq!(image.color(), image::ColorType::Rgb8);
    // Half of black over half of each colour leaves a quarter of the light.
    assert_close_within(image.into_rgb8().get_pixel(4, 4).0, [64; 3], 3);
}

#[tokio::test]
async fn of_an_animation_the_first_frame_is_kept() {
    let mut file = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut file);
    for colour in [RED, BLUE] {
        let image = image::RgbImage::from_pixel(30, 20, Rgb(colour));
        let frame = DynamicImage::ImageRgb8(image).into_rgba8();
        encoder.encode_frame(image::Frame::new(frame)).unwrap();
    }
    drop(encoder);
    let picture = clean(file).await;
    assert_close(&corners(&picture.full), &[RED; 4]);

    let frames = [GREEN, BLUE].map(|colour| {
        let image = image::RgbImage::from_pixel(30, 20, Rgb(colour));
        let still = encoded(image, ImageFormat::WebP);
        // Place, both sides less one, duration, flags, and then the still picture's own chunk.
        let header = [0, 0, 0, 0, 0, 0, 29, 0, 0, 19, 0, 0, 100, 0, 0, 0];
        riff_chunk(b"ANMF", &[header.as_slice(), &still[12..]].concat())
    });
    let [first, second] = frames;
    let file = webp(0b10, 30, 20, &[riff_chunk(b"ANIM", &[0; 6]), first, second]);
    let picture = clean(file).await;
    assert_close(&corners(&picture.full), &[GREEN; 4]);
}

#[tokio::test]
async fn a_lossy_webp_becomes_jpeg() {
    // One pixel, made by libwebp.
    let text = "data:image/png;base64,UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA";
    let picture = Studio::new().clean_base64(text.to_owned(), 100).await.unwrap();
    assert_eq!(picture.full.format, PictureFormat::Jpeg);
    assert_eq!((picture.full.width, picture.full.height), (1, 1));
}

#[tokio::test]
async fn nothing_but_the_picture_gets_through() {
    let script = b"<script>alert(1)</script>";
    let png = encoded(quarters(60, 40), ImageFormat::Png);
    let text = crate::samples::png_chunk(b"tEXt", &[b"Comment\0", script.as_slice()].concat());
    let file = [&png[..33], &text, &png[33..], b"<html>", script].concat();
    let picture = clean(file).await;
    for rendition in [&picture.full, &picture.thumbnail] {
        assert!(!contains(&rendition.bytes, b"script") && !contains(&rendition.bytes, b"html"));
    }
    assert_close(&corners(&picture.full), &[RED, GREEN, BLUE, WHITE]);
}

#[tokio::test]
async fn cleaning_what_is_clean_changes_only_what_jpeg_must_lose() {
    let once = clean(drawn(5, 300, 200)).await;
    let twice = clean(once.full.bytes.to_vec()).await;
    let (a, b) = (pixels(&once.full).into_rgb8(), pixels(&twice.full).into_rgb8());
    let worst = a.iter().zip(b.iter()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst < Some(40), "{worst:?}");
}

#[tokio::test]
async fn a_full_studio_says_so_and_takes_the_next_one() {
    let studio = Studio::with_room(1);
    let file = bytes::Bytes::from(drawn(1, 1600, 1200));
    let (a, b, c, d) = tokio::join!(
        studio.clean(file.clone()),
        studio.clean(file.clone()),
        studio.clean(file.clone()),
        studio.clean(file.clone()),
    );
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(d, Err(PictureError::Busy));
    assert!(studio.clean(file).await.is_ok());
}
