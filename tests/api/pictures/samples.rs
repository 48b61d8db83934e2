//! Pictures to upload, the texts that clients wrap them in, and a look at the files that the server keeps.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gigline_testkit::{Answer, Client, TestApp};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageEncoder as _, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

pub(crate) const RED: [u8; 3] = [220, 30, 30];
pub(crate) const BLUE: [u8; 3] = [30, 30, 220];

/// What a camera notes about a photograph, and nobody else should read.
pub(crate) const SECRET: &[u8] = b"taken at home, 17 Secret Lane";

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| Rgb(if x < width / 2 { RED } else { BLUE }))
}

/// A picture, red on the left and blue on the right, as a file of this format.
pub(crate) fn halves_in(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(halves(width, height)).write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// A PNG, red on the left and blue on the right.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    halves_in(ImageFormat::Png, width, height)
}

/// A photograph of a phone that was held upright: its pixels lie on their side, and a note (EXIF, orientation 6) says
/// that they are to be turned clockwise for looking at them. Beside it stands [`SECRET`].
pub(crate) fn photograph(width: u32, height: u32) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: usize, value: u32| {
        let count = u32::try_from(count).unwrap();
        [tag.to_le_bytes().as_slice(), &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let note = [
        b"II\x2a\0\x08\0\0\0".as_slice(),
        &2_u16.to_le_bytes(),
        &entry(0x010E, 2, SECRET.len(), 38),
        &entry(0x0112, 3, 1, 6),
        &[0; 4],
        SECRET,
    ];
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, 95);
    encoder.set_exif_metadata(note.concat()).unwrap();
    encoder.encode_image(&halves(width, height)).unwrap();
    assert!(holds(&file, SECRET), "the fixture has what is to be taken away");
    file
}

/// Whether `part` stands anywhere in `whole`.
pub(crate) fn holds(whole: &[u8], part: &[u8]) -> bool {
    whole.windows(part.len()).any(|window| window == part)
}

/// Base64 as the first app writes it: behind a label, broken after every 64 characters.
pub(crate) fn data_url(label: &str, bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("data:{label};base64,{}", lines.join("\r\n"))
}

/// An upload's body.
pub(crate) fn body(image_data: &str) -> Value {
    json!({ "image_data": image_data })
}

/// Fetches a file by its absolute address.
pub(crate) async fn fetch(client: &Client, asset: &Value, which: &str) -> Answer {
    client.get(asset[which].as_str().unwrap()).await.expect(200)
}

/// A stored file as pixels.
pub(crate) fn pixels(file: &Answer) -> RgbImage {
    image::load_from_memory(&file.body).unwrap().into_rgb8()
}

/// Whether a colour is what it was, but for what a lossy format may do to it.
pub(crate) fn is_about(pixel: Rgb<u8>, colour: [u8; 3]) -> bool {
    pixel.0.iter().zip(colour).all(|(have, want)| have.abs_diff(want) < 40)
}

/// The names of the files behind pictures, sorted.
pub(crate) fn db_files(app: &TestApp) -> Vec<String> {
    let entries = std::fs::read_dir(app.data_dir().join("media")).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The name of a picture's file, from its address.
pub(crate) fn name(asset: &Value, which: &str) -> String {
    asset[which].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}
