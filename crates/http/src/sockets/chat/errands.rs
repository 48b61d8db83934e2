//! What a client has asked for and is under way: its messages go to the disk together, and everything else waits for
//! what was asked for before it.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use gigline_chat::engine::Ack;
use serde_json::value::RawValue;
use tokio::sync::Semaphore;

use super::outlets::Place;

/// How many messages of one client may be on their way to the disk.
const UNDER_WAY: u32 = 16;

/// The errands of one client. Clones are of the same.
#[derive(Clone)]
pub(super) struct Errands {
    place: Arc<Place>,
    gate: Arc<Semaphore>,
}

impl Errands {
    pub(super) fn new(place: Arc<Place>) -> Self {
        let gate = Arc::new(Semaphore::new(usize::try_from(UNDER_WAY).unwrap_or(1)));
        Self { place, gate }
    }

    /// Has the engine do what is asked for, in the order in which it is asked; `then` hears what came of it.
    ///
    /// Ready when the next thing may be asked for. One message need not be on the disk before the next one is queued
    /// for it, or a client that has much to say would have each wait for the disk alone.
    pub(super) async fn run(&self, event: &str, data: Option<&RawValue>, then: impl FnOnce(Ack) + 'static) {
        if event != "private_message" || !self.place.0.keeps_order() {
            let _all = self.gate.acquire_many(UNDER_WAY).await;
            return then(self.place.0.command(event, data).await);
        }
        let room = Arc::clone(&self.gate).acquire_owned().await;
        let (place, event, data) = (Arc::clone(&self.place), event.to_owned(), data.map(RawValue::to_owned));
        let mut errand = Box::pin(async move {
            then(place.0.command(&event, data.as_deref()).await);
            drop(room);
        });
        // Asked for once here, it is in the store's queue before anything that comes after it.
        let begun = poll_fn(|cx| Poll::Ready(errand.as_mut().poll(cx))).await;
        if begun.is_pending() {
            actix_rt::spawn(errand);
        }
    }
}
