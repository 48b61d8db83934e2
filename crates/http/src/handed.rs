//! Answers that tell when they were handed over whole: one that a client did not wait for is not.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::header;
use actix_web::web::Bytes;
use serde::Serialize;

use crate::error::{ApiError, ApiResult};

/// 200 with JSON that nobody keeps; `done` is called when all of it was handed over.
pub(crate) fn handed(body: &impl Serialize, done: impl FnOnce() + 'static) -> ApiResult<HttpResponse> {
    let body = serde_json::to_vec(body).map_err(|error| ApiError::Internal(error.to_string()))?;
    let handed = Handed { body: Bytes::from(body), state: State::Begun, done: Some(Box::new(done)) };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, "application/json"));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(response.body(BoxBody::new(handed)))
}

/// A body in one piece.
struct Handed {
    body: Bytes,
    state: State,
    done: Option<Box<dyn FnOnce()>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Begun,
    /// The body was given out; it is not written yet.
    Given,
    /// Whoever writes it has had a turn to do so: had that failed, this would be dropped.
    Written,
}

impl MessageBody for Handed {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(u64::try_from(self.body.len()).unwrap_or(u64::MAX))
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        match self.state {
            State::Begun => {
                self.state = State::Given;
                Poll::Ready(Some(Ok(self.body.clone())))
            }
            State::Given => {
                self.state = State::Written;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            State::Written => {
                if let Some(done) = self.done.take() {
                    done();
                }
                Poll::Ready(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use actix_web::body::to_bytes;
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn only_what_is_read_to_its_end_was_handed_over() {
        let done = Rc::new(Cell::new(false));
        let answer = || {
            let done = Rc::clone(&done);
            handed(&[1, 2], move || done.set(true)).unwrap().into_body()
        };
        let mut dropped = answer();
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(matches!(Pin::new(&mut dropped).poll_next(&mut cx), Poll::Ready(Some(Ok(bytes))) if bytes == "[1,2]"));
        assert!(Pin::new(&mut dropped).poll_next(&mut cx).is_pending());
        drop(dropped);
        assert!(!done.get());
        let mut read = Box::pin(to_bytes(answer()));
        assert!(read.as_mut().now_or_never().is_none());
        assert_eq!(read.now_or_never().unwrap().unwrap(), "[1,2]");
        assert!(done.get());
    }
}
