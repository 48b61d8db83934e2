//! What is refused by the head of a request alone: more headers than anyone needs, and a body that says that it is too
//! large. It holds for every route, those that read no body included. A body of unknown length that is still on its way
//! when the answer is given is cut off.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage as _, HttpRequest};
use futures_util::Stream;

use crate::body::{BODY_LIMIT, UPLOAD_LIMIT};
use crate::error::{ApiError, ApiResult};

/// How many bytes all header names and values may have together.
const HEADERS_LIMIT: usize = 32 * 1024;

/// How large the body of this request may be.
pub(crate) fn body_limit(request: &HttpRequest) -> usize {
    if request.path().trim_end_matches('/').ends_with("/upload") { UPLOAD_LIMIT } else { BODY_LIMIT }
}

/// Passes on what keeps within the limits.
pub(crate) async fn keep_within(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match check(request.request()) {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(error) => Ok(request.error_response(error)),
    }
}

/// Closes the connection after an answer that did not wait for the end of a chunked body. To be the outermost.
pub(crate) async fn cut_off(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let unread = request.headers().contains_key(header::TRANSFER_ENCODING).then(|| hold(&mut request));
    let response = next.call(request).await?;
    Ok(match unread {
        Some(unread) => response.map_body(|_, body| BoxBody::new(Answering { body: body.boxed(), _unread: unread })),
        None => response.map_into_boxed_body(),
    })
}

/// A body that its reader and the answer both hold on to.
#[derive(Clone)]
struct Held(Rc<RefCell<Payload>>);

/// An answer that holds on to the body of its request.
///
/// Of a chunked body that nobody holds any more the server would read on for as long as the client sends, or only keeps
/// the connection open. One that is still held when the answer is out closes the connection.
struct Answering {
    body: BoxBody,
    _unread: Held,
}

fn hold(request: &mut ServiceRequest) -> Held {
    let held = Held(Rc::new(RefCell::new(request.take_payload())));
    request.set_payload(Payload::Stream { payload: Box::pin(held.clone()) });
    held
}

impl Stream for Held {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut *self.0.borrow_mut()).poll_next(cx)
    }
}

impl MessageBody for Answering {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}

fn check(request: &HttpRequest) -> ApiResult<()> {
    let sizes = request.headers().iter().map(|(name, value)| name.as_str().len().saturating_add(value.len()));
    if sizes.fold(0, usize::saturating_add) > HEADERS_LIMIT {
        return Err(ApiError::HeadersTooLarge(HEADERS_LIMIT));
    }
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let limit = body_limit(request);
    match announced.map(str::parse::<u64>) {
        Some(Ok(length)) if usize::try_from(length).is_ok_and(|length| length <= limit) => Ok(()),
        Some(_) => Err(ApiError::TooLarge(limit)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn checked(path: &str, name: &'static str, value: &str) -> Option<u16> {
        let request = TestRequest::post().uri(path).insert_header((name, value)).to_http_request();
        check(&request).err().map(|error| error.status().as_u16())
    }

    #[test]
    fn bodies_are_measured_by_what_they_announce() {
        let length = |path: &str, length: usize| checked(path, "content-length", &length.to_string());
        assert_eq!(length("/api/job/1", BODY_LIMIT), None);
        assert_eq!(length("/api/job/1", BODY_LIMIT + 1), Some(413));
        assert_eq!(length("/api/job/1/upload/", UPLOAD_LIMIT), None);
        assert_eq!(length("/api/job/1/upload", UPLOAD_LIMIT + 1), Some(413));
        assert_eq!(checked("/", "content-length", &u64::MAX.to_string()), Some(413));
    }

    #[test]
    fn headers_are_measured_together() {
        assert_eq!(checked("/", "x", &"a".repeat(HEADERS_LIMIT - 1)), None);
        assert_eq!(checked("/", "x", &"a".repeat(HEADERS_LIMIT)), Some(431));
    }
}
