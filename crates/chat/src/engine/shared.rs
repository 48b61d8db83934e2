//! What the engine's threads and callers share, and what they all may do.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::thread::JoinHandle;

use gigline_auth::Clock;
use gigline_domain::EventId;
use gigline_persistence::Store;

use super::allowance::Allowance;
use super::announce::{self, Announcement};
use super::audience::Audience;
use super::feed::Feed;
use super::joined::Joined;
use super::outlet::Reason;
use super::registry::Registry;
use super::ring::Ring;
use super::socket::{Socket, Then};
use super::source::Source;
use super::watch::Watches;
use super::work::Work;
use super::{AttachError, EngineSettings, NewSocket, StartError, catch_up, publish};

/// How many announcements wait; beyond, they are dropped, as they may be.
const ANNOUNCEMENTS: usize = 1_024;

pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) source: Arc<dyn Source>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: EngineSettings,
    pub(super) feed: Arc<Feed>,
    pub(super) ring: Ring,
    pub(super) registry: Registry,
    pub(super) audience: Audience,
    pub(super) joined: Joined,
    pub(super) watches: Watches,
    pub(super) allowance: Allowance,
    pub(super) announcements: Arc<Work<Announcement>>,
    /// Each socket is in it at most once.
    pub(super) behind: Work<Arc<Socket>>,
    /// Up to where everybody who is live has been told.
    told: AtomicI64,
    ids: AtomicU64,
}

impl Shared {
    pub(super) fn start(
        store: &Store,
        clock: Arc<dyn Clock>,
        settings: EngineSettings,
    ) -> Result<(Arc<Self>, Vec<JoinHandle<()>>), StartError> {
        let shared = Self::new(store, Arc::new(store.clone()), clock, settings)?;
        let threads = shared.spawn().inspect_err(|_error| shared.stop())?;
        Ok((shared, threads))
    }

    /// Listens to `store`, and reads from `source`.
    pub(super) fn new(
        store: &Store,
        source: Arc<dyn Source>,
        clock: Arc<dyn Clock>,
        settings: EngineSettings,
    ) -> Result<Arc<Self>, StartError> {
        // In this order: what is committed in between comes twice, which does no harm, and not never.
        let feed = Arc::new(Feed::new());
        store.on_commit({
            let feed = Arc::clone(&feed);
            Arc::new(move |events| feed.put(events))
        });
        let head = source.head()?;
        let announcements = Arc::new(Work::new(ANNOUNCEMENTS));
        let registry = Registry::new({
            let announcements = Arc::clone(&announcements);
            move |user, online| {
                let _dropped = announcements.put(Announcement::Presence { user, online });
            }
        });
        Ok(Arc::new(Self {
            store: store.clone(),
            source,
            clock,
            ring: Ring::new(head, settings.kept_events, settings.kept_bytes),
            feed,
            registry,
            audience: Audience::new(),
            joined: Joined::default(),
            watches: Watches::default(),
            allowance: Allowance::new(settings.allowance),
            announcements,
            behind: Work::new(usize::MAX),
            told: AtomicI64::new(head.get()),
            ids: AtomicU64::new(0),
            settings,
        }))
    }

    /// Starts the threads.
    pub(super) fn spawn(self: &Arc<Self>) -> std::io::Result<Vec<JoinHandle<()>>> {
        let mut threads =
            vec![self.thread("chat-publisher", publish::run)?, self.thread("chat-teller", announce::run)?];
        for _ in 0..self.settings.catching_up.max(1) {
            threads.push(self.thread("chat-catch-up", catch_up::run)?);
        }
        Ok(threads)
    }

    fn thread(
        self: &Arc<Self>,
        name: &str,
        run: impl FnOnce(&Self) + Send + 'static,
    ) -> std::io::Result<JoinHandle<()>> {
        let shared = Arc::clone(self);
        std::thread::Builder::new().name(name.to_owned()).spawn(move || run(&shared))
    }

    pub(super) fn stop(&self) {
        self.feed.stop();
        self.announcements.close();
        self.behind.close();
    }

    pub(super) fn attach(&self, new: NewSocket) -> Result<Arc<Socket>, AttachError> {
        if new.expires_at <= self.clock.now() {
            return Err(AttachError::SessionEnded);
        }
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let begins = new.only.is_none();
        let socket = Arc::new(Socket::new(id, new, self.ring.head()));
        self.registry.add(Arc::clone(&socket), self.settings.sockets_per_user)?;
        if begins {
            self.settle(&socket);
        }
        Ok(socket)
    }

    /// Gives a socket's place up. May be called under any lock.
    pub(super) fn detach(&self, socket: &Socket) {
        socket.leave();
        self.registry.remove(socket, self.clock.now());
        self.joined.leave(socket.id);
    }

    /// Ends a socket and gives its place up.
    pub(super) fn close(&self, socket: &Socket, reason: Reason) {
        if socket.close(reason) {
            self.detach(socket);
        }
    }

    pub(super) fn close_everyone(&self, reason: Reason) {
        self.registry.all().iter().for_each(|socket| self.close(socket, reason));
    }

    /// Makes a socket live, or has it caught up.
    pub(super) fn settle(&self, socket: &Arc<Socket>) {
        if !socket.settle(|| self.ring.head()) {
            self.catch_up(socket);
        }
    }

    /// Has a socket caught up, in its turn.
    pub(super) fn catch_up(&self, socket: &Arc<Socket>) {
        if !socket.queued.swap(true, Ordering::SeqCst) {
            self.behind.put(Arc::clone(socket));
        }
    }

    /// The outlet of `socket` has room again. Takes no lock of the socket's.
    pub(super) fn drained(&self, socket: &Arc<Socket>) {
        socket.drained.notify_one();
        if socket.is_behind() {
            self.catch_up(socket);
        }
    }

    /// Does for a socket what is to be done after it was offered something.
    pub(super) fn then(&self, socket: &Arc<Socket>, then: Then) {
        match then {
            Then::GoOn | Then::Wait => {}
            Then::CatchUp => self.catch_up(socket),
            Then::LetGo => self.detach(socket),
        }
    }

    pub(super) fn sweep(&self) {
        let now = self.clock.now();
        self.watches.sweep(now);
        for socket in self.registry.those(|socket| socket.expires_at <= now) {
            self.close(&socket, Reason::Expired);
        }
        for socket in self.registry.those(Socket::is_behind) {
            if socket.is_stuck(now, self.settings.patience) {
                self.close(&socket, Reason::TooSlow);
            } else if socket.lag().is_some() {
                // Its part of the log could not be read, or its door did not say that there is room.
                self.catch_up(&socket);
            }
        }
        self.registry.settle_presence(now, self.settings.presence_grace);
        self.allowance.sweep(now);
    }

    /// Up to where everybody who is live has been told.
    pub(super) fn told(&self) -> EventId {
        EventId::new(self.told.load(Ordering::SeqCst))
    }

    pub(super) fn set_told(&self, told: EventId) {
        self.told.store(told.get(), Ordering::SeqCst);
    }
}
