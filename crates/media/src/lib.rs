//! Pictures, made safe before anything is stored, and the storage that holds them.
//!
//! - [`Studio`] turns what was uploaded into a [`Picture`]: decoded under limits, upright, in sRGB, free of
//!   metadata, encoded anew, with a thumbnail. No byte of an upload survives into what others download.
//! - [`BlobStore`] keeps files under random [`BlobName`]s in a directory or in S3. A `put` that returned is
//!   on disk, so a row that names the file may be committed after it.
//! - [`drawn`] paints small landscapes for demonstrations and tests.
//!
//! ```
//! use gigline_media::{BlobConfig, BlobStore, Studio, drawn};
//!
//! # let place = std::env::temp_dir().join(format!("gigline-media-doc-{}", std::process::id()));
//! # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
//! # runtime.block_on(async {
//! let store = BlobStore::open(&BlobConfig::Directory(place.clone()))?;
//! let picture = Studio::new().clean(drawn(7, 640, 480).into()).await?;
//! assert_eq!((picture.thumbnail.width, picture.thumbnail.height), (320, 240));
//!
//! let kept = store.keep(&picture).await?;
//! let read = store.get(kept.picture, None).await?;
//! assert_eq!(read.content_type, "image/jpeg");
//! assert_eq!(read.collect().await?, picture.full.bytes);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # std::fs::remove_dir_all(place)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod base64_text;
mod blob;
mod draw;
mod picture;

pub use base64_text::decode_base64;
pub use blob::{BlobConfig, BlobError, BlobName, BlobRead, BlobStore, ByteRange, Kept, S3Config, S3Credentials};
pub use draw::drawn;
pub use picture::{
    MAX_ENCODED_BYTES, MAX_PIXELS, MAX_SIDE, Picture, PictureError, PictureFormat, Rendition, Studio, THUMBNAIL_SIDE,
};
