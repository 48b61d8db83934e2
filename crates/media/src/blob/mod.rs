//! Storage of files: what is stored stays, whole, under a name of our own making, or it is not stored at all.

mod config;
mod directory;
mod error;
mod name;
mod read;
#[cfg(feature = "s3")]
mod s3;
mod store;

pub use config::{BlobConfig, S3Config, S3Credentials};
pub use error::BlobError;
pub use name::BlobName;
pub use read::{BlobRead, ByteRange};
pub use store::{BlobStore, Kept};
