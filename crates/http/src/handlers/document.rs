//! The API document, made once and the same for everyone.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};

use crate::error::{ApiError, ApiResult};
use crate::openapi::openapi_json;
use crate::reply::{entity_tag, lists_tag};

struct Document {
    bytes: Bytes,
    tag: String,
}

static DOCUMENT: LazyLock<Result<Document, String>> = LazyLock::new(|| {
    let text = openapi_json().map_err(|error| error.to_string())?;
    Ok(Document { tag: entity_tag(text.as_bytes()), bytes: Bytes::from(text) })
});

/// `GET /openapi.json` — what this API takes and answers.
pub(crate) async fn get(request: HttpRequest) -> ApiResult<HttpResponse> {
    let document = DOCUMENT.as_ref().map_err(|error| ApiError::Internal(error.clone()))?;
    let known = lists_tag(&request, &header::IF_NONE_MATCH, &document.tag);
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((header::ETAG, document.tag.as_str())).insert_header((header::CACHE_CONTROL, "no-cache"));
    if known {
        return Ok(answer.finish());
    }
    Ok(answer.content_type("application/json").body(document.bytes.clone()))
}
