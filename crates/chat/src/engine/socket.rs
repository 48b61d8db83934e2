//! One socket's place in the log: what it gets is exactly the log from where it began, in order and each event once.
//!
//! A socket is *live* when it has had everything up to the publisher's head: then the publisher offers it each event.
//! Else it is *behind*: the publisher passes it by, nothing is queued for it, and it reads on from `pos` by itself.
//! It becomes live under its lock and only if `pos` has reached the head; the publisher moves the head before it asks
//! for the lock. So an event is either below the head that was compared, and was read, or the socket is live by the
//! time that the publisher comes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gigline_domain::{ChatId, EventId, Seq, SessionId, Timestamp, UserId};
use tokio::sync::Notify;

use super::outlet::{Kind, Offered, Outlet, Reason};
use super::{Event, Published};

/// How many pages of history one socket may have been shown ahead of the log.
const SHOWN: usize = 32;

pub(super) struct Socket {
    pub(super) id: u64,
    pub(super) user: UserId,
    pub(super) session: SessionId,
    pub(super) expires_at: Timestamp,
    /// It hears of this chat alone.
    only: Option<ChatId>,
    outlet: Arc<dyn Outlet>,
    state: Mutex<State>,
    /// The same as not being live, to be asked without the lock.
    behind: AtomicBool,
    /// Its place was given up: its connection may go on, and what the engine has under way for it must not.
    left: AtomicBool,
    /// Waits for its turn to be caught up.
    pub(super) queued: AtomicBool,
    /// Told when the outlet has drained.
    pub(super) drained: Notify,
}

struct State {
    mode: Mode,
    /// It has had everything up to here.
    pos: EventId,
    /// As long as somebody holds it, it does not become live.
    holds: u32,
    shown: Vec<Shown>,
    /// Since when nothing has left, and how much had by then.
    standstill: Option<(Timestamp, u64)>,
    /// How often in a row its part of the log could not be read.
    failures: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Live,
    Behind,
    Closed,
}

/// Messages of a chat that were handed over as history, read when the log ended at `until`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    pub(super) chat: ChatId,
    pub(super) after: Seq,
    pub(super) to: Seq,
    pub(super) until: EventId,
}

/// What is to be done for a socket after it was offered something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing.
    GoOn,
    /// It has fallen behind and has room already.
    CatchUp,
    /// It has fallen behind, and the outlet will say when there is room.
    Wait,
    /// It is closed.
    LetGo,
}

impl Socket {
    pub(super) fn new(id: u64, new: super::NewSocket, pos: EventId) -> Self {
        let state = State { mode: Mode::Behind, pos, holds: 0, shown: Vec::new(), standstill: None, failures: 0 };
        Self {
            id,
            user: new.user,
            session: new.session,
            expires_at: new.expires_at,
            only: new.only,
            outlet: new.outlet,
            state: Mutex::new(state),
            behind: AtomicBool::new(true),
            left: AtomicBool::new(false),
            queued: AtomicBool::new(false),
            drained: Notify::new(),
        }
    }

    pub(super) fn is_behind(&self) -> bool {
        self.behind.load(Ordering::SeqCst)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.state().mode == Mode::Closed
    }

    /// Offers an event that the publisher has come to.
    pub(super) fn hear(&self, event: &Published) -> Then {
        let mut state = self.state();
        if state.mode == Mode::Live && event.eid > state.pos { self.pass(&mut state, event) } else { Then::GoOn }
    }

    /// Offers what may be lost; who is behind has other worries.
    pub(super) fn whisper(&self, event: &Event, of: Option<ChatId>) -> Then {
        self.tell(event, |mode| mode == Mode::Live && self.hears_of(of))
    }

    /// Offers an answer to the socket's own command, whether it is live or not.
    pub(super) fn answer(&self, event: &Event) -> Then {
        self.tell(event, |mode| mode != Mode::Closed)
    }

    fn hears_of(&self, chat: Option<ChatId>) -> bool {
        self.only.is_none() || self.only == chat
    }

    fn tell(&self, event: &Event, if_in: impl FnOnce(Mode) -> bool) -> Then {
        let mut state = self.state();
        if if_in(state.mode) && self.offer(event, Kind::Ephemeral) == Offered::Gone {
            return self.closed(&mut state);
        }
        Then::GoOn
    }

    fn pass(&self, state: &mut State, event: &Published) -> Then {
        let wanted = self.hears_of(event.to.of) && !state.was_shown(event);
        let Some(out) = event.event.as_ref().filter(|_| wanted) else {
            state.pos = event.eid;
            return Then::GoOn;
        };
        match self.offer(out, Kind::Durable) {
            Offered::Taken => {
                state.pos = event.eid;
                Then::GoOn
            }
            Offered::Full => self.fall_behind(state, event.before()),
            Offered::Gone => self.closed(state),
        }
    }

    fn fall_behind(&self, state: &mut State, pos: EventId) -> Then {
        state.mode = Mode::Behind;
        state.pos = pos.max(state.pos);
        self.behind.store(true, Ordering::SeqCst);
        // The outlet may have drained between saying no and this: then it did not know that it is waited for.
        if self.has_drained() { Then::CatchUp } else { Then::Wait }
    }

