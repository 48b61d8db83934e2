//! The sending side of a plain WebSocket, shared by its task and whoever has something to tell it.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

use gigline_chat::engineio::Sent;
use gigline_chat::{CloseReason, Frame};
use tokio::sync::Notify;

use crate::sockets::peer::Drained;
use crate::sockets::wire::{Outbox, Outgoing, Source};

/// A connection's handle. Clones are the same connection.
#[derive(Clone)]
pub struct PlainLink(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// The connection is closing.
    news: Notify,
}

#[derive(Default)]
struct State {
    outbox: Outbox,
    /// A ping of ours, or the pong that answers one of the client's: before anything else.
    control: Option<Frame>,
    closing: Option<CloseReason>,
    /// Whether the close frame was taken.
    said_goodbye: bool,
    body: Option<Waker>,
}

impl PlainLink {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Shared { state: Mutex::default(), news: Notify::new() }))
    }

    /// Queues a frame. One that is refused is told of later: `tell_when_drained`.
    pub fn send(&self, frame: Frame) -> Sent {
        self.queue(|state| state.outbox.push(frame.into_bytes()))
    }

    /// Queues an answer, for which there is room also where there is none for what nobody asked for.
    pub fn answer(&self, frame: Frame) -> Sent {
        self.queue(|state| state.outbox.push_answer(frame.into_bytes()))
    }

    fn queue(&self, push: impl FnOnce(&mut State) -> bool) -> Sent {
        self.change(|state| {
            if state.closing.is_some() {
                return Sent::Closed;
            }
            if push(state) { Sent::Queued } else { Sent::Full }
        })
    }

    /// Closes the connection once what is queued has left. The first reason counts.
    pub fn close(&self, reason: CloseReason) {
        self.change(|state| {
            state.closing = state.closing.or(Some(reason));
            if reason == CloseReason::TooSlow {
                // It is to say so next, if it ever says anything again.
                state.outbox = Outbox::default();
            }
        });
        self.0.news.notify_one();
    }

    /// How many frames have left.
    pub fn passed_on(&self) -> u64 {
        self.look(|state| state.outbox.passed())
    }

    /// Whether less than a quarter of what may wait is waiting.
    pub fn has_drained(&self) -> bool {
        self.look(|state| state.outbox.has_drained())
    }

    /// Why it closes, if it does.
    pub(super) fn closing(&self) -> Option<CloseReason> {
        self.look(|state| state.closing)
    }

    /// Sends a ping or a pong before everything else, unless it closes. One that has not left yet is replaced: only the
    /// latest matters.
    pub(super) fn control(&self, frame: Frame) {
        self.change(|state| {
            if state.closing.is_none() {
                state.control = Some(frame);
            }
        });
    }

    /// Has `who` told when there is room again after something was refused.
    pub(crate) fn tell_when_drained<D: Drained + 'static>(&self, who: &Arc<D>) {
        self.look(|state| state.outbox.tell_when_drained(who));
    }

    /// Waits until it closes.
    pub(super) async fn news(&self) {
        self.0.news.notified().await;
    }

    fn look<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let (result, body) = self.look(|state| (act(state), state.body.take()));
        if let Some(body) = body {
            body.wake();
        }
        result
    }
}

impl State {
    fn pop(&mut self, waker: &Waker) -> Outgoing {
        if self.said_goodbye {
            return Outgoing::End;
        }
        if let Some(control) = self.control.take() {
            return Outgoing::Frame(control.into_bytes());
        }
        if let Some(frame) = self.outbox.pop() {
            return Outgoing::Frame(frame);
        }
        if let Some(reason) = self.closing {
            self.said_goodbye = true;
            return Outgoing::Frame(reason.frame().into_bytes());
        }
        self.body = Some(waker.clone());
        Outgoing::Nothing
    }
}

impl Source for PlainLink {
    fn pop(&mut self, waker: &Waker) -> Outgoing {
        let (next, drained) = self.look(|state| (state.pop(waker), state.outbox.drained()));
        if let Some(who) = drained {
            who.drained();
        }
        next
    }
}
