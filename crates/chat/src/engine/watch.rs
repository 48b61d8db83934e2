//! Watching one chat: for requests that wait until something is said in it.
//!
//! A watch is registered before its owner looks at the chat, and the publisher tells all watches of every message after
//! its commit. So a message is either seen by the look or wakes the watch, or both.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gigline_domain::{ChatId, Seq, SessionId, Timestamp, UserId};
use gigline_persistence::log::Happening;
use tokio::sync::Notify;

use super::AttachError;
use super::shared::Shared;

/// Who wants to watch what, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct NewWatch {
    /// The chat. Whether they are in it is for the owner to look up, after this.
    pub chat: ChatId,
    /// Who.
    pub user: UserId,
    /// The session that they watch with.
    pub session: SessionId,
    /// When that session expires.
    pub expires_at: Timestamp,
    /// When the watch ends at the latest.
    pub until: Timestamp,
    /// How many watches of this session on this chat there may be; beyond, the oldest end early.
    pub most: usize,
}

/// What a watch has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// The chat has a message of this number.
    Message(Seq),
    /// It was ended early: by its owner, by a younger one, or because part of the log was passed over.
    Released,
    /// Its time is over.
    TimeOver,
    /// The session has ended or expired.
    SessionEnded,
    /// The chat was deleted.
    ChatDeleted,
    /// The server stops.
    GoingAway,
}

/// A place among those who watch a chat; dropping it gives the place up.
pub struct Watch {
    shared: Arc<Shared>,
    place: Arc<Place>,
}

struct Place {
    id: u64,
    new: NewWatch,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    newest: Seq,
    end: Option<Woken>,
}

/// All watches of this server.
#[derive(Default)]
pub(super) struct Watches {
    chats: Mutex<Chats>,
    ids: AtomicU64,
}

#[derive(Default)]
struct Chats {
    places: HashMap<ChatId, Vec<Arc<Place>>>,
    closed: bool,
}

impl Watch {
    /// Waits for a message after `seen`, or for the end. Dropping the future loses nothing.
    pub async fn next(&self, seen: Seq) -> Woken {
        loop {
            if let Some(woken) = self.place.look(seen) {
                return woken;
            }
            self.place.changed.notified().await;
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.shared.watches.remove(&self.place);
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Watch").field(&self.place.new).finish()
    }
}

impl Place {
    fn look(&self, seen: Seq) -> Option<Woken> {
        let state = self.state();
        state.end.or_else(|| (state.newest > seen).then_some(Woken::Message(state.newest)))
    }

    fn tell(&self, newest: Seq) {
        let mut state = self.state();
        state.newest = newest.max(state.newest);
        drop(state);
        self.changed.notify_one();
    }

    /// Ends it; the first reason counts.
    fn end(&self, why: Woken) {
        self.state().end.get_or_insert(why);
        self.changed.notify_one();
    }

    fn ended(&self) -> bool {
        self.state().end.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watches {
    fn add(&self, new: NewWatch) -> Result<Arc<Place>, AttachError> {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let place = Arc::new(Place {
            id,
            new,
            state: Mutex::new(State { newest: Seq::NONE, end: None }),
            changed: Notify::new(),
        });
        let mut chats = self.chats();
        if chats.closed {
            return Err(AttachError::GoingAway);
        }
        let places = chats.places.entry(new.chat).or_default();
        // In the order in which they came.
        let own: Vec<_> = places.iter().filter(|other| other.new.session == new.session && !other.ended()).collect();
        let early = (own.len() + 1).saturating_sub(new.most.max(1));
        own.into_iter().take(early).for_each(|oldest| oldest.end(Woken::Released));
        places.push(Arc::clone(&place));
        Ok(place)
    }

    fn remove(&self, place: &Place) {
        let mut chats = self.chats();
        let Some(places) = chats.places.get_mut(&place.new.chat) else { return };
        places.retain(|other| other.id != place.id);
        if places.is_empty() {
            chats.places.remove(&place.new.chat);
        }
    }

    /// Tells of an event. The registry knows already whose sessions it ends.
    pub(super) fn hear(&self, what: &Happening) {
        match what {
            Happening::Message(said) => self.each_of(said.chat_id, |place| place.tell(said.seq)),
            Happening::ChatDeleted { chat, .. } => self.each_of(*chat, |place| place.end(Woken::ChatDeleted)),
            Happening::SessionsEnded { sessions } => {
                self.end_those(Woken::SessionEnded, |watch| sessions.contains(&watch.session));
            }
            Happening::UserErased { user, .. } => self.end_those(Woken::SessionEnded, |watch| watch.user == *user),
            _ => {}
        }
    }

    fn each_of(&self, chat: ChatId, act: impl Fn(&Place)) {
        self.chats().places.get(&chat).into_iter().flatten().for_each(|place| act(place));
    }

    /// Ends whose time is over.
    pub(super) fn sweep(&self, now: Timestamp) {
        self.end_those(Woken::SessionEnded, |place| place.expires_at <= now);
        self.end_those(Woken::TimeOver, |place| place.until <= now);
    }

    /// Ends all, so that they look at their chats again.
    pub(super) fn release_all(&self) {
        self.end_those(Woken::Released, |_| true);
    }

    /// Ends all, and lets nobody watch any more.
    pub(super) fn close(&self) {
        self.chats().closed = true;
        self.end_those(Woken::GoingAway, |_| true);
    }

    /// Ends the watches of a session on a chat; how many those were.
    pub(super) fn release(&self, session: SessionId, chat: ChatId) -> usize {
        let chats = self.chats();
        let own = chats.places.get(&chat).into_iter().flatten();
        let open = own.filter(|place| place.new.session == session && !place.ended());
        open.map(|place| place.end(Woken::Released)).count()
    }

    pub(super) fn count(&self) -> usize {
        self.chats().places.values().map(Vec::len).sum()
    }

    fn end_those(&self, why: Woken, is: impl Fn(&NewWatch) -> bool) {
        let chats = self.chats();
        chats.places.values().flatten().filter(|place| is(&place.new)).for_each(|place| place.end(why));
    }

    fn chats(&self) -> MutexGuard<'_, Chats> {
        self.chats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    pub(super) fn watch(self: &Arc<Self>, new: NewWatch) -> Result<Watch, AttachError> {
        if new.expires_at <= self.clock.now() {
            return Err(AttachError::SessionEnded);
        }
        let watch = Watch { shared: Arc::clone(self), place: self.watches.add(new)? };
        // After it was added: who ends later than this finds it.
        if self.registry.has_ended(new.session) { Err(AttachError::SessionEnded) } else { Ok(watch) }
    }
}
