//! The task of each session: it sleeps until the session's next deadline, and hands what comes in to the application,
//! one thing after the other. A slow application delays neither pings nor their timeouts.

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::{Either, join, select};
use gigline_chat::CloseReason;
use gigline_chat::engineio::Sid;

use super::link::{Link, Work};
use super::registry::Registry;
use crate::sockets::peer::Peer;

/// Serves a session to its end, on this thread.
pub(super) fn start<G: Send + Sync + 'static, P: Peer>(registry: Arc<Registry<G>>, sid: Sid, link: Link, peer: P) {
    actix_rt::spawn(serve(registry, sid, link, peer));
}

async fn serve<G: Send + Sync + 'static, P: Peer>(registry: Arc<Registry<G>>, sid: Sid, link: Link, peer: P) {
    let open = Open { registry: &registry, sid: &sid, link: &link };
    let beats = async {
        beat(&link).await;
        registry.remove(&sid);
    };
    join(beats, work(&link, peer)).await;
    drop(open);
}

/// A session that is served. When it is not any more, be it that its application panicked, it is over.
struct Open<'a, G> {
    registry: &'a Registry<G>,
    sid: &'a Sid,
    link: &'a Link,
}

impl<G> Drop for Open<'_, G> {
    fn drop(&mut self) {
        self.link.close(CloseReason::GoingAway);
        self.registry.remove(self.sid);
    }
}

/// Keeps the session's time until it is done.
async fn beat(link: &Link) {
    while let Some(deadline) = link.tick() {
        wait(link.beat(), Some(deadline)).await;
    }
}

/// Serves the application until the session has ended and everything that came before its end is done.
async fn work(link: &Link, mut peer: impl Peer) {
    loop {
        match link.next_work() {
            Work::Receive(message) => peer.receive(message).await,
            Work::Ended(reason) => return peer.ended(reason).await,
            Work::Wait => wait(link.work(), peer.next_deadline()).await,
        }
        let now = Instant::now();
        if peer.next_deadline().is_some_and(|deadline| deadline <= now) {
            peer.tick(now);
        }
    }
}

/// Waits for news, at most until `deadline`.
async fn wait(news: impl Future<Output = ()>, deadline: Option<Instant>) {
    let Some(deadline) = deadline else { return news.await };
    let time = tokio::time::sleep_until(deadline.into());
    match select(std::pin::pin!(news), std::pin::pin!(time)).await {
        Either::Left(_) | Either::Right(_) => {}
    }
}

#[cfg(test)]
mod tests;
