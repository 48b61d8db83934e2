//! Ends answers that are kept awake for nothing.
//!
//! A client that goes on sending requests behind one whose answer waits fills actix's buffer; from then on actix polls
//! the connection without a pause, until the answer is there. Such a connection would cost a whole processor. What
//! is waited for is polled in vain now and then, for a packet or a neighbour's sake; what is polled in vain thousands of
//! times within seconds is cut off, with all that waits behind it.
//!
//! While a body is still on its way every packet is a reason to look, so the count begins at its end.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::{StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage as _, HttpResponse, ResponseError};
use futures_util::{FutureExt as _, Stream};

/// How often something may be polled in vain within [`WINDOW`].
const POLLS: u32 = 2_000;
const WINDOW: Duration = Duration::from_secs(10);

/// Cuts off what is polled in vain too often. To be the outermost.
pub(crate) async fn cut_restless(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let arrived = mark_arrival(&mut request);
    let mut answering = Box::pin(next.call(request));
    let mut polls = Polls::default();
    let answer = std::future::poll_fn(|cx| match answering.poll_unpin(cx) {
        Poll::Pending if arrived.get() && polls.are_too_many(Instant::now) => Poll::Ready(Err(Restless.into())),
        answer => answer,
    });
    let answer = answer.await?;
    // A WebSocket hears from its client for as long as it lives.
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
        return Ok(answer.map_into_boxed_body());
    }
    Ok(answer.map_body(|_, body| match body.size() {
        BodySize::Stream => BoxBody::new(Patient { body: body.boxed(), polls: Polls::default() }),
        _ => body.boxed(),
    }))
}

/// Tells when all of a request has come.
fn mark_arrival(request: &mut ServiceRequest) -> Rc<Cell<bool>> {
    let headers = request.headers();
    let has_body = headers.contains_key(header::CONTENT_LENGTH) || headers.contains_key(header::TRANSFER_ENCODING);
    let arrived = Rc::new(Cell::new(!has_body && !headers.contains_key(header::UPGRADE)));
    if has_body {
        let marking = Marking { payload: request.take_payload(), arrived: Rc::clone(&arrived) };
        request.set_payload(Payload::Stream { payload: Box::pin(marking) });
    }
    arrived
}

/// A body that notes its end.
struct Marking {
    payload: Payload,
    arrived: Rc<Cell<bool>>,
}

impl Stream for Marking {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = Pin::new(&mut self.payload).poll_next(cx);
        if matches!(next, Poll::Ready(None)) {
            self.arrived.set(true);
        }
        next
    }
}

/// How often something was polled in vain of late.
#[derive(Default)]
struct Polls {
    count: u32,
    since: Option<Instant>,
}

impl Polls {
    /// Counts one more.
    fn are_too_many(&mut self, now: impl FnOnce() -> Instant) -> bool {
        self.count += 1;
        if self.count > 1 && self.count < POLLS {
            return false;
        }
        let now = now();
        if self.since.is_some_and(|since| now.duration_since(since) < WINDOW) {
            return true;
        }
        *self = Self { count: 1, since: Some(now) };
        false
    }
}

/// A body that is polled in vain only so often between one piece and the next.
struct Patient {
    body: BoxBody,
    polls: Polls,
}

impl MessageBody for Patient {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        match Pin::new(&mut self.body).poll_next(cx) {
            Poll::Pending if self.polls.are_too_many(Instant::now) => Poll::Ready(Some(Err(Box::new(Restless)))),
            Poll::Pending => Poll::Pending,
            Poll::Ready(piece) => {
                self.polls = Polls::default();
                Poll::Ready(piece)
            }
        }
    }
}

/// Why a connection is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client does not let its answer wait")]
struct Restless;

impl ResponseError for Restless {
    fn status_code(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }

    /// An answer that breaks off before it begins, and takes the connection along with all that is queued on it.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::build(self.status_code()).body(BoxBody::new(Broken))
    }
}

struct Broken;

impl MessageBody for Broken {
    type Error = Restless;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Restless>>> {
        Poll::Ready(Some(Err(Restless)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_polls_at_once_are_too_many_and_as_many_over_a_long_time_are_not() {
        let began = Instant::now();
        let after = |polls: &mut Polls, count: u32, pause: Duration| {
            (0..count).any(|number| polls.are_too_many(|| began + pause * number))
        };
        let mut polls = Polls::default();
        assert!(!after(&mut polls, POLLS - 1, Duration::ZERO));
        assert!(after(&mut polls, 1, Duration::ZERO), "that was one too many");
        assert!(!after(&mut Polls::default(), 20 * POLLS, 2 * WINDOW / POLLS));
    }
}
