//! What a session is told by polls, posts, WebSockets and its driver.

use std::task::Waker;
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use gigline_chat::CloseReason;
use gigline_chat::engineio::{Get, Pop, Refusal, WsId, WsOpen};
use tokio::sync::{MutexGuard, oneshot};

use super::Link;
use super::state::{State, owned};
use crate::sockets::peer::Message;
use crate::sockets::wire::Outgoing;

/// A quarter of the time that a poll waits for a move that may be under way.
const SETTLING: Duration = Duration::from_millis(5);

/// How a poll is answered.
pub(in crate::sockets::engineio) enum Poll {
    Answer(Bytes),
    Wait(oneshot::Receiver<Bytes>),
    Refuse(Refusal),
}

/// What the application is to do next.
pub(in crate::sockets::engineio) enum Work {
    Receive(Message),
    Ended(CloseReason),
    Wait,
}

/// Polls and posts.
impl Link {
    /// A poll has come.
    pub(in crate::sockets::engineio) fn poll(&self) -> Poll {
        self.change(|state, now| match state.session.get(now) {
            Get::Answer(answer) => {
                state.passed += 1;
                Poll::Answer(answer)
            }
            Get::Refuse(refusal) => Poll::Refuse(refusal),
            Get::Park => {
                let (poll, answer) = oneshot::channel();
                state.poll = Some(poll);
                Poll::Wait(answer)
            }
        })
    }

    /// Waits a moment if the session is about to move to a WebSocket.
    ///
    /// Connections are read by several threads: what was sent by WebSocket before the poll, the word that completes
    /// the move above all, is to be heard before it.
    pub(in crate::sockets::engineio) async fn settle(&self) {
        for _ in 0..4 {
            if !self.look(|state| state.is_moving()) {
                return;
            }
            tokio::time::sleep(SETTLING).await;
        }
    }

    /// A poll's client is gone, be it that the poll still waited or that its answer was not written any more.
    pub(in crate::sockets::engineio) fn poll_dropped(&self) {
        self.change(|state, now| {
            state.poll = None;
            state.session.get_dropped(now);
        });
    }

    /// Waits until a POST may bring more. Those that come while there is no room go one at a time, each for as long as
    /// it holds what this gives it: else all would find the same room, and their bodies would overlap.
    pub(in crate::sockets::engineio) async fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        if self.0.turn.try_lock().is_ok() && !self.look(|state| state.is_full()) {
            return None;
        }
        let turn = self.0.turn.lock().await;
        self.room().await;
        Some(turn)
    }

    /// The head of a POST has come.
    pub(in crate::sockets::engineio) fn post_begin(&self) -> Result<(), Refusal> {
        self.change(|state, now| state.session.post_begin(now))
    }

    /// The body of a POST has come.
    pub(in crate::sockets::engineio) fn post(&self, body: &[u8]) -> Result<(), Refusal> {
        self.change(|state, now| {
            let came = state.session.post(body, now)?;
            state.inbox.extend(came.map(owned));
            Ok(())
        })
    }

    /// The body of a POST is larger than allowed.
    pub(in crate::sockets::engineio) fn post_too_large(&self) -> Refusal {
        self.change(|state, _| state.session.post_too_large())
    }

    /// The client of a POST is gone before its body was whole.
    pub(in crate::sockets::engineio) fn post_dropped(&self) {
        self.change(|state, now| state.session.post_dropped(now));
    }
}

/// WebSockets.
impl Link {
    /// A WebSocket has come for a session that is open already.
    pub(in crate::sockets::engineio) fn ws_open(&self) -> WsOpen {
        self.change(State::ws_open)
    }

    pub(in crate::sockets::engineio) fn ws_text(&self, id: WsId, text: &str) {
        self.change(|state, now| {
            let carried = state.is_carried();
            let message = state.session.ws_text(id, text, now).map(owned);
            state.take_in(message, carried);
        });
    }

    pub(in crate::sockets::engineio) fn ws_binary(&self, id: WsId, data: &Bytes) {
        self.change(|state, now| {
            let carried = state.is_carried();
            let message = state.session.ws_binary(id, data, now).map(owned);
            state.take_in(message, carried);
        });
    }

    /// WebSocket's own ping.
    pub(in crate::sockets::engineio) fn ws_ping(&self, id: WsId, data: &[u8]) {
        self.change(|state, _| state.ws_ping(id, data));
    }

    /// A WebSocket has ended, or is to end for this reason.
    pub(in crate::sockets::engineio) fn ws_closed(&self, id: WsId, reason: CloseReason) {
        self.change(|state, now| state.ws_closed(id, reason, now));
    }

    /// The next frame for a WebSocket.
    pub(in crate::sockets::engineio) fn pop(&self, id: WsId, waker: &Waker) -> Outgoing {
        self.change(|state, _| {
            state.quiet = true;
            if let Some(pong) = state.take_pong(id) {
                return Outgoing::Frame(pong);
            }
            match state.session.pop_ws(id) {
                Pop::Frame(frame) => {
                    state.passed += 1;
                    Outgoing::Frame(frame.into_bytes())
                }
                Pop::Empty => {
                    state.body = Some((id, waker.clone()));
                    Outgoing::Nothing
                }
                Pop::Close => Outgoing::End,
            }
        })
    }
}

/// The driver.
impl Link {
    /// Keeps the session's time. The next deadline; none when the session is over.
    pub(in crate::sockets::engineio) fn tick(&self) -> Option<Instant> {
        self.change(|state, _| state.session.next_deadline())
    }

    /// The next thing for the application to do.
    pub(in crate::sockets::engineio) fn next_work(&self) -> Work {
        let (work, has_room) = self.look(|state| {
            let was_full = state.is_full();
            (state.next_work(), was_full && !state.is_full())
        });
        if has_room {
            self.0.room.notify_waiters();
        }
        work
    }

    /// Waits until a deadline has come nearer, or the session is over.
    pub(in crate::sockets::engineio) async fn beat(&self) {
        self.0.beat.notified().await;
    }

    /// Waits until there is something to do.
    pub(in crate::sockets::engineio) async fn work(&self) {
        self.0.work.notified().await;
    }

    /// Waits until the application has done so much that more may come in, or the session has ended.
    pub(in crate::sockets::engineio) async fn room(&self) {
        loop {
            let room = self.0.room.notified();
            if !self.look(|state| state.is_full()) {
                return;
            }
            room.await;
        }
    }
}
