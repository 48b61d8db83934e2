//! Which pages may act with their visitors' cookies: ours, and those that the settings allow.

use std::sync::Arc;

use actix_cors::Cors;
use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName, HeaderValue};

use crate::error::{ApiError, ApiResult};
use crate::wire::host;

/// Origins that may call with cookies.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    allowed: Arc<[String]>,
    public: Option<String>,
    loopback: bool,
}

impl Origins {
    /// Allows these origins exactly, those of the public address, and any loopback one if `loopback`.
    pub fn new(allowed: impl IntoIterator<Item = String>, public_url: Option<&str>, loopback: bool) -> Self {
        let public = public_url.and_then(|url| url::Url::parse(url).ok());
        Self {
            allowed: allowed.into_iter().collect(),
            public: public.map(|url| url.origin().ascii_serialization()),
            loopback,
        }
    }

    /// Whether the settings let pages of this origin in.
    pub(crate) fn allows(&self, origin: &str) -> bool {
        // Starscream, the socket library of the iOS client, names the scheme of the socket.
        let origin = match origin.split_once("://") {
            Some(("ws", rest)) => format!("http://{rest}"),
            Some(("wss", rest)) => format!("https://{rest}"),
            _ => origin.to_owned(),
        };
        self.allowed.contains(&origin)
            || self.public.as_ref() == Some(&origin)
            || (self.loopback && is_loopback(&origin))
    }

    /// Whether the request's page is ours: of the host that it calls, or allowed.
    fn is_ours(&self, origin: &str, request: &HttpRequest) -> bool {
        let called = host(request);
        let same_host = origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(&called));
        same_host || self.allows(origin)
    }

    /// Refuses what a page of another site makes its visitor's browser send: by `Sec-Fetch-Site`, and by an `Origin`
    /// that is neither ours nor allowed. Clients that are no browsers send neither and pass.
    pub(crate) fn check(&self, request: &HttpRequest) -> ApiResult<()> {
        let header = |name: &str| request.headers().get(name).map(HeaderValue::as_bytes);
        if header("sec-fetch-site").is_some_and(|site| site.eq_ignore_ascii_case(b"cross-site")) {
            return Err(ApiError::CrossSite);
        }
        match header("origin").map(std::str::from_utf8) {
            None => Ok(()),
            Some(Ok(origin)) if self.is_ours(origin, request) => Ok(()),
            Some(_) => Err(ApiError::CrossSite),
        }
    }

    /// The same for what begins a session rather than acts on one: a page that the settings allow by name may live on
    /// any site.
    pub(crate) fn check_entry(&self, request: &HttpRequest) -> ApiResult<()> {
        let origin = request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
        if origin.is_some_and(|origin| self.allows(origin)) { Ok(()) } else { self.check(request) }
    }

    /// Lets allowed pages read our answers.
    pub(crate) fn cors(&self) -> Cors {
        let origins = self.clone();
        let exposed = ["etag", "retry-after", "www-authenticate", "x-request-id", "content-range"];
        Cors::default()
            .allowed_origin_fn(move |origin, _| origin.to_str().is_ok_and(|origin| origins.allows(origin)))
            .allowed_methods(["GET", "HEAD", "POST", "DELETE"])
            .allowed_headers(["authorization", "content-type", "if-match", "if-none-match", "range"])
            .allowed_header(header::ACCEPT)
            .allowed_header(HeaderName::from_static("idempotency-key"))
            .allowed_header(HeaderName::from_static("last-event-id"))
            .expose_headers(exposed)
            .supports_credentials()
            .max_age(600)
    }
}

fn is_loopback(origin: &str) -> bool {
    let Ok(url) = url::Url::parse(origin) else { return false };
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn passes(origins: &Origins, headers: &[(&'static str, &'static str)]) -> bool {
        let mut request = TestRequest::post().insert_header(("host", "gigs.example:8000"));
        for pair in headers {
            request = request.insert_header(*pair);
        }
        origins.check(&request.to_http_request()).is_ok()
    }

    #[test]
    fn other_sites_are_refused_and_native_clients_pass() {
        let origins = Origins::new(["https://page.example".to_owned()], Some("https://gigs.example"), false);
        assert!(passes(&origins, &[]));
        assert!(passes(&origins, &[("origin", "http://gigs.example:8000")]));
        assert!(passes(&origins, &[("origin", "ws://gigs.example:8000")]));
        assert!(passes(&origins, &[("origin", "https://gigs.example")]));
        assert!(passes(&origins, &[("origin", "https://page.example"), ("sec-fetch-site", "same-site")]));
        for bad in ["https://evil.example", "https://page.example.evil.example", "null", "http://localhost:3000", ""] {
            assert!(!passes(&origins, &[("origin", bad)]), "{bad}");
        }
        assert!(!passes(&origins, &[("sec-fetch-site", "cross-site")]));
        let entry = |origin: &'static str| {
            let request = TestRequest::post().insert_header(("origin", origin));
            origins.check_entry(&request.insert_header(("sec-fetch-site", "cross-site")).to_http_request())
        };
        assert!(entry("https://page.example").is_ok());
        assert!(entry("https://evil.example").is_err());
        assert!(!passes(&origins, &[("origin", "https://page.example"), ("sec-fetch-site", "cross-site")]));
    }

    #[test]
    fn a_loopback_server_lets_loopback_pages_in() {
        let origins = Origins::new([], None, true);
        for good in ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:5173", "ws://localhost:3000"] {
            assert!(passes(&origins, &[("origin", good)]), "{good}");
        }
        for bad in ["http://localhost.evil.example", "http://128.0.0.1"] {
            assert!(!passes(&origins, &[("origin", bad)]), "{bad}");
        }
    }
}
