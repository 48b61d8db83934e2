//! `Idempotency-Key`: a write that is sent again is answered again, and done once.
//!
//! The key is reserved before the work and the answer kept after it. An answer of 5xx or 429 frees the key, for then
//! nothing was done. If the server dies in between, the key is free again after a minute.

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody, to_bytes_limited};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, FromRequest as _, HttpRequest, HttpResponse};
use gigline_domain::UserId;
use gigline_persistence::idempotency::{self, Begin, Reservation, StoredAnswer};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::body::Body;
use crate::caller::session_of;
use crate::error::{ApiError, ApiResult};
use crate::limits::body_limit;
use crate::routes::ROUTES;

/// The longest key.
pub(crate) const KEY_LIMIT: usize = 255;
/// The largest answer that is kept.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;
/// The header that a key comes in.
pub(crate) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The headers that belong to an answer rather than to the moment.
const KEPT: [HeaderName; 3] = [header::CONTENT_TYPE, header::ETAG, header::RETRY_AFTER];

/// Runs a keyed POST once, and answers its repetitions with what the first got.
pub(crate) async fn idempotent(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.method() != Method::POST || !request.headers().contains_key(KEY) || hands_out_tokens(request.path()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    match keyed(&mut request).await {
        Err(error) => Ok(request.error_response(error)),
        Ok(None) => Ok(next.call(request).await?.map_into_boxed_body()),
        Ok(Some(keyed)) => {
            // On its own from here on, so that it goes on to its end when the client hangs up: a key that is reserved
            // for nobody, or freed too soon, or never given its answer, would have the same request fail or be done twice.
            let run = actix_rt::spawn(once(keyed, request, next));
            run.await.unwrap_or_else(|died| Err(ApiError::Internal(died.to_string()).into()))
        }
    }
}

/// Runs the request, or answers it with what its key got before.
async fn once(
    keyed: Keyed,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match reserve(&keyed).await {
        Err(error) => Ok(request.error_response(error)),
        Ok(Begin::Mismatch) => Ok(request.error_response(ApiError::KeyReused)),
        Ok(Begin::Running) => Ok(request.error_response(ApiError::KeyRunning)),
        Ok(Begin::Replay(answer)) => Ok(request.into_response(replay(answer))),
        Ok(Begin::Fresh(reserved)) => {
            request.set_payload(Payload::from(keyed.body));
            let guard = Guard { app: keyed.app, reserved: Some(reserved) };
            let response = next.call(request).await?.map_into_boxed_body();
            keep(guard, response).await
        }
    }
}

/// Whether the answer holds a token: those are kept as digests only, so such an answer is not kept at all.
fn hands_out_tokens(path: &str) -> bool {
    let path = path.trim_end_matches('/');
    ROUTES.iter().any(|route| route.method == "POST" && !route.is_keyed() && route.path.trim_end_matches('/') == path)
}

/// Frees the key of a request that came to nothing.
struct Guard {
    app: App,
    reserved: Option<Reservation>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(reserved) = self.reserved.take() {
            let app = self.app.clone();
            actix_rt::spawn(async move {
                let freed = app.store.write(move |tx| idempotency::abandon(tx, reserved)).await;
                if let Err(error) = freed {
                    log::warn!("an idempotency key stays reserved for a minute: {error}");
                }
            });
        }
    }
}

/// A request with a key, read to its end.
struct Keyed {
    app: App,
    user: UserId,
    key: String,
    body: Bytes,
    fingerprint: [u8; 32],
}

/// Reads a request with its key; nothing comes back where there is no session, for then it is refused anyway.
async fn keyed(request: &mut ServiceRequest) -> ApiResult<Option<Keyed>> {
    let (http, payload) = request.parts_mut();
    let app = App::of(http)?.clone();
    let Some(caller) = session_of(&app, http).await? else { return Ok(None) };
    let key = key(http)?;
    let body = Body::from_request(http, payload).await?.bytes(body_limit(http)).await?;
    let fingerprint = fingerprint(http, &body);
    Ok(Some(Keyed { app, user: caller.id(), key, body, fingerprint }))
}

async fn reserve(keyed: &Keyed) -> ApiResult<Begin> {
    let (user, key, fingerprint, now) = (keyed.user, keyed.key.clone(), keyed.fingerprint, keyed.app.now());
    Ok(keyed.app.store.write(move |tx| idempotency::begin(tx, user, &key, &fingerprint, now)).await?)
}

fn key(request: &HttpRequest) -> ApiResult<String> {
    let key = request.headers().get(KEY).and_then(|key| key.to_str().ok());
    key.filter(|key| (1..=KEY_LIMIT).contains(&key.len()))
        .map(ToOwned::to_owned)
        .ok_or_else(|| ApiError::field("Idempotency-Key", "must be 1 to 255 visible characters"))
}

/// What makes two requests the same: path, query and body.
fn fingerprint(request: &HttpRequest, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [request.path().trim_end_matches('/').as_bytes(), request.query_string().as_bytes(), body] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn replay(answer: StoredAnswer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    for (name, value) in answer.headers {
        response.append_header((name, value));
    }
    response.append_header(("idempotency-replayed", "true"));
    response.body(answer.body)
}

/// Keeps the answer under the key, or frees the key where nothing was done.
async fn keep(mut guard: Guard, response: ServiceResponse<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let status = response.status();
    let shows_a_token = response.headers().contains_key(header::SET_COOKIE);
    if shows_a_token || status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        return Ok(response);
    }
    let response = crate::finish::worded(response);
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let Ok(Ok(body)) = to_bytes_limited(body, ANSWER_LIMIT).await else {
        let lost = ApiError::Internal("an answer is too large to be kept under its idempotency key".to_owned());
        return Ok(ServiceResponse::from_err(lost, request));
    };
    let headers = KEPT.iter().filter_map(|name| Some((name.to_string(), text(head.headers().get(name)?)?)));
    let answer = StoredAnswer { status: status.as_u16(), headers: headers.collect(), body: body.to_vec() };
    if let Some(reserved) = guard.reserved.take() {
        keep_stubbornly(&guard.app, reserved, answer).await;
    }
    Ok(ServiceResponse::new(request, head.set_body(BoxBody::new(body))))
}

/// Stores the answer, at the third try at the latest: without it the same request could be done twice.
async fn keep_stubbornly(app: &App, reserved: Reservation, answer: StoredAnswer) {
    let answer = Arc::new(answer);
    for attempt in 1..=3 {
        let again = Arc::clone(&answer);
        match app.store.write(move |tx| idempotency::finish(tx, reserved, &again)).await {
            Ok(_) => return,
            Err(error) => log::warn!("attempt {attempt} to keep the answer to an idempotency key: {error}"),
        }
    }
}

fn text(value: &HeaderValue) -> Option<String> {
    value.to_str().ok().map(ToOwned::to_owned)
}
