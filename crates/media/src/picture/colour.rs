//! Brings colours to sRGB, so that a picture keeps its look when its colour profile is taken away.

use image::DynamicImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, ParsingOptions, TransformOptions};

/// Phone cameras attach a few hundred bytes, printers' profiles reach some megabytes.
const MAX_PROFILE_BYTES: usize = 4 << 20;

/// Converts `image` (8 bits a channel) from the colours of the ICC profile `icc` to sRGB.
///
/// Does nothing to grey pictures, and nothing where the profile is unusable: browsers show those as sRGB too.
pub(super) fn to_srgb(image: &mut DynamicImage, icc: &[u8]) {
    let (layout, channels, pixels): (_, _, &mut [u8]) = match image {
        DynamicImage::ImageRgb8(buffer) => (Layout::Rgb, 3, buffer),
        DynamicImage::ImageRgba8(buffer) => (Layout::Rgba, 4, buffer),
        _ => return,
    };
    let options = ParsingOptions { max_profile_size: MAX_PROFILE_BYTES, ..ParsingOptions::default() };
    let srgb = ColorProfile::new_srgb();
    let transform = ColorProfile::new_from_slice_with_options(icc, options)
        .ok()
        .filter(|profile| profile.color_space == DataColorSpace::Rgb)
        .and_then(|profile| {
            let options = TransformOptions::default();
            profile.create_transform_8bit(layout, &srgb, layout, options).ok()
        });
    let Some(transform) = transform else { return };
    // A strip at a time: a second whole picture would double the memory.
    let mut before = vec![0; channels * 4096];
    for strip in pixels.chunks_mut(channels * 4096) {
        let Some(source) = before.get_mut(..strip.len()) else {
            return;
        };
        source.copy_from_slice(strip);
        if let Err(cause) = transform.transform(source, strip) {
            log::debug!("a colour profile does not apply: {cause}");
            return;
        }
    }
}
