//! Turns hostile bytes into plain pixels; what the bytes claim is checked before memory is given to it.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::{MAX_PIXELS, MAX_SIDE, PictureError, colour, wholeness};

/// What a decoder may use besides the picture itself: row buffers, unpacked colour profiles.
const SPARE_MEMORY: u64 = 16 << 20;

/// A picture of which only the header has been read.
pub(super) struct Source<'a> {
    format: ImageFormat,
    decoder: Box<dyn ImageDecoder + 'a>,
}

impl<'a> Source<'a> {
    /// Reads the header. Costs next to nothing, whatever size it claims.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, PictureError> {
        let format = supported(bytes).ok_or(PictureError::NotAPicture)?;
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        reader.limits(limits(SPARE_MEMORY));
        let decoder = reader.into_decoder().map_err(|error| refusal(&error))?;
        let (width, height) = decoder.dimensions();
        if u64::from(width) * u64::from(height) > MAX_PIXELS {
            return Err(PictureError::TooLarge);
        }
        if !wholeness::is_whole(format, bytes, width, height) {
            return Err(PictureError::Broken);
        }
        Ok(Self { format, decoder: Box::new(decoder) })
    }

    /// Pixels in all.
    pub(super) fn pixels(&self) -> u64 {
        let (width, height) = self.decoder.dimensions();
        u64::from(width) * u64::from(height)
    }

    /// Whether the original was made by an encoder that loses detail, or may have been.
    pub(super) fn is_photographic(&self) -> bool {
        matches!(self.format, ImageFormat::Jpeg | ImageFormat::WebP)
    }

    /// The pixels (the first frame's): 8 bits a channel, sRGB, upright, with an alpha channel only if it is used.
    pub(super) fn decode(mut self) -> Result<DynamicImage, PictureError> {
        // Broken metadata is no reason to refuse a sound picture: it goes away in any case.
        let turn = self.decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let profile = self.decoder.icc_profile().ok().flatten();
        // Decoders do not count the picture's own buffer, but may need another for a frame that fills only a part.
        let own = self.decoder.total_bytes();
        self.decoder.set_limits(limits(own.saturating_add(SPARE_MEMORY))).map_err(|error| refusal(&error))?;
        let pixels = DynamicImage::from_decoder(self.decoder).map_err(|error| refusal(&error))?;
        let mut pixels = eight_bits(pixels);
        if let Some(profile) = profile {
            colour::to_srgb(&mut pixels, &profile);
        }
        let mut pixels = without_idle_alpha(pixels);
        pixels.apply_orientation(turn);
        Ok(pixels)
    }
}

fn supported(bytes: &[u8]) -> Option<ImageFormat> {
    let format = image::guess_format(bytes).ok()?;
    let taken = matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif | ImageFormat::WebP);
    taken.then_some(format)
}

fn limits(memory: u64) -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(memory);
    limits
}

fn refusal(error: &ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::Broken,
    }
}

fn eight_bits(image: DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageLuma16(_) => DynamicImage::ImageLuma8(image.into_luma8()),
        DynamicImage::ImageLumaA16(_) => DynamicImage::ImageLumaA8(image.into_luma_alpha8()),
        DynamicImage::ImageRgb16(_) => DynamicImage::ImageRgb8(image.into_rgb8()),
        DynamicImage::ImageRgba16(_) => DynamicImage::ImageRgba8(image.into_rgba8()),
        already => already,
    }
}

fn without_idle_alpha(image: DynamicImage) -> DynamicImage {
    match &image {
        DynamicImage::ImageRgba8(buffer) if buffer.pixels().all(|pixel| pixel.0[3] == u8::MAX) => {
            DynamicImage::ImageRgb8(image.into_rgb8())
        }
        DynamicImage::ImageLumaA8(buffer) if buffer.pixels().all(|pixel| pixel.0[1] == u8::MAX) => {
            DynamicImage::ImageLuma8(image.into_luma8())
        }
        _ => image,
    }
}
