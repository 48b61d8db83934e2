//! The conversation engine: it tells every socket what its user is to hear, as the log has it.
//!
//! The log comes first. Whoever writes, by HTTP or by a socket's command, only writes to the [`Store`]; once that is
//! committed, the engine hears of it and tells the sockets. On PostgreSQL it reads the log, so that it hears also of
//! what other servers have written.
//!
//! - Every socket of a participant gets the events of the log in their order, each once, from when it was attached.
//! - Nobody waits for a slow reader. What does not fit into its outlet is not queued: it reads on from the log when it
//!   has room. If nothing leaves its outlet for [`EngineSettings::patience`], it is closed.
//! - An event is encoded once for each door, however many hear it.
//! - What is not in the log (typing, presence) may be lost, and stays within this server.
//! - When the log cannot be read, the engine tries again, 10 ms later at first and then up to a second: for ever if the
//!   database is away, five times if what it gives makes no sense. Then every socket is closed with
//!   [`Reason::Lost`], so that it resumes by what it has seen, and the engine goes on at the log's end.
//!
//! Its threads: one publisher, one that tells what may be lost, and some that catch up with the log. A thread or task
//! that calls the engine's methods never waits for a socket, except a command for its own.

mod allowance;
mod announce;
mod audience;
mod catch_up;
mod commands;
mod event;
mod feed;
mod joined;
mod outlet;
mod publish;
mod published;
mod refusal;
mod registry;
mod ring;
mod settings;
mod shared;
mod socket;
mod source;
mod watch;
mod work;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use gigline_auth::Clock;
use gigline_domain::{ChatId, SessionId, Timestamp, UserId};
use gigline_persistence::{Store, StoreError};
use serde_json::value::RawValue;

pub use self::event::{Event, NAMESPACE, NAMESPACE_BARE};
pub use self::outlet::{Kind, Offered, Outlet, Reason};
use self::published::Published;
pub use self::refusal::{Ack, failure};
pub use self::settings::{AllowanceSettings, EngineSettings};
use self::shared::Shared;
use self::socket::Socket;
pub use self::watch::{NewWatch, Watch, Woken};

/// A running engine. Clones are the same one; it stops when the last of them is dropped.
#[derive(Clone)]
pub struct Engine(Arc<Running>);

struct Running {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// Somebody's place in the engine; dropping it gives the place up.
pub struct Membership {
    shared: Arc<Shared>,
    socket: Arc<Socket>,
}

/// A socket that is to be attached.
pub struct NewSocket {
    /// Whose it is.
    pub user: UserId,
    /// The session that it was opened with: it must have been looked up for this.
    pub session: SessionId,
    /// When that session expires.
    pub expires_at: Timestamp,
    /// The chat that it listens to, and hears nothing of before [`Membership::begin`]; none: all chats of its user, from the
    /// start. Whether they are in it is for the owner to look up.
    pub only: Option<ChatId>,
    /// Where events go.
    pub outlet: Arc<dyn Outlet>,
}

/// Why a socket was not attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttachError {
    /// The user has as many as one may have.
    #[error("too many sockets are open")]
    TooMany,
    /// The session has ended or expired meanwhile.
    #[error("the session has ended")]
    SessionEnded,
    /// The server stops.
    #[error("the server is going away")]
    GoingAway,
}

/// Why an engine could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The log could not be read.
    #[error("the log cannot be read: {0}")]
    Store(#[from] StoreError),
    /// There are no threads to be had.
    #[error("the engine's threads cannot be started: {0}")]
    Threads(#[from] std::io::Error),
}

impl Engine {
    /// Starts the engine on `store` and has it listen to its commits. Blocks for a read.
    pub fn start(store: &Store, clock: Arc<dyn Clock>, settings: EngineSettings) -> Result<Self, StartError> {
        let (shared, threads) = Shared::start(store, clock, settings)?;
        Ok(Self(Arc::new(Running { shared, threads: Mutex::new(threads) })))
    }

    /// Takes a socket in: from now on it gets what its user is to hear.
    ///
    /// What is to be said first ([`Event::connected`]) must be in the outlet already. Never waits. Not to be called
    /// under a lock that the outlet takes. A session that ended at most 65,536 sessions ago is known to have ended,
    /// however long ago it was looked up.
    pub fn attach(&self, new: NewSocket) -> Result<Membership, AttachError> {
        let shared = Arc::clone(&self.0.shared);
        let socket = shared.attach(new)?;
        Ok(Membership { shared, socket })
    }

    /// Closes who has expired or is stuck, and tells of who is gone for good. To be called every 250 ms or so.
    pub fn sweep(&self) {
        self.0.shared.sweep();
    }

    /// Watches a chat from now on; what was said before this is to be looked up after it.
    pub fn watch(&self, new: NewWatch) -> Result<Watch, AttachError> {
        self.0.shared.watch(new)
    }

    /// Ends the watches of a session on a chat; how many those were.
    pub fn release(&self, session: SessionId, chat: ChatId) -> usize {
        self.0.shared.watches.release(session, chat)
    }

    /// How many watches there are.
    pub fn watches(&self) -> usize {
        self.0.shared.watches.count()
    }

    /// Closes every socket, ends every watch, and takes none in any more.
    pub fn close_all(&self, reason: Reason) {
        self.0.shared.watches.close();
        self.0.shared.registry.close();
        self.0.shared.close_everyone(reason);
    }

    /// How many sockets are attached.
    pub fn sockets(&self) -> usize {
        self.0.shared.registry.all().len()
    }

    /// Ends the engine's threads and waits for them. Safe to call again; sockets stay open and get nothing more.
    pub fn stop(&self) {
        self.0.stop();
    }
}

impl Running {
    fn stop(&self) {
        self.shared.stop();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // The last owner may be one of them.
            if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
                log::error!("a thread of the engine panicked");
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Not joined: the last owner may be an async thread.
        self.shared.stop();
    }
}

impl Membership {
    /// Whose socket it is.
    pub fn user(&self) -> UserId {
        self.socket.user
    }

    /// Gives the place up now, whoever still holds this: nothing more is offered. Commands under way go on.
    pub fn leave(&self) {
        self.shared.detach(&self.socket);
    }

    /// Lets a socket that listens to one chat hear what came since it was attached, and what comes. Until then its outlet
    /// is to say that it has not drained: one from which nothing leaves counts as standing still.
    pub fn begin(&self) {
        self.shared.settle(&self.socket);
    }

    /// To be called when the outlet has drained below a quarter, under whichever lock.
    pub fn drained(&self) {
        self.shared.drained(&self.socket);
    }

    /// Whether messages keep the order in which their commands were first polled, so that the next one may begin
    /// before the last has ended. Where the store has several writers they do not.
    pub fn keeps_order(&self) -> bool {
        !self.shared.store.is_shared()
    }

    /// Does what a client asks for, and says what came of it.
    ///
    /// What the contract says about an event goes to the sockets, also to this one. A refusal goes to this one as
    /// `failure` too. The commands of one socket are to be run one after the other, in the order in which they came
    /// (but see [`Membership::keeps_order`]); one waits for its own outlet (a `join`, at most ten seconds) and for the
    /// store. Within a tokio runtime with time.
    pub async fn command(&self, event: &str, data: Option<&RawValue>) -> Ack {
        commands::run(&self.shared, &self.socket, event, data).await
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.shared.detach(&self.socket);
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("sockets", &self.sockets()).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Membership {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Membership").field("user", &self.socket.user).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
