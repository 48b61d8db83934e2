//! What a stream begins with: the messages that its client has missed, a page at a time.

use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use gigline_domain::{ChatId, Seq, UserId};
use gigline_persistence::messages::{self, Range};
use gigline_persistence::records::Message;
use gigline_persistence::{StoreError, StoreResult};

use crate::app::App;

/// How many messages a page has: what is kept for a client that does not read.
const PAGE: usize = 100;

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

    /// The next page. Errors: `NotFound` once the chat is gone; the store's.
    pub(super) fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<StoreResult<Vec<Message>>> {
        let (app, chat, viewer, seen) = (&self.app, self.chat, self.viewer, self.seen);
        let reading = self.page.get_or_insert_with(|| {
            let store = app.store.clone();
            let read = move |conn: &mut _| messages::history(conn, chat, viewer, Range::After(seen), PAGE);
            async move { store.read::<_, StoreError, _>(read).await.map(|page| page.messages) }.boxed_local()
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
