//! One Engine.IO session, as the requests that carry it, its driver and its application share it.
//!
//! Everything happens under one lock, held for no longer than it takes to queue or take a frame. Whoever has changed
//! something tells, after letting go of the lock, those whom it concerns: the waiting poll, the WebSocket's body, the
//! driver.

mod calls;
mod state;

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;

use gigline_chat::engineio::{Config, Sent, Session};
use gigline_chat::{CloseReason, Frame};
use tokio::sync::{Mutex as FairMutex, Notify};

use self::state::{News, State};
use crate::sockets::peer::Drained;

pub(super) use self::calls::{Poll, Work};

/// A session's handle. Clones are the same session.
#[derive(Clone)]
pub struct Link(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// There is something for the application.
    work: Notify,
    /// The next deadline has come nearer, or the session is over.
    beat: Notify,
    /// The inbox has room again, or the session has ended.
    room: Notify,
    /// Held by the one POST of those that came while the inbox was full whose turn it is. The others wait in the order
    /// in which they came.
    turn: FairMutex<()>,
}

impl Link {
    pub(super) fn new(session: Session, config: &Config) -> Self {
        let state = Mutex::new(State::new(session, config));
        let [work, beat, room] = std::array::from_fn(|_| Notify::new());
        Self(Arc::new(Shared { state, work, beat, room, turn: FairMutex::default() }))
    }

    /// Queues frames as one unit, all or none. What is refused is told of later: [`Link::tell_when_drained`].
    pub fn send(&self, frames: &[Frame]) -> Sent {
        self.change(|state, _| state.send(frames))
    }

    /// Queues an answer, for which there is room also where there is none for what nobody asked for.
    pub fn answer(&self, frames: &[Frame]) -> Sent {
        self.change(|state, _| state.session.send(frames))
    }

    /// Queues an answer. Who asks on and on and does not read the answers is shown out.
    pub fn reply(&self, frames: &[Frame]) {
        if self.answer(frames) == Sent::Full {
            self.close(CloseReason::TooSlow);
        }
    }

    /// Ends the session: what is queued goes out first.
    pub fn close(&self, reason: CloseReason) {
        self.change(|state, now| state.session.close(reason, now));
    }

    /// Has `who` told whenever there is room again after something was refused.
    pub fn tell_when_drained<D: Drained + 'static>(&self, who: &Arc<D>) {
        let who = Arc::downgrade(who);
        self.look(|state| state.tell_when_drained(who));
    }

    /// How much has left since the session began: frames, or polls' answers.
    pub fn passed_on(&self) -> u64 {
        self.look(|state| state.passed)
    }

    /// Whether so little waits that it is worth sending again what was refused.
    pub fn has_drained(&self) -> bool {
        self.look(|state| state.has_drained())
    }

    fn look<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does something that may concern others, and tells them.
    fn change<T>(&self, act: impl FnOnce(&mut State, Instant) -> T) -> T {
        let now = Instant::now();
        let (result, news) = self.look(|state| {
            state.keep_time(now);
            (act(state, now), state.news())
        });
        self.tell(news);
        result
    }

    fn tell(&self, news: News) {
        if let Some((poll, answer)) = news.poll {
            // Whoever waited and has gone says so itself.
            let _ = poll.send(answer);
        }
        if let Some(body) = news.body {
            body.wake();
        }
        for who in news.drained.iter().filter_map(Weak::upgrade) {
            who.drained();
        }
        if news.work {
            self.0.work.notify_one();
        }
        if news.beat {
            self.0.beat.notify_one();
        }
        if news.ended {
            self.0.room.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests;
