//! What goes out on a connection that stays: the body of the answer that opened it.
//!
//! Frames come encoded; nothing is copied but to join small ones, so that a burst costs one write. The body is asked
//! only while the connection takes more, so what a slow client does not read stays in its bounded outbox.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::{Bytes, BytesMut};

/// How much is joined into one write.
const JOINED: usize = 32 * 1024;

/// The next thing to write.
pub(crate) enum Outgoing {
    /// An encoded frame.
    Frame(Bytes),
    /// Nothing now.
    Nothing,
    /// Nothing ever again, however often it is asked: the connection ends.
    End,
}

/// Where frames come from.
pub(crate) trait Source: Unpin {
    /// Takes the next frame. When there is none now, `waker` is woken once there is.
    fn pop(&mut self, waker: &Waker) -> Outgoing;
}

/// A body that writes what `source` has.
pub(crate) struct FrameBody<S: Source> {
    source: S,
    /// What was popped and no longer fitted into the write before.
    held: Option<Bytes>,
}

impl<S: Source> FrameBody<S> {
    pub(crate) fn new(source: S) -> Self {
        Self { source, held: None }
    }

    /// `first` with as many of the frames behind it as fit into one write.
    fn joined(&mut self, first: Bytes, waker: &Waker) -> Bytes {
        let mut joined: Option<BytesMut> = None;
        let mut length = first.len();
        while length < JOINED {
            let Outgoing::Frame(next) = self.source.pop(waker) else { break };
            length += next.len();
            if length > JOINED {
                self.held = Some(next);
                break;
            }
            joined.get_or_insert_with(|| BytesMut::from(first.as_ref())).extend_from_slice(&next);
        }
        joined.map_or(first, BytesMut::freeze)
    }
}

impl<S: Source> MessageBody for FrameBody<S> {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let next = match self.held.take() {
            Some(held) => Outgoing::Frame(held),
            None => self.source.pop(cx.waker()),
        };
        match next {
            Outgoing::Frame(first) => Poll::Ready(Some(Ok(self.joined(first, cx.waker())))),
            Outgoing::Nothing => Poll::Pending,
            Outgoing::End => Poll::Ready(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    /// Gives out frames of these sizes, then ends.
    struct Sizes(Vec<usize>);

    impl Source for Sizes {
        fn pop(&mut self, _: &Waker) -> Outgoing {
            if self.0.is_empty() { Outgoing::End } else { Outgoing::Frame(vec![b'x'; self.0.remove(0)].into()) }
        }
    }

    fn writes(sizes: &[usize]) -> Vec<usize> {
        let mut body = FrameBody::new(Sizes(sizes.to_vec()));
        let mut cx = Context::from_waker(Waker::noop());
        let mut written = Vec::new();
        while let Poll::Ready(Some(Ok(bytes))) = Pin::new(&mut body).poll_next(&mut cx) {
            written.push(bytes.len());
        }
        written
    }

    #[test]
    fn small_frames_share_a_write_and_large_ones_are_not_copied() {
        assert_eq!(writes(&[]), [0; 0]);
        assert_eq!(writes(&[10, 20, 30]), [60]);
        assert_eq!(writes(&[40_000, 5]), [40_000, 5]);
        assert_eq!(writes(&[20_000, 20_000, 5]), [20_000, 20_005]);
        assert_eq!(writes(&[JOINED - 1, 1, 1]), [JOINED, 1]);
    }
}
