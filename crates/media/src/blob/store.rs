//! One interface to a directory and to S3: after `put` a file is there, after `delete` it is not.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};
use gigline_domain::Timestamp;
use object_store::path::Path;
use object_store::{
    Attribute, GetOptions, GetRange, GetResult, GetResultPayload, ObjectMeta, ObjectStore, ObjectStoreExt, PutOptions,
};

use super::read::file_stream;
use super::{BlobConfig, BlobError, BlobName, BlobRead, ByteRange, directory};
use crate::Picture;

/// The stored files. Clones share one store.
///
/// Files are never changed once they are there, so whatever was read under a name may be cached for good.
#[derive(Clone)]
pub struct BlobStore {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
    /// Where the files lie, unless they lie elsewhere.
    directory: Option<Arc<PathBuf>>,
}

/// The names under which a picture was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The picture in full size.
    pub picture: BlobName,
    /// Its thumbnail.
    pub thumbnail: BlobName,
}

impl BlobStore {
    /// Opens the place; makes the directory where it is missing. S3 is not asked yet: see [`check`](Self::check).
    ///
    /// Blocks for a moment on a directory. Error: `Settings`.
    pub fn open(config: &BlobConfig) -> Result<Self, BlobError> {
        match config {
            BlobConfig::Directory(place) => Ok(Self {
                objects: Arc::new(directory::open(place)?),
                prefix: Path::default(),
                directory: Some(Arc::new(place.clone())),
            }),
            #[cfg(feature = "s3")]
            BlobConfig::S3(config) => Ok(Self {
                objects: Arc::new(super::s3::open(config)?),
                prefix: Path::from(config.prefix.as_str()),
                directory: None,
            }),
            #[cfg(not(feature = "s3"))]
            BlobConfig::S3(_) => Err(BlobError::Settings("built without S3".to_owned())),
        }
    }

    /// Stores `bytes`. When this returns they are on disk, or with S3 in the service's keeping.
    ///
    /// A call that fails or is dropped leaves nothing or the whole file. Error: `Unavailable`.
    pub async fn put(&self, name: BlobName, bytes: Bytes) -> Result<(), BlobError> {
        let mut options = PutOptions::default();
        if self.directory.is_none() {
            let content_type = name.format().content_type();
            options.attributes.insert(Attribute::ContentType, content_type.into());
        }
        self.objects.put_opts(&self.path(name), bytes.into(), options).await?;
        Ok(())
    }

    /// Stores a picture and its thumbnail under new names: both, or on an error none (but for what a crash leaves,
    /// which [`older_than`](Self::older_than) finds). Error: `Unavailable`.
    pub async fn keep(&self, picture: &Picture) -> Result<Kept, BlobError> {
        let name = BlobName::random(picture.full.format);
        let kept = Kept { picture: name, thumbnail: name.thumbnail(picture.thumbnail.format) };
        self.put(kept.picture, picture.full.bytes.clone()).await?;
        let second = self.put(kept.thumbnail, picture.thumbnail.bytes.clone());
        if let Err(cause) = second.await {
            if let Err(second) = self.delete(kept.picture).await {
                log::warn!("{} stays behind as an orphan: {second}", kept.picture);
            }
            return Err(cause);
        }
        Ok(kept)
    }

    /// Reads a file or a part of it. Errors: `NotFound`, `OutOfRange`, `Unavailable`.
    pub async fn get(&self, name: BlobName, range: Option<ByteRange>) -> Result<BlobRead, BlobError> {
        let path = self.path(name);
        let mut options = GetOptions::default();
        // What a service answers to a range that cannot be differs: so the size is asked for first.
        if let (Some(range), None) = (&range, &self.directory) {
            let size = self.objects.head(&path).await?.size;
            options.range = Some(GetRange::Bounded(range.of(size)?));
        }
        let found = self.objects.get_opts(&path, options).await?;
        reading(found, range, name)
    }

    /// Deletes a file; one that is missing is fine. Error: `Unavailable`.
    pub async fn delete(&self, name: BlobName) -> Result<(), BlobError> {
        match self.objects.delete(&self.path(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(cause) => Err(cause.into()),
        }
    }

    /// The names of files last written before `time`, in no order, read in batches as the stream is polled.
    ///
    /// Files that are not of our naming are passed over. Deleting what has come out of the stream does not disturb
    /// it. Errors: `Unavailable`, after which the stream ends.
    pub fn older_than(&self, time: Timestamp) -> BoxStream<'static, Result<BlobName, BlobError>> {
        let own = self.prefix.clone();
        self.objects
            .list(self.listed())
            .filter_map(move |found| {
                let name = match found {
                    Ok(about) => own_name(&own, &about, time).map(Ok),
                    Err(cause) => Some(Err(cause.into())),
                };
                std::future::ready(name)
            })
            .boxed()
    }

    /// Removes what writes left behind that a crash cut short before `before`; returns how many there were.
    ///
    /// S3 has none. Error: `Unavailable`.
    pub async fn remove_unfinished(&self, before: Timestamp) -> Result<usize, BlobError> {
        let Some(place) = self.directory.clone() else {
            return Ok(0);
        };
        tokio::task::spawn_blocking(move || directory::remove_unfinished(&place, before))
            .await
            .map_err(BlobError::unavailable)?
            .map_err(BlobError::unavailable)
    }

    /// Whether the store can be used: the directory takes files, or the bucket answers to us. Error: `Unavailable`.
    pub async fn check(&self) -> Result<(), BlobError> {
        if let Some(place) = self.directory.clone() {
            return tokio::task::spawn_blocking(move || directory::check(&place))
                .await
                .map_err(BlobError::unavailable)?;
        }
        // Behind every name: an empty list is enough to know.
        let end = self.prefix.clone().join("~");
        let mut behind = self.objects.list_with_offset(self.listed(), &end);
        match behind.next().await {
            None | Some(Ok(_)) => Ok(()),
            Some(Err(cause)) => Err(BlobError::unavailable(cause)),
        }
    }

    /// The prefix as lists want it.
    fn listed(&self) -> Option<&Path> {
        (!self.prefix.is_root()).then_some(&self.prefix)
    }

    fn path(&self, name: BlobName) -> Path {
        self.prefix.clone().join(name.to_string())
    }
}

/// The name of a listed file, if it is one of ours and old enough.
fn own_name(prefix: &Path, about: &ObjectMeta, time: Timestamp) -> Option<BlobName> {
    let mut below = about.location.prefix_match(prefix)?;
    let name = BlobName::parse(below.next()?.as_ref())?;
    let alone = below.next().is_none();
    (alone && about.last_modified.timestamp_micros() < time.micros()).then_some(name)
}

fn reading(found: GetResult, range: Option<ByteRange>, name: BlobName) -> Result<BlobRead, BlobError> {
    let size = found.meta.size;
    let (range, body) = match found.payload {
        GetResultPayload::File(file, _) => {
            let range = range.map_or(Ok(0..size), |range| range.of(size))?;
            (range.clone(), file_stream(file, range))
        }
        GetResultPayload::Stream(body) => (found.range, body.map(|part| Ok(part?)).boxed()),
    };
    Ok(BlobRead { size, range, content_type: name.format().content_type(), body })
}
