//! How polls, posts and refusals look over HTTP.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use gigline_chat::engineio::Refusal;

use super::link::Link;
use crate::error::ApiError;

/// Packets, as a poll gets them.
pub(super) fn packets(body: impl MessageBody + 'static) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; charset=UTF-8"))
        // The Swift client adds nothing to its address that would get it past a cache.
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body)
}

/// A POST was taken.
pub(super) fn taken() -> HttpResponse {
    packets("ok")
}

/// No.
pub(super) fn refused(refusal: Refusal, limit: usize) -> HttpResponse {
    if refusal == Refusal::TooLarge {
        return HttpResponse::from_error(ApiError::TooLarge(limit));
    }
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let mut response = HttpResponse::build(status).body(refusal.body());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Why nobody is let in now.
#[derive(Debug, Clone, Copy)]
pub(super) enum Later {
    /// There is too much to do.
    Busy,
    /// This address has enough.
    TooMany,
}

/// Not now.
pub(super) fn later(why: Later) -> HttpResponse {
    HttpResponse::from_error(match why {
        Later::Busy => ApiError::Busy,
        Later::TooMany => ApiError::TooMany(1),
    })
}

/// Packets that have left the session. If they are dropped unsent they are lost, and then so is the session.
pub(super) struct Packets {
    bytes: Option<Bytes>,
    link: Link,
}

impl Packets {
    pub(super) fn new(bytes: Bytes, link: Link) -> Self {
        Self { bytes: Some(bytes), link }
    }
}

impl MessageBody for Packets {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.bytes.as_ref().map_or(0, |bytes| bytes.len().try_into().unwrap_or(u64::MAX)))
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(self.bytes.take().map(Ok))
    }
}

impl Drop for Packets {
    fn drop(&mut self) {
        if self.bytes.is_some() {
            self.link.poll_dropped();
        }
    }
}
