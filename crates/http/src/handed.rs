//! Answers that know whether they were handed over: what counts from their first byte on is taken back where the client
//! has gone before the last.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::header;
use actix_web::web::Bytes;
use serde::Serialize;

use crate::error::{ApiError, ApiResult};

/// 200 with JSON that nobody keeps. `begins` is called before any of it is written: the client may act on it at once.
/// What that gives is called if the client goes before all is handed over.
pub(crate) fn handed<L: FnOnce() + 'static>(
    body: &impl Serialize,
    begins: impl FnOnce() -> L + 'static,
) -> ApiResult<HttpResponse> {
    let body = serde_json::to_vec(body).map_err(|error| ApiError::Internal(error.to_string()))?;
    let handed = Handed {
        length: u64::try_from(body.len()).unwrap_or(u64::MAX),
        unsent: Some((Bytes::from(body), Box::new(move || Box::new(begins())))),
        turn: Box::pin(tokio::task::yield_now()),
        lost: None,
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, "application/json"));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    Ok(response.body(BoxBody::new(handed)))
}

type Act = Box<dyn FnOnce()>;

/// A body in one piece.
struct Handed {
    length: u64,
    unsent: Option<(Bytes, Box<dyn FnOnce() -> Act>)>,
    /// What it takes to write the body and to hear whether the other side has gone: then this is dropped.
    turn: Pin<Box<dyn Future<Output = ()>>>,
    lost: Option<Act>,
}

impl MessageBody for Handed {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.length)
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        if let Some((body, begins)) = self.unsent.take() {
            self.lost = Some(begins());
            return Poll::Ready(Some(Ok(body)));
        }
        ready!(self.turn.as_mut().poll(cx));
        self.lost = None;
        Poll::Ready(None)
    }
}

impl Drop for Handed {
    fn drop(&mut self) {
        if let Some(lost) = self.lost.take() {
            lost();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use actix_web::body::{BoxBody, to_bytes};
    use futures_util::FutureExt as _;

    use super::*;

    type Told = Rc<RefCell<Vec<&'static str>>>;

    fn answer(told: &Told) -> BoxBody {
        let told = Rc::clone(told);
        let begins = move || {
            told.borrow_mut().push("begun");
            move || told.borrow_mut().push("lost")
        };
        handed(&[1, 2], begins).unwrap().into_body()
    }

    #[test]
    fn what_is_read_to_its_end_counts_from_its_beginning() {
        let told = Told::default();
        let mut read = Box::pin(to_bytes(answer(&told)));
        assert!(read.as_mut().now_or_never().is_none());
        assert_eq!(*told.borrow(), ["begun"]);
        assert_eq!(read.now_or_never().unwrap().unwrap(), "[1,2]");
        assert_eq!(*told.borrow(), ["begun"]);
    }

    #[test]
    fn what_is_not_read_to_its_end_is_lost_and_what_is_not_begun_is_not() {
        let told = Told::default();
        drop(answer(&told));
        assert!(told.borrow().is_empty());
        let mut dropped = answer(&told);
        let mut cx = Context::from_waker(std::task::Waker::noop());
        assert!(matches!(Pin::new(&mut dropped).poll_next(&mut cx), Poll::Ready(Some(Ok(bytes))) if bytes == "[1,2]"));
        assert!(Pin::new(&mut dropped).poll_next(&mut cx).is_pending());
        drop(dropped);
        assert_eq!(*told.borrow(), ["begun", "lost"]);
    }
}
