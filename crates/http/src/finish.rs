//! The last hand on every answer: a request id, protective headers, and the contract's body on every error,
//! whoever made it.

use std::time::Instant;

use actix_cors::CorsError;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse};

use crate::app::App;
use crate::caller::Visitor;
use crate::error::ApiError;

/// The id of a request, in its answer and in the log.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(String);

impl RequestId {
    fn new() -> Self {
        Self(format!("{:016x}", rand::random::<u64>()))
    }
}

const JSON: &str = "application/json";
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Numbers the request, and sees to it that what goes out has the contract's form.
pub(crate) async fn finish(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (id, began) = (RequestId::new(), Instant::now());
    request.extensions_mut().insert(id.clone());
    let mut response = worded(next.call(request).await?.map_into_boxed_body());
    if log::log_enabled!(log::Level::Debug) {
        log_request(&response, &id, began);
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(HEADER, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        headers.insert(header::CONTENT_SECURITY_POLICY, nothing);
    }
    Ok(response)
}

/// Gives an error the contract's body, unless it has one. An error that is not ours is told by its status alone.
pub(crate) fn worded(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let fails = response.status().is_client_error() || response.status().is_server_error();
    if !fails || response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == JSON) {
        return response;
    }
    let id = response.request().extensions().get::<RequestId>().cloned().unwrap_or_else(RequestId::new);
    let foreign = foreign(response.response());
    let error = response.response().error().and_then(|error| error.as_error::<ApiError>()).unwrap_or(&foreign);
    if error.status().is_server_error() && !matches!(error, ApiError::NotInRoom) {
        log_cause(error, &response, &id);
    }
    // What others refuse keeps their status, except that a page that may not call us is always told so alike.
    let status = if matches!(error, ApiError::CrossSite) { error.status() } else { response.status() };
    let body = error.body(&id.0);
    let (request, old) = response.into_parts();
    let mut answer = HttpResponse::build(status);
    for (name, value) in old.headers() {
        answer.append_header((name, value));
    }
    answer.insert_header((header::CONTENT_TYPE, JSON));
    answer.insert_header((header::CACHE_CONTROL, "no-store"));
    ServiceResponse::new(request, answer.body(body))
}

/// The error that a failure from elsewhere stands for.
fn foreign(response: &HttpResponse) -> ApiError {
    if response.error().is_some_and(|error| error.as_error::<CorsError>().is_some()) {
        return ApiError::CrossSite;
    }
    match response.status() {
        StatusCode::NOT_FOUND => ApiError::NotFound,
        StatusCode::UNAUTHORIZED => ApiError::Unauthorized,
        StatusCode::FORBIDDEN => ApiError::Forbidden,
        StatusCode::METHOD_NOT_ALLOWED => ApiError::MethodNotAllowed(String::new()),
        StatusCode::REQUEST_TIMEOUT => ApiError::Timeout,
        status if status.is_client_error() => ApiError::Unreadable,
        status => ApiError::Internal(format!("answered {status} without a cause")),
    }
}

/// One line for a request. Its path is told by the route's pattern, and its query not at all: what stands there may be
/// a secret.
fn log_request(response: &ServiceResponse<BoxBody>, id: &RequestId, began: Instant) {
    let request = response.request();
    let peer = App::of(request).map(|app| app.settings.proxies.client(request).to_string()).unwrap_or_default();
    let user = request.extensions().get::<Visitor>().and_then(Visitor::id).map_or("-".to_owned(), |id| id.to_string());
    let bytes = match response.response().body().size() {
        BodySize::Sized(bytes) => bytes.to_string(),
        BodySize::None => "0".to_owned(),
        BodySize::Stream => "-".to_owned(),
    };
    log::debug!(
        "id={} method={} route={} status={} ms={} bytes={bytes} peer={peer} user={user}",
        id.0,
        request.method(),
        request.match_pattern().as_deref().unwrap_or("-"),
        response.status().as_u16(),
        began.elapsed().as_millis(),
    );
}

/// Writes the cause of a failure of ours into the log, once, under the id that the client was told.
fn log_cause(error: &ApiError, response: &ServiceResponse<BoxBody>, id: &RequestId) {
    let (method, path) = (response.request().method(), response.request().path());
    match error {
        ApiError::Internal(cause) => log::error!("{} {method} {path}: {cause}", id.0),
        other => log::warn!("{} {method} {path}: {other}", id.0),
    }
}
