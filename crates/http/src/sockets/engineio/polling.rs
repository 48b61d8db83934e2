//! Long-polling: GET waits for packets, POST brings them. A client that hangs up in the middle of either has left.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt as _;
use gigline_chat::engineio::Refusal;

use super::answers::{self, Packets};
use super::link::{Link, Poll};

/// Waits for packets.
pub(super) async fn get(link: &Link) -> Result<HttpResponse, Refusal> {
    link.settle().await;
    let answer = match link.poll() {
        Poll::Answer(answer) => answer,
        Poll::Refuse(refusal) => return Err(refusal),
        Poll::Wait(answer) => {
            let hung_up = Guard { link, armed: true, act: Link::poll_dropped };
            let answer = answer.await.map_err(|_| Refusal::UnknownSid);
            hung_up.disarm();
            answer?
        }
    };
    Ok(answers::packets(Packets::new(answer, link.clone())))
}

/// Takes packets.
pub(super) async fn post(
    request: &HttpRequest,
    payload: Payload,
    link: &Link,
    limit: usize,
    deadline: Duration,
) -> Result<HttpResponse, Refusal> {
    if is_bytes(request) {
        // Version 3 sent packets so. To this one it is as bad as no packet at all.
        link.post_begin()?;
        link.post(b"")?;
        return Err(Refusal::BadRequest);
    }
    if announced(request).is_some_and(|length| length > limit) {
        return Err(Refusal::TooLarge);
    }
    // Nothing more is read before what came earlier is done: else who sends on and on without waiting for the answers
    // would fill the memory.
    let turn = link.turn().await;
    link.post_begin()?;
    let hung_up = Guard { link, armed: true, act: Link::post_dropped };
    let body = tokio::time::timeout(deadline, collect(payload, limit)).await;
    // Too slow, or broken off: as if the client had hung up.
    let body = body.ok().flatten().ok_or(Refusal::BadRequest)?;
    hung_up.disarm();
    let Some(body) = body else {
        return Err(link.post_too_large());
    };
    link.post(&body)?;
    drop((body, turn));
    link.room().await;
    Ok(answers::taken())
}

/// The whole body; `Some(None)` when it is larger than `limit`, none when it breaks off.
async fn collect(mut payload: Payload, limit: usize) -> Option<Option<Bytes>> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.ok()?;
        if body.len().saturating_add(chunk.len()) > limit {
            return Some(None);
        }
        body.extend_from_slice(&chunk);
    }
    Some(Some(body.freeze()))
}

fn announced(request: &HttpRequest) -> Option<usize> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn is_bytes(request: &HttpRequest) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("application/octet-stream"))
}

/// Tells the session when a request is dropped before it is through.
struct Guard<'a> {
    link: &'a Link,
    armed: bool,
    act: fn(&Link),
}

impl Guard<'_> {
    fn disarm(mut self) {
        self.armed = false;
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if self.armed {
            (self.act)(self.link);
        }
    }
}

#[cfg(test)]
mod tests;
