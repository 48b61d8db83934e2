//! Cleans a bounded number of pictures at a time, away from the threads that serve.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use gigline_work::{Gate, GateError};

use super::decode::Source;
use super::{Picture, PictureError, encode};
use crate::decode_base64;

const AT_ONCE: usize = 2;
const WAITING: usize = 16;
/// Pictures of more pixels are cleaned one at a time.
const ORDINARY_PIXELS: u64 = 16_000_000;

/// The place where uploads become [`Picture`]s.
///
/// Two at a time; further ones wait, and beyond the waiting room they are refused. Pictures of more than 16
/// megapixels are taken one by one, so that no upload brings the whole to more than about 700 MB for the moment
/// (a 12 megapixel photograph needs about 100 MB).
#[derive(Clone)]
pub struct Studio {
    gate: Gate,
    large: Arc<Mutex<()>>,
}

impl Default for Studio {
    fn default() -> Self {
        Self::new()
    }
}

impl Studio {
    /// A studio with room for 16 waiting pictures.
    pub fn new() -> Self {
        Self::with_room(WAITING)
    }

    /// A studio with room for `waiting` pictures besides the two in work.
    pub fn with_room(waiting: usize) -> Self {
        Self { gate: Gate::new("pictures", AT_ONCE, waiting), large: Arc::default() }
    }

    /// Makes a [`Picture`] of a file's `bytes`, which may hold anything.
    ///
    /// Of animations the first frame is kept. Orientation is applied, colours are brought to sRGB and 8 bits.
    /// JPEG and opaque WebP become JPEG, all else PNG.
    ///
    /// Errors: any but `NotBase64`; `TooManyBytes` speaks of the cleaned file.
    pub async fn clean(&self, bytes: Bytes) -> Result<Picture, PictureError> {
        self.work(move |large| clean(&bytes, large)).await
    }

    /// Like [`clean`](Self::clean), from a text that [`decode_base64`] understands and at most `limit` bytes behind it.
    pub async fn clean_base64(&self, text: String, limit: usize) -> Result<Picture, PictureError> {
        self.work(move |large| {
            let bytes = decode_base64(&text, limit)?;
            drop(text);
            clean(&bytes, large)
        })
        .await
    }

    async fn work(
        &self,
        task: impl FnOnce(&Mutex<()>) -> Result<Picture, PictureError> + Send + 'static,
    ) -> Result<Picture, PictureError> {
        let large = Arc::clone(&self.large);
        match self.gate.run(move || task(&large)).await {
            Ok(outcome) => outcome,
            Err(GateError::Full) => Err(PictureError::Busy),
            Err(GateError::Died) => {
                log::warn!("a decoder panicked over an uploaded picture, which was refused");
                Err(PictureError::Broken)
            }
        }
    }
}

fn clean(bytes: &[u8], large: &Mutex<()>) -> Result<Picture, PictureError> {
    let source = Source::open(bytes)?;
    // The lock guards memory, not data: a panic under it leaves nothing half done.
    let _alone = (source.pixels() > ORDINARY_PIXELS).then(|| large.lock().unwrap_or_else(PoisonError::into_inner));
    let lossy = source.is_photographic();
    let pixels = source.decode()?;
    Ok(Picture { full: encode::full(&pixels, lossy)?, thumbnail: encode::thumbnail(pixels)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_decoder_that_panics_refuses_one_picture_and_harms_no_other() {
        let studio = Studio::new();
        for _ in 0..3 {
            let died = studio.work(|large| {
                let _alone = large.lock().unwrap_or_else(PoisonError::into_inner);
                panic!("as a decoder might")
            });
            assert_eq!(died.await, Err(PictureError::Broken));
        }
        // More than 16 megapixels, so that it needs the lock that was held.
        let large = image::DynamicImage::new_luma8(4100, 4100);
        let mut file = std::io::Cursor::new(Vec::new());
        large.write_to(&mut file, image::ImageFormat::Png).unwrap();
        let picture = studio.clean(file.into_inner().into()).await.unwrap();
        assert_eq!((picture.thumbnail.width, picture.thumbnail.height), (320, 320));
    }
}
