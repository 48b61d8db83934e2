//! The sending side of a stream, shared by its body and the engine: each message in its order and once, whether it came
//! as history or was heard.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

use actix_web::web::Bytes;
use gigline_chat::CloseReason;
use gigline_chat::engine::{Event, Kind, Offered, Outlet, Reason, failure};
use gigline_domain::Seq;
use gigline_persistence::records::Message;

use crate::sockets::chat::outlets::closing;
use crate::sockets::peer::Drained;
use crate::sockets::wire::{Outbox, Outgoing, Source};

/// How many milliseconds a client waits before it comes back. Each is told another number, or all who lose their server
/// would come back to it at once; who is refused then stays away for good.
const RETRY: RangeInclusive<u16> = 1_000..=5_000;

/// A stream's handle. Clones are the same stream.
#[derive(Clone)]
pub(super) struct StreamLink(Arc<Mutex<State>>);

struct State {
    outbox: Outbox,
    /// Closed until all history is out: what happens meanwhile waits in the log.
    open: bool,
    /// Up to which message everything is out or in the outbox.
    sent: Seq,
    closing: Option<CloseReason>,
    body: Option<Waker>,
}

impl StreamLink {
    pub(super) fn new() -> Self {
        let state = State { outbox: Outbox::default(), open: false, sent: Seq::NONE, closing: None, body: None };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Begins the stream, which goes on after the message numbered `seen`, unless it has ended already.
    pub(super) fn greet(&self, seen: Seq) {
        self.look(|state| {
            if state.closing.is_some() {
                return;
            }
            state.sent = seen;
            let retry = Bytes::from(format!("retry: {}\n\n", rand::random_range(RETRY)));
            state.outbox.push_page([retry, Event::connected_after(seen).block()].into_iter());
        });
    }

    /// Queues a page of history, unless the end is queued already.
    pub(super) fn show(&self, page: &[Message]) {
        self.look(|state| {
            if state.closing.is_some() {
                return;
            }
            state.outbox.push_page(page.iter().map(|message| Event::message(message).block()));
            state.sent = page.last().map_or(state.sent, |last| last.seq);
        });
    }

    /// Leaves out every message from now on: the chat is gone, and there would be a hole before what comes.
    pub(super) fn pass_over_messages(&self) {
        self.look(|state| state.sent = Seq::MAX);
    }

    /// Takes what the engine offers from now on. It offers nothing while the last page fills the outbox, so it is to be
    /// told when that has left.
    pub(super) fn open(&self) {
        self.look(|state| {
            state.open = true;
            state.outbox.refuse_until_drained();
        });
    }

    /// Ends the stream once what is queued has left. The first reason counts.
    pub(super) fn close(&self, reason: CloseReason) {
        self.change(|state| state.close(reason));
    }

    /// Why it ends, if it does.
    pub(super) fn closing(&self) -> Option<CloseReason> {
        self.look(|state| state.closing)
    }

    /// Has `who` told when there is room again after something was refused.
    pub(super) fn tell_when_drained<D: Drained + 'static>(&self, who: &Arc<D>) {
        self.look(|state| state.outbox.tell_when_drained(who));
    }

    fn look<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
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
    fn offer(&mut self, event: &Event) -> Offered {
        if self.closing.is_some() {
            return Offered::Gone;
        }
        if !self.open {
            return Offered::Full;
        }
        if event.seq().is_some_and(|seq| seq <= self.sent) {
            return Offered::Taken;
        }
        if !self.outbox.push(event.block()) {
            return Offered::Full;
        }
        self.sent = event.seq().unwrap_or(self.sent);
        if event.name() == "chat_deleted" {
            self.close(CloseReason::Finished);
        }
        Offered::Taken
    }

    fn close(&mut self, reason: CloseReason) {
        if self.closing.is_some() {
            return;
        }
        self.closing = Some(reason);
        match reason {
            CloseReason::SignedOut => {
                if !self.open {
                    // What waits is history, which is for those alone who are signed in when they read it.
                    self.outbox = Outbox::default();
                }
                let told = failure("", "unauthorized", "the session has ended");
                self.outbox.push_page([told.block()].into_iter());
            }
            // It is to see that it has missed something, if it ever reads again.
            CloseReason::TooSlow => self.outbox = Outbox::default(),
            _ => {}
        }
    }

    fn pop(&mut self, waker: &Waker) -> Outgoing {
        if let Some(block) = self.outbox.pop() {
            return Outgoing::Frame(block);
        }
        if self.closing.is_some() {
            return Outgoing::End;
        }
        self.body = Some(waker.clone());
        Outgoing::Nothing
    }
}

impl Outlet for StreamLink {
    fn offer(&self, event: &Event, _: Kind) -> Offered {
        self.change(|state| state.offer(event))
    }

    fn close(&self, reason: Reason) {
        self.close(closing(reason));
    }

    fn has_drained(&self) -> bool {
        self.look(|state| state.open && state.outbox.has_drained())
    }

    fn passed_on(&self) -> u64 {
        self.look(|state| state.outbox.passed())
    }
}

impl Source for StreamLink {
    fn pop(&mut self, waker: &Waker) -> Outgoing {
        let (next, drained) = self.look(|state| (state.pop(waker), state.outbox.drained()));
        if let Some(who) = drained {
            who.drained();
        }
        next
    }
}

#[cfg(test)]
mod tests;
