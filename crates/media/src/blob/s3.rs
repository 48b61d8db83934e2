//! Opens a bucket: every request ends within a bounded time, whatever the service does.

use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::{ClientOptions, RetryConfig};

use super::{BlobError, S3Config};

const CONNECT: Duration = Duration::from_secs(5);
/// Between two pieces of an answer.
const SILENCE: Duration = Duration::from_secs(20);
/// A whole request, a slow reader of the answer included; reading is taken up again where it broke off.
const WHOLE: Duration = Duration::from_secs(120);
const RETRIES: usize = 3;
/// No new attempt is made after this.
const RETRY_FOR: Duration = Duration::from_secs(15);

/// Makes the client; sends nothing yet. Error: `Settings`.
pub(super) fn open(config: &S3Config) -> Result<AmazonS3, BlobError> {
    provide_cryptography();
    let options = ClientOptions::new().with_connect_timeout(CONNECT).with_read_timeout(SILENCE).with_timeout(WHOLE);
    let mut builder = AmazonS3Builder::new()
        .with_client_options(options)
        .with_retry(RetryConfig { max_retries: RETRIES, retry_timeout: RETRY_FOR, ..RetryConfig::default() })
        // Files go one by one, and not every service knows how to delete many at once.
        .with_disable_bulk_delete(true)
        .with_bucket_name(&config.bucket)
        .with_region(&config.region);
    if let Some(endpoint) = &config.endpoint {
        builder =
            builder.with_endpoint(endpoint.as_str().trim_end_matches('/')).with_allow_http(endpoint.scheme() == "http");
    }
    if let Some(key) = &config.credentials {
        builder = builder.with_access_key_id(&key.access_key_id).with_secret_access_key(&key.secret_access_key);
        if let Some(token) = &key.session_token {
            builder = builder.with_token(token);
        }
    }
    builder.build().map_err(|cause| BlobError::Settings(cause.to_string()))
}

/// The HTTP client takes the process' TLS cryptography and panics without any. *ring* needs no C++, cmake or perl.
fn provide_cryptography() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let installed = rustls::crypto::ring::default_provider().install_default();
        if installed.is_err() {
            log::debug!("another part of the program chose the TLS cryptography first");
        }
    }
}
