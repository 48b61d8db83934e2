//! The body of a stream: what waits in its outbox, else the next page of history.
//!
//! It is asked only while the connection takes more, so of history no more than a page waits for a slow client.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use gigline_chat::CloseReason;
use gigline_persistence::StoreError;

use super::history::History;
use super::link::StreamLink;
use crate::sockets::chat::outlets::Place;
use crate::sockets::wire::FrameBody;

/// Why a body breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client reads too slowly")]
pub(super) struct TooSlow;

pub(super) struct StreamBody {
    frames: FrameBody<StreamLink>,
    link: StreamLink,
    place: Arc<Place>,
    history: Option<History>,
}

impl StreamBody {
    /// A body that writes `history` first.
    pub(super) fn new(link: StreamLink, place: Arc<Place>, history: Option<History>) -> Self {
        let mut body = Self { frames: FrameBody::new(link.clone()), link, place, history };
        if body.history.is_none() {
            body.begin();
        }
        body
    }

    /// Goes on with history; false if there is nothing to be done about it now.
    fn read_on(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(history) = &mut self.history else { return false };
        let Poll::Ready(page) = history.poll_page(cx) else { return false };
        match page {
            Ok(page) => {
                self.link.show(&page);
                if page.is_empty() || history.is_over() {
                    self.begin();
                }
            }
            Err(StoreError::NotFound(_)) => {
                // The chat is gone, as the log will tell.
                self.link.pass_over_messages();
                self.begin();
            }
            Err(error) => {
                log::warn!("a stream ends, for what was missed cannot be read: {error}");
                self.link.close(CloseReason::GoingAway);
            }
        }
        true
    }

    /// Lets the engine in.
    fn begin(&mut self) {
        self.history = None;
        self.link.open();
        self.place.0.begin();
    }
}

impl MessageBody for StreamBody {
    type Error = TooSlow;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, TooSlow>>> {
        loop {
            match Pin::new(&mut self.frames).poll_next(cx) {
                Poll::Ready(None) if self.link.closing() == Some(CloseReason::TooSlow) => {
                    return Poll::Ready(Some(Err(TooSlow)));
                }
                Poll::Ready(written) => {
                    return Poll::Ready(written.map(|written| written.map_err(|never| match never {})));
                }
                Poll::Pending if self.read_on(cx) => {}
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl Drop for StreamBody {
    fn drop(&mut self) {
        self.place.log_end("stream", self.link.closing().unwrap_or(CloseReason::TransportClosed));
    }
}
