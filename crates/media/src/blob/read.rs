//! Reading a file or a part of it, one chunk at a time: a slow reader costs one chunk of memory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::BlobError;

const CHUNK: u64 = 128 * 1024;

/// A part of a file, counted in bytes from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ByteRange {
    /// From the first number up to, not including, the second; what lies behind the file's end is left out.
    Within(Range<u64>),
    /// From here to the end.
    From(u64),
    /// The last bytes, this many.
    Last(u64),
}

impl ByteRange {
    /// The bytes meant of a file of `size` bytes. Error: `OutOfRange` when there is none.
    pub(super) fn of(&self, size: u64) -> Result<Range<u64>, BlobError> {
        let range = match self {
            Self::Within(range) => range.start..range.end.min(size),
            Self::From(start) => *start..size,
            Self::Last(count) => size.saturating_sub(*count)..size,
        };
        if range.is_empty() {
            return Err(BlobError::OutOfRange { size });
        }
        Ok(range)
    }
}

/// A file that is being read.
pub struct BlobRead {
    /// The whole file's size in bytes.
    pub size: u64,
    /// The part that `body` gives.
    pub range: Range<u64>,
    /// The value of a `Content-Type` header.
    pub content_type: &'static str,
    /// The bytes. After an error nothing more comes.
    pub body: BoxStream<'static, Result<Bytes, BlobError>>,
}

impl BlobRead {
    /// All bytes of `range` at once.
    pub async fn collect(self) -> Result<Bytes, BlobError> {
        let parts = self.body.try_fold(BytesMut::new(), |mut whole, part| async move {
            whole.extend_from_slice(&part);
            Ok(whole)
        });
        Ok(parts.await?.freeze())
    }
}

/// The bytes of `range`, read by threads that may block.
pub(super) fn file_stream(file: File, range: Range<u64>) -> BoxStream<'static, Result<Bytes, BlobError>> {
    let steps = stream::try_unfold((file, range), |(file, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let end = range.end.min(range.start.saturating_add(CHUNK));
        let step = tokio::task::spawn_blocking(move || read_at(file, range.start..end));
        let (file, bytes) = step.await.map_err(BlobError::unavailable)?.map_err(BlobError::unavailable)?;
        Ok(Some((bytes, (file, end..range.end))))
    });
    steps.boxed()
}

fn read_at(mut file: File, range: Range<u64>) -> std::io::Result<(File, Bytes)> {
    let length = usize::try_from(range.end - range.start).map_err(std::io::Error::other)?;
    let mut bytes = vec![0; length];
    file.seek(SeekFrom::Start(range.start))?;
    file.read_exact(&mut bytes)?;
    Ok((file, bytes.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_file() {
        let of = |range: ByteRange| range.of(10).ok();
        assert_eq!(of(ByteRange::Within(2..5)), Some(2..5));
        assert_eq!(of(ByteRange::Within(2..u64::MAX)), Some(2..10));
        assert_eq!(of(ByteRange::From(9)), Some(9..10));
        assert_eq!(of(ByteRange::Last(3)), Some(7..10));
        assert_eq!(of(ByteRange::Last(99)), Some(0..10));
    }

    #[test]
    fn a_range_without_a_byte_is_refused_with_the_size() {
        for range in [
            ByteRange::Within(10..11),
            ByteRange::Within(5..5),
            #[expect(clippy::reversed_empty_ranges, reason = "a client may ask for it")]
            ByteRange::Within(5..2),
            ByteRange::From(10),
            ByteRange::From(u64::MAX),
            ByteRange::Last(0),
        ] {
            assert!(matches!(range.of(10), Err(BlobError::OutOfRange { size: 10 })), "{range:?}");
        }
        assert!(ByteRange::Last(5).of(0).is_err());
    }
}
