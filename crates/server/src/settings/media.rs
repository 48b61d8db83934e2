//! Where pictures are kept: a directory, or a bucket with its credentials from the environment.

use std::fmt;
use std::path::{Path, PathBuf};

use super::read::{Reader, Taken};
use super::table;

/// The place for pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaSettings {
    /// A directory of this machine, made when it is missing.
    Directory(PathBuf),
    /// A bucket at an S3-compatible service.
    S3(S3Settings),
}

/// A bucket and the key to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Settings {
    /// The bucket's name.
    pub bucket: String,
    /// What every object's name starts with; no slash at either end, empty for none.
    pub prefix: String,
    /// The bucket's region.
    pub region: String,
    /// The service's address, where it is not Amazon's.
    pub endpoint: Option<String>,
    /// The access key's name.
    pub access_key_id: String,
    /// The access key's secret.
    pub secret_access_key: Secret,
    /// The token that belongs to a temporary key.
    pub session_token: Option<Secret>,
}

/// A text that no log and no error shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself, to hand to whom it is for.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl MediaSettings {
    pub(super) fn read(from: &mut Reader<'_>, data_dir: &Path) -> Taken<Self> {
        match from.take_given(&table::MEDIA_URL, Place::parse)? {
            None => Ok(Self::Directory(data_dir.join("media"))),
            Some(Place::Directory(path)) => Ok(Self::Directory(path)),
            Some(Place::Bucket { bucket, prefix }) => S3Settings::read(from, bucket, prefix).map(Self::S3),
        }
    }
}

impl S3Settings {
    fn read(from: &mut Reader<'_>, bucket: String, prefix: String) -> Taken<Self> {
        let why = "for a media URL of S3";
        let access_key_id = from.needed("AWS_ACCESS_KEY_ID", why);
        let secret_access_key = from.needed("AWS_SECRET_ACCESS_KEY", why);
        Ok(Self {
            bucket,
            prefix,
            region: from.variable("AWS_REGION").unwrap_or("us-east-1").to_owned(),
            endpoint: from.variable("AWS_ENDPOINT_URL").map(str::to_owned),
            access_key_id: access_key_id?.to_owned(),
            secret_access_key: Secret(secret_access_key?.to_owned()),
            session_token: from.variable("AWS_SESSION_TOKEN").map(|token| Secret(token.to_owned())),
        })
    }
}

enum Place {
    Directory(PathBuf),
    Bucket { bucket: String, prefix: String },
}

impl Place {
    fn parse(text: &str) -> Result<Self, String> {
        if let Some(rest) = text.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            if bucket.is_empty() || rest.contains(['?', '#', '@']) {
                return Err("must name a bucket: s3://BUCKET or s3://BUCKET/PREFIX".to_owned());
            }
            let prefix = prefix.trim_matches('/').to_owned();
            return Ok(Self::Bucket { bucket: bucket.to_owned(), prefix });
        }
        if text.contains("://") {
            return Err("must be a directory or s3://BUCKET/PREFIX".to_owned());
        }
        Ok(Self::Directory(PathBuf::from(text)))
    }
}
