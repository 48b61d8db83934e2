//! The publisher: follows the log, event by event in the order of commit, and tells who is there.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use gigline_domain::{ChatId, EventId};
use gigline_persistence::log::{Happening, LogEvent};
use gigline_persistence::{StoreError, StoreResult};

use super::Published;
use super::audience::Users;
use super::feed::Next;
use super::outlet::Reason;
use super::published::Ends;
use super::registry::Sockets;
use super::shared::Shared;

/// How many events are read from the log at a time.
const PIECE: u16 = 512;
/// How long after a failed read it is tried again, doubling each time up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How often what is read may make no sense before it is passed over.
const DEFECTS: u32 = 5;

/// Why the publisher cannot go on where it is.
enum Halt {
    Stopped,
    Defect,
}

/// Publishes until the end.
pub(super) fn run(shared: &Shared) {
    let mut receivers = Vec::new();
    loop {
        let round = catch_unwind(AssertUnwindSafe(|| shared.publish_next(&mut receivers)));
        match round.unwrap_or(Err(Halt::Defect)) {
            Ok(()) => {}
            Err(Halt::Stopped) => return,
            Err(Halt::Defect) => {
                if shared.pass_over().is_err() {
                    return;
                }
            }
        }
    }
}

impl Shared {
    fn publish_next(&self, receivers: &mut Vec<Sockets>) -> Result<(), Halt> {
        let often = if self.store.is_shared() { self.settings.look_shared } else { self.settings.look_alone };
        match self.feed.next(Some(often)) {
            Next::Stop => Err(Halt::Stopped),
            Next::Look => self.follow_log(None, receivers),
            Next::Events(events) => {
                for event in events {
                    let missing = event.eid.get() > self.ring.head().get().saturating_add(1);
                    if missing {
                        self.follow_log(Some(event.eid), receivers)?;
                    }
                    self.publish(&event, receivers)?;
                }
                Ok(())
            }
        }
    }

    /// Publishes what the log has beyond the head, up to before `end`.
    fn follow_log(&self, end: Option<EventId>, receivers: &mut Vec<Sockets>) -> Result<(), Halt> {
        loop {
            let events = self.insist(|| self.source.read_after(self.ring.head(), PIECE))?;
            for event in events.iter().filter(|event| end.is_none_or(|end| event.eid < end)) {
                self.publish(event, receivers)?;
            }
            let ended = end.is_some_and(|end| events.last().is_some_and(|last| last.eid >= end));
            if ended || events.len() < usize::from(PIECE) {
                return Ok(());
            }
        }
    }

    /// Tells of one event, unless it was told of.
    fn publish(&self, happened: &LogEvent, receivers: &mut Vec<Sockets>) -> Result<(), Halt> {
        if happened.eid <= self.ring.head() {
            return Ok(());
        }
        self.note_changes(&happened.what);
        let event = Arc::new(self.insist(|| Published::of(happened, &|chat| self.members(chat), &*self.source))?);
        // The head moves first: who becomes live after this has had the event, or will be found below.
        self.ring.push(Arc::clone(&event));
        receivers.clear();
        if event.event.is_some() {
            let users = event.to.users.iter().copied().filter(|user| event.to.but != Some(*user));
            self.registry.of_users(users, receivers);
        }
        for socket in receivers.iter().flat_map(|sockets| sockets.iter()) {
            self.then(socket, socket.hear(&event));
        }
        self.set_told(event.eid);
        self.end(&event.ends);
        self.watches.hear(&happened.what);
        Ok(())
    }

    /// Forgets who is in a chat where that has changed.
    fn note_changes(&self, what: &Happening) {
        match what {
            Happening::Joined { chat, .. } | Happening::ChatDeleted { chat, .. } => self.audience.forget(*chat),
            Happening::UserErased { chats, .. } => chats.iter().for_each(|chat| self.audience.forget(*chat)),
            _ => {}
        }
    }

    fn members(&self, chat: ChatId) -> StoreResult<Users> {
        self.audience.of(chat, || self.source.members(chat))
    }

    fn end(&self, ends: &Ends) {
        match ends {
            Ends::None => {}
            Ends::Sessions(sessions) => {
                let sockets = sessions.iter().flat_map(|session| self.registry.end(*session));
                sockets.for_each(|socket| self.close(&socket, Reason::SessionEnded));
            }
            Ends::User(user) => {
                self.registry.of_user(*user).iter().for_each(|socket| self.close(socket, Reason::SessionEnded));
            }
        }
    }

    /// Reads until it works. What passes is waited for; what makes no sense is tried a few times.
    fn insist<T>(&self, mut read: impl FnMut() -> StoreResult<T>) -> Result<T, Halt> {
        let (mut pause, mut defects) = (FIRST_PAUSE, 0);
        loop {
            let error = match catch_unwind(AssertUnwindSafe(&mut read)).unwrap_or(Err(StoreError::Died)) {
                Ok(read) => return Ok(read),
                Err(error) => error,
            };
            log::warn!("the log cannot be followed: {error}");
            if !matches!(error, StoreError::Busy | StoreError::Unavailable(_)) {
                defects += 1;
                if defects >= DEFECTS {
                    return Err(Halt::Defect);
                }
            }
            if self.feed.pause(pause) {
                return Err(Halt::Stopped);
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Goes on at the log's end, and has everybody resume by what they have seen.
    fn pass_over(&self) -> Result<(), Halt> {
        log::error!("a part of the log is passed over; all sockets are closed");
        let head = loop {
            match self.insist(|| self.source.head()) {
                Err(Halt::Defect) if self.feed.pause(LONGEST_PAUSE) => return Err(Halt::Stopped),
                Err(Halt::Defect) => {}
                read => break read?,
            }
        };
        self.audience.forget_all();
        self.ring.restart(head);
        self.close_everyone(Reason::Lost);
        self.watches.release_all();
        self.set_told(head);
        Ok(())
    }
}