    fn closed(&self, state: &mut State) -> Then {
        state.mode = Mode::Closed;
        state.shown = Vec::new();
        self.behind.store(false, Ordering::SeqCst);
        Then::LetGo
    }

    /// Where it is in the log, if it is to be caught up and there is room.
    pub(super) fn lag(&self) -> Option<EventId> {
        let state = self.state();
        (state.mode == Mode::Behind && state.holds == 0 && self.has_drained()).then_some(state.pos)
    }

    /// Makes it live if it has had everything up to `head`, which is asked for under the lock. True if it need not be
    /// caught up any more.
    pub(super) fn settle(&self, head: impl FnOnce() -> EventId) -> bool {
        let mut state = self.state();
        if state.mode != Mode::Behind || state.holds > 0 {
            return true;
        }
        if state.pos < head() {
            return false;
        }
        state.mode = Mode::Live;
        state.standstill = None;
        state.failures = 0;
        let pos = state.pos;
        state.shown.retain(|shown| shown.until > pos);
        self.behind.store(false, Ordering::SeqCst);
        true
    }

    /// Hands over `events`, all that there is for it between `from` and `to`. None if it is not at `from` any more.
    pub(super) fn read_on(&self, from: EventId, events: &[Arc<Published>], to: EventId) -> Option<Then> {
        let mut state = self.state();
        if state.mode != Mode::Behind || state.holds > 0 || state.pos != from {
            return None;
        }
        state.failures = 0;
        for event in events {
            let then = self.pass(&mut state, event);
            if then != Then::GoOn {
                return Some(then);
            }
        }
        state.pos = to.max(state.pos);
        Some(Then::GoOn)
    }

    /// Notes that its part of the log could not be read; how often in a row that is by now.
    pub(super) fn failed(&self) -> u32 {
        let mut state = self.state();
        state.failures += 1;
        state.failures
    }

    /// Keeps it from becoming live. Each hold is to be followed by one [`Socket::release`].
    ///
    /// Whoever is live has had all that the publisher has told everybody of, which is up to `told`.
    pub(super) fn hold(&self, told: impl FnOnce() -> EventId) {
        let mut state = self.state();
        state.holds += 1;
        if state.mode == Mode::Live {
            state.mode = Mode::Behind;
            state.pos = state.pos.max(told());
            self.behind.store(true, Ordering::SeqCst);
        }
    }

    pub(super) fn release(&self) {
        let mut state = self.state();
        state.holds = state.holds.saturating_sub(1);
    }

    /// Hands over a page of history, while held: what the log still has of it is not given again.
    pub(super) fn show(&self, page: &Event, shown: Shown) -> Offered {
        let mut state = self.state();
        if state.mode == Mode::Closed {
            return Offered::Gone;
        }
        let pos = state.pos;
        state.shown.retain(|shown| shown.until > pos);
        if state.shown.len() >= SHOWN {
            return Offered::Full;
        }
        let offered = self.offer(page, Kind::Durable);
        match offered {
            Offered::Taken => state.shown.push(shown),
            Offered::Full => {}
            Offered::Gone => drop(self.closed(&mut state)),
        }
        offered
    }

    /// Whether it has more to get and nothing has left its outlet for `patience`.
    pub(super) fn is_stuck(&self, now: Timestamp, patience: Duration) -> bool {
        let mut state = self.state();
        if state.mode != Mode::Behind || self.has_drained() {
            state.standstill = None;
            return false;
        }
        let passed_on = guarded(|| self.outlet.passed_on()).unwrap_or_default();
        match state.standstill {
            // The clock may have been set back: it then stands still from now on.
            Some((since, before)) if before == passed_on && since <= now => now.since(since) >= patience,
            _ => {
                state.standstill = Some((now, passed_on));
                false
            }
        }
    }

    /// Offers nothing any more and lets the connection be. May be called under any lock, the socket's own as well.
    pub(super) fn leave(&self) {
        self.left.store(true, Ordering::SeqCst);
    }

    /// Ends it; nothing is offered after this. False if it had ended before.
    pub(super) fn close(&self, reason: Reason) -> bool {
        let mut state = self.state();
        if state.mode == Mode::Closed || self.left.load(Ordering::SeqCst) {
            return false;
        }
        let _let_go = self.closed(&mut state);
        let _panicked = guarded(|| self.outlet.close(reason));
        true
    }

    fn offer(&self, event: &Event, kind: Kind) -> Offered {
        if self.left.load(Ordering::SeqCst) {
            return Offered::Gone;
        }
        guarded(|| self.outlet.offer(event, kind)).unwrap_or_else(|| {
            let _panicked_again = guarded(|| self.outlet.close(Reason::Lost));
            Offered::Gone
        })
    }

    fn has_drained(&self) -> bool {
        guarded(|| self.outlet.has_drained()).unwrap_or(true)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What may panic under it is guarded.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn was_shown(&self, event: &Published) -> bool {
        let Some((chat, seq)) = event.message else { return false };
        let covers =
            |shown: &Shown| shown.chat == chat && shown.after < seq && seq <= shown.to && event.eid <= shown.until;
        self.shown.iter().any(covers)
    }
}

/// Calls a door; none if that panicked, of which the panic hook has told.
fn guarded<T>(call: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(call)).ok()
}
