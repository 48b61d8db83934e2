//! Answers: JSON with its status, a tag for what can be asked for again, a cookie where a session begins or ends.

use actix_web::body::BoxBody;
use actix_web::cookie::Cookie;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::{ApiError, ApiResult};

/// A JSON answer.
#[derive(Debug)]
pub(crate) struct Reply {
    status: StatusCode,
    body: Vec<u8>,
    tagged: bool,
    cookie: Option<Cookie<'static>>,
}

impl Reply {
    fn of(status: StatusCode, body: &impl Serialize) -> ApiResult<Self> {
        let body = serde_json::to_vec(body).map_err(|error| ApiError::Internal(error.to_string()))?;
        Ok(Self { status, body, tagged: false, cookie: None })
    }

    /// 200.
    pub(crate) fn ok(body: &impl Serialize) -> ApiResult<Self> {
        Self::of(StatusCode::OK, body)
    }

    /// 201.
    pub(crate) fn created(body: &impl Serialize) -> ApiResult<Self> {
        Self::of(StatusCode::CREATED, body)
    }

    /// The same answer with its entity tag; 304 instead if the client has it already.
    pub(crate) fn tagged(mut self) -> Self {
        self.tagged = true;
        self
    }

    /// The same answer with a cookie.
    pub(crate) fn with_cookie(mut self, cookie: Cookie<'static>) -> Self {
        self.cookie = Some(cookie);
        self
    }
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((header::CONTENT_TYPE, "application/json"));
        // What is shown depends on who asks, and must be asked for again.
        response.insert_header((header::CACHE_CONTROL, "private, no-cache"));
        if let Some(cookie) = self.cookie {
            response.cookie(cookie);
        }
        if self.tagged {
            let tag = entity_tag(&self.body);
            let known = matches!(*request.method(), Method::GET | Method::HEAD)
                && lists_tag(request, &header::IF_NONE_MATCH, &tag);
            if let Ok(value) = HeaderValue::from_str(&tag) {
                response.insert_header((header::ETAG, value));
            }
            if known {
                return response.status(StatusCode::NOT_MODIFIED).finish();
            }
        }
        response.body(self.body)
    }
}

/// The strong entity tag of a body: half of its SHA-256.
pub(crate) fn entity_tag(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let mut tag = String::with_capacity(34);
    tag.push('"');
    for byte in digest.iter().take(16) {
        for digit in [byte >> 4, byte & 15] {
            tag.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    tag.push('"');
    tag
}

/// Whether a list of tags in a request (RFC 9110 §13.1) holds `tag`; weak comparison, as `If-None-Match` wants it.
pub(crate) fn lists_tag(request: &HttpRequest, name: &header::HeaderName, tag: &str) -> bool {
    let values = request.headers().get_all(name).filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).any(|given| given == "*" || bare(given) == tag)
}

fn bare(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

/// What `If-Match` demands of the thing that is to be updated.
#[derive(Debug, Clone)]
pub(crate) struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let values: Vec<&str> =
            request.headers().get_all(header::IF_MATCH).filter_map(|value| value.to_str().ok()).collect();
        if values.is_empty() {
            return Self(None);
        }
        Self(Some(values.iter().flat_map(|value| value.split(',')).map(|tag| tag.trim().to_owned()).collect()))
    }

    /// Whether there is a condition at all.
    pub(crate) fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// Refuses the update unless `body`, what is there now, is what the client saw. Strong comparison.
    pub(crate) fn check(&self, body: &impl Serialize) -> ApiResult<()> {
        let Some(tags) = &self.0 else { return Ok(()) };
        let body = serde_json::to_vec(body).map_err(|error| ApiError::Internal(error.to_string()))?;
        let tag = entity_tag(&body);
        if tags.iter().any(|given| given == "*" || *given == tag) { Ok(()) } else { Err(ApiError::PreconditionFailed) }
    }
}
