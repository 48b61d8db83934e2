//! What is refused by the head of a request alone: more headers than anyone needs, and a body that says that it is too
//! large. It holds for every route, those that read no body included.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest};

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
