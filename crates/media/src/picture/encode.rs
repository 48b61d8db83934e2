//! Writes plain pixels as files of our own making: nothing but pixels goes in, so nothing else comes out.

use std::io::{self, Write};

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::FilterType as Sampling;
use image::{DynamicImage, ImageResult};

use super::{MAX_ENCODED_BYTES, PictureError, PictureFormat, Rendition, THUMBNAIL_SIDE};

const FULL_QUALITY: u8 = 88;
const THUMBNAIL_QUALITY: u8 = 80;

/// The picture in its full size: JPEG if `lossy` and opaque, else PNG.
pub(super) fn full(image: &DynamicImage, lossy: bool) -> Result<Rendition, PictureError> {
    let format = if lossy && !image.color().has_alpha() { PictureFormat::Jpeg } else { PictureFormat::Png };
    encode(image, format, FULL_QUALITY)
}

/// The picture made to fit the thumbnail's square; `image` itself is used up.
pub(super) fn thumbnail(image: DynamicImage) -> Result<Rendition, PictureError> {
    let format = if image.color().has_alpha() { PictureFormat::Png } else { PictureFormat::Jpeg };
    encode(&shrunk(image), format, THUMBNAIL_QUALITY)
}

fn encode(image: &DynamicImage, format: PictureFormat, quality: u8) -> Result<Rendition, PictureError> {
    let bytes = match format {
        PictureFormat::Jpeg => jpeg(image, quality),
        PictureFormat::Png => png(image),
    }
    // The colours and sizes are ones that both encoders take: only the bound can stop them.
    .map_err(|_| PictureError::TooManyBytes { limit: MAX_ENCODED_BYTES })?;
    Ok(Rendition { format, width: image.width(), height: image.height(), bytes: Bytes::from(bytes) })
}

fn jpeg(image: &DynamicImage, quality: u8) -> ImageResult<Vec<u8>> {
    let mut file = Bounded(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut file, quality);
    image.write_with_encoder(encoder)?;
    Ok(file.0)
}

/// A photograph hardly shrinks further with twenty times the effort; a drawing does, by a quarter, at little cost.
fn png(image: &DynamicImage) -> ImageResult<Vec<u8>> {
    match png_with(image, CompressionType::Fast) {
        Ok(file) if file.len() > image.as_bytes().len() / 3 => Ok(file),
        _ => png_with(image, CompressionType::Default),
    }
}

fn png_with(image: &DynamicImage, effort: CompressionType) -> ImageResult<Vec<u8>> {
    let mut file = Bounded(Vec::new());
    let encoder = PngEncoder::new_with_quality(&mut file, effort, FilterType::Adaptive);
    image.write_with_encoder(encoder)?;
    Ok(file.0)
}

/// A file in memory that refuses to grow beyond [`MAX_ENCODED_BYTES`].
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_ENCODED_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn shrunk(mut image: DynamicImage) -> DynamicImage {
    let (width, height) = thumbnail_size(image.width(), image.height());
    if (width, height) == (image.width(), image.height()) {
        return image;
    }
    // Transparent pixels have colours too, which must not bleed into their neighbours.
    weigh_by_alpha(&mut image);
    // A cheap average to twice the size, a good filter for the rest.
    let (near_width, near_height) = (image.width().min(width * 2), image.height().min(height * 2));
    let near = image.thumbnail_exact(near_width, near_height);
    drop(image);
    let mut small = near.resize_exact(width, height, Sampling::CatmullRom);
    unweigh_by_alpha(&mut small);
    small
}

fn thumbnail_size(width: u32, height: u32) -> (u32, u32) {
    let longest = u64::from(width.max(height));
    if longest <= u64::from(THUMBNAIL_SIDE) {
        return (width, height);
    }
    let scaled = |side: u32| {
        let rounded = (u64::from(side) * u64::from(THUMBNAIL_SIDE) + longest / 2) / longest;
        u32::try_from(rounded).map_or(THUMBNAIL_SIDE, |side| side.max(1))
    };
    (scaled(width), scaled(height))
}

fn weigh_by_alpha(image: &mut DynamicImage) {
    each_alpha(image, |colour, alpha| (u16::from(colour) * u16::from(alpha) + 127) / 255);
}

fn unweigh_by_alpha(image: &mut DynamicImage) {
    each_alpha(image, |colour, alpha| {
        let alpha = u16::from(alpha.max(1));
        (u16::from(colour) * 255 + alpha / 2) / alpha
    });
}

/// Replaces each colour value of a picture with transparency by what `change` makes of it and its pixel's alpha.
fn each_alpha(image: &mut DynamicImage, change: impl Fn(u8, u8) -> u16) {
    let (channels, values): (_, &mut [u8]) = match image {
        DynamicImage::ImageRgba8(buffer) => (4, buffer),
        DynamicImage::ImageLumaA8(buffer) => (2, buffer),
        _ => return,
    };
    for pixel in values.chunks_exact_mut(channels) {
        if let Some((alpha, colours)) = pixel.split_last_mut() {
            for colour in colours {
                *colour = u8::try_from(change(*colour, *alpha)).unwrap_or(u8::MAX);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbnails_fit_and_are_never_enlarged() {
        assert_eq!(thumbnail_size(4000, 3000), (320, 240));
        assert_eq!(thumbnail_size(3000, 4000), (240, 320));
        assert_eq!(thumbnail_size(320, 320), (320, 320));
        assert_eq!(thumbnail_size(17, 5), (17, 5));
        assert_eq!(thumbnail_size(20_000, 1), (320, 1));
        assert_eq!(thumbnail_size(321, 320), (320, 319));
    }

    #[test]
    fn colours_of_transparent_pixels_do_not_bleed() {
        let mut image = image::RgbaImage::from_pixel(640, 640, image::Rgba([255, 0, 0, 255]));
        for (x, _, pixel) in image.enumerate_pixels_mut() {
            if x % 2 == 1 {
                *pixel = image::Rgba([0, 255, 0, 0]);
            }
        }
        let small = shrunk(DynamicImage::ImageRgba8(image)).into_rgba8();
        assert_eq!(small.dimensions(), (320, 320));
        for pixel in small.pixels() {
            assert_eq!(pixel.0[1], 0, "green was nowhere to be seen");
            assert!(pixel.0[0] >= 250 && (105..=150).contains(&pixel.0[3]), "{pixel:?}");
        }
    }

    #[test]
    fn a_file_cannot_outgrow_its_bound() {
        let mut file = Bounded(vec![0; MAX_ENCODED_BYTES - 1]);
        assert!(file.write_all(&[1]).is_ok());
        assert!(file.write_all(&[1]).is_err());
    }
}
