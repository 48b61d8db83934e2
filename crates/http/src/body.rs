//! Bodies, read when a handler asks for them: bounded in size and in time.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::StreamExt as _;

use crate::app::App;
use crate::caller::Visitor;
use crate::error::{ApiError, ApiResult};
use crate::fields::Fields;
use crate::places::UploadPlace;

/// The largest body of an ordinary request.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;
/// The largest body of an upload.
pub(crate) const UPLOAD_LIMIT: usize = 12 * 1024 * 1024;

/// A body that is not read yet, so that nothing is read of what is refused anyway.
pub(crate) struct Body {
    request: HttpRequest,
    payload: Payload,
    announced: Option<usize>,
    deadline: Duration,
}

impl Body {
    /// Reads the whole body. Errors: `TooLarge`, at once where the length is announced; `Timeout`; `Unreadable`;
    /// `Busy` for an upload among too many.
    pub(crate) async fn bytes(self, limit: usize) -> ApiResult<Bytes> {
        if self.announced.is_some_and(|length| length > limit) {
            return Err(ApiError::TooLarge(limit));
        }
        if limit > BODY_LIMIT {
            reserve_upload(&self.request)?;
        }
        let read = collect(self.payload, limit);
        tokio::time::timeout(self.deadline, read).await.unwrap_or(Err(ApiError::Timeout))
    }

    /// Reads the body as a JSON object.
    pub(crate) async fn fields(self) -> ApiResult<Fields> {
        Fields::from_json(&self.bytes(BODY_LIMIT).await?)
    }

    /// Reads the body of an upload as a JSON object.
    pub(crate) async fn upload_fields(self) -> ApiResult<Fields> {
        Fields::from_json(&self.bytes(UPLOAD_LIMIT).await?)
    }
}

/// Takes a place among the uploads, which the request keeps to its end.
fn reserve_upload(request: &HttpRequest) -> ApiResult<()> {
    if request.extensions().contains::<UploadPlace>() {
        return Ok(());
    }
    let user = request.extensions().get::<Visitor>().and_then(Visitor::id);
    let place = App::of(request)?.uploads().take(user).ok_or(ApiError::Busy)?;
    request.extensions_mut().insert(place);
    Ok(())
}

async fn collect(mut payload: Payload, limit: usize) -> ApiResult<Bytes> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| ApiError::Unreadable)?;
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(ApiError::TooLarge(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

impl FromRequest for Body {
    type Error = ApiError;
    type Future = Ready<ApiResult<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let body = App::of(request).map(|app| Self {
            request: request.clone(),
            payload,
            announced: announced.and_then(|length| length.parse().ok()),
            deadline: app.settings.body_deadline,
        });
        ready(body)
    }
}
