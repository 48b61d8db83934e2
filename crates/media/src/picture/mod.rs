//! What a cleaned picture is, and why one may be refused.

mod colour;
mod decode;
mod encode;
mod studio;
mod wholeness;

use bytes::Bytes;
use thiserror::Error;

pub use studio::Studio;

/// The most pixels that a picture may have.
pub const MAX_PIXELS: u64 = 40_000_000;
/// The longest side that a picture may have, in pixels.
pub const MAX_SIDE: u32 = 20_000;
/// The most bytes that a cleaned picture may take: a lossy original can grow many times over as PNG.
pub const MAX_ENCODED_BYTES: usize = 48 << 20;
/// The longest side of a thumbnail, in pixels.
pub const THUMBNAIL_SIDE: u32 = 320;

/// The formats that are stored. JPEG has no transparency; everything lossless is PNG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PictureFormat {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
}

impl PictureFormat {
    /// The file name's extension, without a dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// The value of a `Content-Type` header.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// An encoded picture of our own making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// How `bytes` are encoded.
    pub format: PictureFormat,
    /// Pixels from left to right, as it is shown.
    pub width: u32,
    /// Pixels from top to bottom, as it is shown.
    pub height: u32,
    /// The whole file.
    pub bytes: Bytes,
}

/// A cleaned picture: upright, sRGB, 8 bits a channel, without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// In its full size.
    pub full: Rendition,
    /// No side longer than [`THUMBNAIL_SIDE`]; never larger than the original. JPEG, or PNG where pixels are transparent.
    pub thumbnail: Rendition,
}

/// Why there is no picture. The texts of all but `Busy` complete a sentence that begins with the field's name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PictureError {
    /// The text is not base64.
    #[error("must be base64")]
    NotBase64,
    /// Too big as a file, as uploaded or once cleaned.
    #[error("must not take more than {limit} bytes")]
    TooManyBytes {
        /// The most that is allowed.
        limit: usize,
    },
    /// The bytes are none of the four formats, whatever their label says.
    #[error("must be a PNG, JPEG, GIF or WebP picture")]
    NotAPicture,
    /// More pixels than [`MAX_PIXELS`], a side longer than [`MAX_SIDE`], or more memory than such a picture needs.
    #[error("must not have more than 40 megapixels, nor 20,000 pixels on a side")]
    TooLarge,
    /// Begins like a picture, but is cut short or damaged.
    #[error("is cut short or damaged")]
    Broken,
    /// As many pictures are waiting as there is room for: nothing is wrong with this one.
    #[error("too many pictures are waiting to be cleaned")]
    Busy,
}
