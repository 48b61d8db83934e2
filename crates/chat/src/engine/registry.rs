//! Who is connected: the sockets by user and by session, and who counts as online.
//!
//! Nothing here calls a door, so it may be used under any lock of theirs.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use gigline_domain::{SessionId, Timestamp, UserId};

use super::AttachError;
use super::socket::Socket;

/// The sockets of one user.
pub(super) type Sockets = Arc<[Arc<Socket>]>;

/// How many ended sessions are remembered: a socket that is being opened meanwhile must not outlive its session.
const ENDED: usize = 65_536;

/// All sockets of this server. `tell` hears of who comes and goes, in that order, and must not call back.
pub(super) struct Registry {
    state: RwLock<State>,
    tell: Box<dyn Fn(UserId, bool) + Send + Sync>,
}

#[derive(Default)]
struct State {
    users: HashMap<UserId, Sockets>,
    sessions: HashMap<SessionId, Vec<Arc<Socket>>>,
    /// Since when somebody who counts as online has had no socket.
    leaving: HashMap<UserId, Timestamp>,
    ended: Ended,
    closed: bool,
}

#[derive(Default)]
struct Ended {
    order: VecDeque<SessionId>,
    set: HashSet<SessionId>,
}

impl Registry {
    pub(super) fn new(tell: impl Fn(UserId, bool) + Send + Sync + 'static) -> Self {
        Self { state: RwLock::default(), tell: Box::new(tell) }
    }

    /// Adds a socket, if its user has fewer than `most` and its session has not ended.
    pub(super) fn add(&self, socket: Arc<Socket>, most: usize) -> Result<(), AttachError> {
        let mut state = self.write();
        if state.closed {
            return Err(AttachError::GoingAway);
        }
        if state.ended.set.contains(&socket.session) {
            return Err(AttachError::SessionEnded);
        }
        let present = state.users.get(&socket.user).map_or(&[][..], |sockets| sockets);
        if present.len() >= most {
            return Err(AttachError::TooMany);
        }
        let sockets: Sockets = present.iter().cloned().chain([Arc::clone(&socket)]).collect();
        let (user, first) = (socket.user, present.is_empty());
        state.users.insert(user, sockets);
        state.sessions.entry(socket.session).or_default().push(socket);
        if first && state.leaving.remove(&user).is_none() {
            (self.tell)(user, true);
        }
        Ok(())
    }

    /// Removes a socket; does nothing if it is not there any more.
    pub(super) fn remove(&self, socket: &Socket, now: Timestamp) {
        let mut state = self.write();
        let Some(sockets) = state.users.get(&socket.user) else { return };
        let left: Sockets = sockets.iter().filter(|other| other.id != socket.id).cloned().collect();
        if left.len() == sockets.len() {
            return;
        }
        if left.is_empty() {
            state.users.remove(&socket.user);
            state.leaving.insert(socket.user, now);
        } else {
            state.users.insert(socket.user, left);
        }
        if let Some(of_session) = state.sessions.get_mut(&socket.session) {
            of_session.retain(|other| other.id != socket.id);
            if of_session.is_empty() {
                state.sessions.remove(&socket.session);
            }
        }
    }

    /// Tells of those whose last socket went `grace` ago.
    pub(super) fn settle_presence(&self, now: Timestamp, grace: Duration) {
        let mut state = self.write();
        state.leaving.retain(|user, since| {
            // The clock may have been set back.
            *since = now.min(*since);
            let waits = now.since(*since) < grace;
            if !waits {
                (self.tell)(*user, false);
            }
            waits
        });
    }

    /// Remembers that a session has ended, and gives its sockets.
    pub(super) fn end(&self, session: SessionId) -> Vec<Arc<Socket>> {
        let mut state = self.write();
        state.ended.note(session);
        state.sessions.get(&session).cloned().unwrap_or_default()
    }

    /// Whether a session is known to have ended.
    pub(super) fn has_ended(&self, session: SessionId) -> bool {
        self.read().ended.set.contains(&session)
    }

    /// The sockets of each of `users` that has any.
    pub(super) fn of_users(&self, users: impl Iterator<Item = UserId>, into: &mut Vec<Sockets>) {
        let state = self.read();
        into.extend(users.filter_map(|user| state.users.get(&user).cloned()));
    }

    /// The sockets of one user.
    pub(super) fn of_user(&self, user: UserId) -> Sockets {
        self.read().users.get(&user).cloned().unwrap_or_default()
    }

    /// Every socket.
    pub(super) fn all(&self) -> Vec<Arc<Socket>> {
        self.read().users.values().flat_map(|sockets| sockets.iter().cloned()).collect()
    }

    /// Those sockets that `is`.
    pub(super) fn those(&self, is: impl Fn(&Socket) -> bool) -> Vec<Arc<Socket>> {
        let state = self.read();
        state.users.values().flat_map(|sockets| sockets.iter()).filter(|socket| is(socket)).cloned().collect()
    }

    /// Takes nobody in any more.
    pub(super) fn close(&self) {
        self.write().closed = true;
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ended {
    fn note(&mut self, session: SessionId) {
        if self.set.insert(session) {
            self.order.push_back(session);
        }
        if self.order.len() > ENDED
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
    }
}
