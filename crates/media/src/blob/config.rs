//! Where files are kept, as settings say it. Nothing here reads the environment.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use url::Url;

use super::BlobError;

/// The place that holds the files.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one in a process")]
pub enum BlobConfig {
    /// A directory; it is made when it is missing.
    Directory(PathBuf),
    /// A bucket of S3 or of a service that speaks its protocol.
    S3(S3Config),
}

/// A bucket and how to reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Config {
    /// The bucket's name.
    pub bucket: String,
    /// What stands before every name, without slashes at either end; may be empty.
    pub prefix: String,
    /// The service's address, `http` or `https`, addressed path-style; `None` is Amazon's of the region.
    pub endpoint: Option<Url>,
    /// The region that requests are signed for.
    pub region: String,
    /// Who we are; `None` asks the machine's own role (the instance metadata service).
    pub credentials: Option<S3Credentials>,
}

/// An access key.
#[derive(Clone, PartialEq, Eq)]
pub struct S3Credentials {
    /// Public half.
    pub access_key_id: String,
    /// Secret half; never shown.
    pub secret_access_key: String,
    /// Goes with temporary keys; never shown.
    pub session_token: Option<String>,
}

impl fmt::Debug for S3Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

impl BlobConfig {
    /// The same place with an access key, where the place takes one.
    #[must_use]
    pub fn with_credentials(self, credentials: Option<S3Credentials>) -> Self {
        match self {
            Self::S3(config) => Self::S3(S3Config { credentials, ..config }),
            directory @ Self::Directory(_) => directory,
        }
    }
}

/// Reads a directory's path, or `s3://bucket/prefix?endpoint=http://host:port&region=name`, where prefix and
/// query may be absent. Error: `Settings`.
impl FromStr for BlobConfig {
    type Err = BlobError;

    fn from_str(text: &str) -> Result<Self, BlobError> {
        let refused = |why: &str| BlobError::Settings(why.to_owned());
        if text.is_empty() {
            return Err(refused("must be a directory or s3://bucket"));
        }
        match text.split_once("://") {
            None => Ok(Self::Directory(text.into())),
            Some(("s3", _)) => s3_place(text).map(Self::S3).map_err(|why| refused(&why)),
            Some((scheme, _)) => Err(refused(&format!("knows no {scheme}://, only a directory or s3://bucket"))),
        }
    }
}

fn s3_place(text: &str) -> Result<S3Config, String> {
    let url = Url::parse(text).map_err(|cause| format!("is no URL: {cause}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a key: keys have settings of their own".to_owned());
    }
    let bucket = url.host_str().unwrap_or_default();
    if bucket.is_empty() || url.port().is_some() {
        return Err("needs a bucket: s3://bucket?endpoint=http://host:port".to_owned());
    }
    let mut place = S3Config {
        bucket: bucket.to_owned(),
        prefix: url.path().trim_matches('/').to_owned(),
        endpoint: None,
        region: "us-east-1".to_owned(),
        credentials: None,
    };
    for (key, value) in url.query_pairs() {
        match key.as_ref() {
            "endpoint" => place.endpoint = Some(endpoint(&value)?),
            "region" => place.region = value.into_owned(),
            other => {
                return Err(format!("knows no `{other}`, only `endpoint` and `region`"));
            }
        }
    }
    Ok(place)
}

fn endpoint(text: &str) -> Result<Url, String> {
    Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| format!("needs an http or https address as endpoint, not `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s3(text: &str) -> S3Config {
        match text.parse() {
            Ok(BlobConfig::S3(config)) => config,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_path_is_a_directory() {
        for path in ["data/pictures", "/srv/x", "C:\\pictures", "s3"] {
            let config: BlobConfig = path.parse().unwrap();
            assert_eq!(config, BlobConfig::Directory(path.into()));
        }
    }

    #[test]
    fn a_bucket_comes_with_its_defaults() {
        let plain = s3("s3://pictures");
        assert_eq!((plain.bucket.as_str(), plain.prefix.as_str()), ("pictures", ""));
        assert_eq!((plain.region.as_str(), plain.endpoint), ("us-east-1", None));

        let full = s3("s3://my.bucket/a/b/?region=eu-west-1&endpoint=http://127.0.0.1:9000");
        assert_eq!((full.bucket.as_str(), full.prefix.as_str()), ("my.bucket", "a/b"));
        assert_eq!(full.region, "eu-west-1");
        assert_eq!(full.endpoint.unwrap().as_str(), "http://127.0.0.1:9000/");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_a_reason() {
        for (text, reason) in [
            ("", "must be a directory"),
            ("gs://bucket", "knows no gs://"),
            ("s3://", "needs a bucket"),
            ("s3:///prefix", "needs a bucket"),
            ("s3://host:9000/bucket", "needs a bucket"),
            ("s3://key:secret@bucket", "must not hold a key"),
            ("s3://bucket?enpoint=http://x", "knows no `enpoint`"),
            ("s3://bucket?endpoint=127.0.0.1:9000", "needs an http or https address"),
        ] {
            let message = BlobConfig::from_str(text).unwrap_err().to_string();
            assert!(message.contains(reason), "{text}: {message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let credentials = S3Credentials {
            access_key_id: "AK".into(),
            secret_access_key: "hush".into(),
            session_token: Some("hush".into()),
        };
        let config = BlobConfig::S3(s3("s3://b")).with_credentials(Some(credentials));
        let shown = format!("{config:?}");
        assert!(shown.contains("AK") && !shown.contains("hush"), "{shown}");
    }
}
