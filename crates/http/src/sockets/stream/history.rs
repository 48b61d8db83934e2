//! What a stream begins with: the messages that its client has missed, a page at a time.

use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use gigline_domain::{ChatId, Seq, UserId};
use gigline_persistence::messages::{self, Range};
use gigline_persistence::records::Message;
use gigline_persistence::{StoreError, StoreResult};

use crate::app::App;

/// How many messages a page has: what is kept for a client that does not read.
const PAGE: usize = 100;

/// How long to wait before a page that could not be read is asked for again: at first, and at most.
const SHORTEST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(1);

/// What is still to be read.
pub(super) struct History {
    app: App,
    chat: ChatId,
    viewer: UserId,
    seen: Seq,
    upto: Seq,
    /// The read that is under way.
    page: Option<LocalBoxFuture<'static, StoreResult<Vec<Message>>>>,
}

impl History {
    /// What comes after `seen`, up to `upto`; none if that is nothing.
    pub(super) fn of(app: &App, chat: ChatId, viewer: UserId, seen: Seq, upto: Seq) -> Option<Self> {
        (seen < upto).then(|| Self { app: app.clone(), chat, viewer, seen, upto, page: None })
    }

    /// The next page, whenever the store has time for it. Errors: `NotFound` once the chat is gone; the store's defects.
    pub(super) fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<StoreResult<Vec<Message>>> {
        let (app, chat, viewer, seen) = (&self.app, self.chat, self.viewer, self.seen);
        let reading = self.page.get_or_insert_with(|| {
            let store = app.store.clone();
            let read = move |conn: &mut _| messages::history(conn, chat, viewer, Range::After(seen), PAGE);
            async move { patiently(|| store.read::<_, StoreError, _>(read)).await.map(|page| page.messages) }
                .boxed_local()
        });
        let read = std::task::ready!(reading.poll_unpin(cx));
        self.page = None;
        if let Some(last) = read.as_ref().ok().and_then(|page| page.last()) {
            self.seen = last.seq;
        }
        Poll::Ready(read)
    }

    /// Whether that was all.
    pub(super) fn is_over(&self) -> bool {
        self.seen >= self.upto
    }
}

/// The number of the newest message of a chat. Errors: `NotFound`, also for who is not in it.
pub(super) async fn last_seq(app: &App, chat: ChatId, viewer: UserId) -> StoreResult<Seq> {
    let read = app.store.read_point(move |conn| messages::history(conn, chat, viewer, Range::Newest, 1));
    Ok(read.await?.last_seq)
}

/// What `read` brings, asked for again while the store is not available: who is refused by a stream stays away for good,
/// and all who come back to a server that has just started read at once. It ends with the stream, which is closed when
/// nothing has left it for a while.
async fn patiently<T, F: Future<Output = StoreResult<T>>>(mut read: impl FnMut() -> F) -> StoreResult<T> {
    let mut pause = SHORTEST;
    loop {
        match read().await {
            Err(error @ (StoreError::Busy | StoreError::Unavailable(_))) => {
                log::debug!("what a stream has missed is read again in a moment: {error}");
            }
            read => return read,
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_rt::test]
    async fn what_cannot_be_read_now_is_read_later_and_a_defect_ends_it() {
        let answers = [Ok(7), Err(StoreError::Unavailable("away".to_owned())), Err(StoreError::Busy)];
        let mut answers = Vec::from(answers);
        assert_eq!(patiently(|| std::future::ready(answers.pop().unwrap())).await, Ok(7));
        let broken: StoreResult<()> = Err(StoreError::Corrupt("nonsense".to_owned()));
        assert_eq!(patiently(|| std::future::ready(broken.clone())).await, broken);
    }
}
