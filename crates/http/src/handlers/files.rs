//! Stored pictures as files: cached for good, in ranges, and harmless whatever a browser takes them for.

use actix_web::body::SizedStream;
use actix_web::http::header::{self, ContentRange, ContentRangeSpec};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use futures_util::stream;
use gigline_media::{BlobError, BlobName, BlobRead, ByteRange};
use gigline_persistence::pictures;

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::reply::lists_tag;

/// `GET /media/{name}` — the file of a picture that is there. A name is never used again, so it may be kept for ever.
pub(crate) async fn get(app: App, request: HttpRequest) -> ApiResult<HttpResponse> {
    let name = request.match_info().get("name").and_then(BlobName::parse).ok_or(ApiError::NotFound)?;
    let text = name.to_string();
    if !app.store.read_point(move |conn| pictures::has_blob(conn, &text)).await? {
        return Err(ApiError::NotFound);
    }
    let tag = format!("\"{name}\"");
    if lists_tag(&request, &header::IF_NONE_MATCH, &tag) {
        return Ok(headed(StatusCode::NOT_MODIFIED, &tag).finish());
    }
    let range = range(&request, &tag);
    let partial = range.is_some();
    let read = app.blobs.get(name, range).await?;
    Ok(answer(&request, read, partial, &tag))
}

fn answer(request: &HttpRequest, read: BlobRead, partial: bool, tag: &str) -> HttpResponse {
    let mut response = headed(if partial { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK }, tag);
    response.content_type(read.content_type);
    if partial {
        let range = Some((read.range.start, read.range.end.saturating_sub(1)));
        response.insert_header(ContentRange(ContentRangeSpec::Bytes { range, instance_length: Some(read.size) }));
    }
    let length = read.range.end.saturating_sub(read.range.start);
    if *request.method() == Method::HEAD {
        return response.body(SizedStream::new(length, stream::empty::<Result<_, BlobError>>()));
    }
    response.body(SizedStream::new(length, read.body))
}

fn headed(status: StatusCode, tag: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::ETAG, tag))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header(("cross-origin-resource-policy", "cross-origin"));
    response
}

/// The one range that is asked for (RFC 9110 §14.2). Several at once, or one that cannot be read, mean the whole file;
/// so does an `If-Range` that names something else. Only GET knows ranges.
fn range(request: &HttpRequest, tag: &str) -> Option<ByteRange> {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if *request.method() != Method::GET || request.headers().get(header::IF_RANGE).is_some_and(|given| given != tag) {
        return None;
    }
    let (unit, wanted) = text(header::RANGE)?.split_once('=')?;
    let (first, last) = wanted.split_once('-').filter(|_| unit.trim().eq_ignore_ascii_case("bytes"))?;
    match (first.trim(), last.trim()) {
        ("", count) => Some(ByteRange::Last(position(count)?)),
        (first, "") => Some(ByteRange::From(position(first)?)),
        (first, last) => {
            let (first, last) = (position(first)?, position(last)?);
            (first <= last).then(|| ByteRange::Within(first..last.saturating_add(1)))
        }
    }
}

/// A number of bytes; one beyond all files is as good as the largest.
fn position(digits: &str) -> Option<u64> {
    let sound = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    sound.then(|| digits.parse().unwrap_or(u64::MAX))
}
