//! What can go wrong with storage, told apart by what the caller can do about it.

use std::error::Error;

/// Why a file could not be stored, read or deleted.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There is no such file.
    #[error("there is no such file")]
    NotFound,
    /// The range asked for holds no byte of the file.
    #[error("the file has only {size} bytes")]
    OutOfRange {
        /// The whole file's size in bytes.
        size: u64,
    },
    /// The settings name no usable place. Only [`BlobStore::open`](crate::BlobStore::open) and parsing say so.
    #[error("picture storage: {0}")]
    Settings(String),
    /// The disk or the service failed. The text is for the log: it may name paths and hosts, never secrets.
    #[error("picture storage failed: {0}")]
    Unavailable(String),
}

impl BlobError {
    /// With the causes behind the cause: "error sending request" alone helps nobody.
    pub(super) fn unavailable(cause: impl Error) -> Self {
        let mut text = cause.to_string();
        let mut deeper = cause.source();
        while let Some(cause) = deeper {
            let more = cause.to_string();
            if !text.contains(&more) {
                text.push_str(": ");
                text.push_str(&more);
            }
            deeper = cause.source();
        }
        Self::Unavailable(text)
    }
}

impl From<object_store::Error> for BlobError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            other => Self::unavailable(other),
        }
    }
}
