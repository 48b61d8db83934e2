//! A sign of life where there is nothing to say: a comment, which clients pass by and proxies see.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use tokio::time::{Instant, Sleep, sleep};

const COMMENT: Bytes = Bytes::from_static(b":\n\n");

/// A body that is never silent for longer than a while.
pub(super) struct Heartbeat<B> {
    body: B,
    silence: Duration,
    next: Pin<Box<Sleep>>,
}

impl<B> Heartbeat<B> {
    /// The same body with a comment after each `silence`.
    pub(super) fn new(body: B, silence: Duration) -> Self {
        Self { body, silence, next: Box::pin(sleep(silence)) }
    }
}

impl<B: MessageBody + Unpin> MessageBody for Heartbeat<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, B::Error>>> {
        let next = match Pin::new(&mut self.body).poll_next(cx) {
            Poll::Pending => std::task::ready!(self.next.as_mut().poll(cx).map(|()| Some(Ok(COMMENT)))),
            Poll::Ready(next) => next,
        };
        let again = Instant::now() + self.silence;
        self.next.as_mut().reset(again);
        Poll::Ready(next)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::future::poll_fn;
    use std::time::Instant as Moment;

    use actix_web::body::BodyStream;
    use futures_util::{Stream, StreamExt as _, stream};

    use super::*;

    const SILENCE: Duration = Duration::from_millis(20);

    /// The first writes of a body.
    fn first<B: MessageBody + Unpin>(count: usize, body: B) -> Vec<Bytes> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (mut body, mut written) = (Heartbeat::new(body, SILENCE), Vec::new());
            while written.len() < count
                && let Some(Ok(bytes)) = poll_fn(|cx| Pin::new(&mut body).poll_next(cx)).await
            {
                written.push(bytes);
            }
            written
        })
    }

    fn words(count: usize) -> impl Stream<Item = Result<Bytes, Infallible>> {
        stream::iter(0..count).map(|_| Ok(Bytes::from_static(b"word")))
    }

    #[test]
    fn who_has_nothing_to_say_gives_a_sign_of_life() {
        let began = Moment::now();
        let written = first(5, BodyStream::new(words(2).chain(stream::pending())));
        assert_eq!(written, ["word", "word", ":\n\n", ":\n\n", ":\n\n"].map(Bytes::from));
        assert!(began.elapsed() >= SILENCE * 3);
    }

    #[test]
    fn the_end_is_the_end() {
        assert_eq!(first(5, BodyStream::new(words(2))), ["word", "word"].map(Bytes::from));
    }
}
