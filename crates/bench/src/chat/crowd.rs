//! One who talks and many who listen, all in one room of one server.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::child::Child;
use super::connection::{Connection, Writer};
use super::frames;
use super::side::{Heard, Side};
use crate::Failure;

/// How many messages may be under way: as much as every server holds for a socket without losing any.
const UNDER_WAY: u64 = 16;
/// How long it must be quiet before anything is measured.
const QUIET: Duration = Duration::from_millis(300);
/// How long what was sent may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who listens, and who talks.
pub(crate) struct Crowd {
    pub(crate) side: Side,
    listeners: u64,
    shared: Rc<Shared>,
    talker: Writer,
    message: Vec<u8>,
    // Its connections end with it.
    _server: Child,
}

#[derive(Default)]
struct Shared {
    /// Deliveries since the beginning.
    heard: Cell<u64>,
    /// Frames of any kind.
    frames: Cell<u64>,
    /// How many deliveries the talker waits for.
    wanted: Cell<u64>,
    come: Notify,
    watch: RefCell<Option<Watch>>,
    /// Why somebody does not listen any more.
    gone: RefCell<Option<String>>,
}

/// When each message was sent, and how long each delivery took, in microseconds.
#[derive(Default)]
struct Watch {
    /// Messages before the first of these.
    before: usize,
    sent: Vec<Instant>,
    took: Vec<u64>,
}

impl Crowd {
    /// Opens all connections.
    pub(crate) async fn gather(server: Child, listeners: usize) -> Result<Self, Failure> {
        let shared = Rc::new(Shared::default());
        for number in 0..listeners {
            let connection = Connection::open(server.side, server.address, server.token(number + 1)).await?;
            tokio::task::spawn_local(listen(connection, Rc::clone(&shared), true));
        }
        let connection = Connection::open(server.side, server.address, server.token(0)).await?;
        let talker = connection.writer.clone();
        tokio::task::spawn_local(listen(connection, Rc::clone(&shared), false));
        let message = frames::text(&server.side.message(server.chat(0), None));
        let listeners = u64::try_from(listeners)?;
        let crowd = Self { side: server.side, listeners, shared, talker, message, _server: server };
        crowd.quiet().await;
        Ok(crowd)
    }

    /// Waits until nothing comes any more.
    async fn quiet(&self) {
        loop {
            let before = self.shared.frames.get();
            sleep(QUIET).await;
            if self.shared.frames.get() == before {
                return;
            }
        }
    }

    /// Talks as fast as all hear it: deliveries a second.
    pub(crate) async fn flood(&self, turn: Duration) -> Result<f64, Failure> {
        let (start, before, mut sent) = (Instant::now(), self.shared.heard.get(), 0);
        while start.elapsed() < turn {
            self.talker.send(&self.message).await?;
            sent += 1;
            if sent >= UNDER_WAY {
                let oldest = before + (sent + 1 - UNDER_WAY) * self.listeners;
                self.come(oldest).await?;
            }
        }
        let took = start.elapsed();
        let heard = self.shared.heard.get() - before;
        self.come(before + sent * self.listeners).await?;
        Ok(f64::from(u32::try_from(heard)?) / took.as_secs_f64())
    }

    /// Says so many messages a second: how long each delivery took, in microseconds.
    pub(crate) async fn pace(&self, rate: f64, turn: Duration) -> Result<Vec<u64>, Failure> {
        let before = self.shared.heard.get();
        let watch = Watch { before: usize::try_from(before / self.listeners)?, ..Watch::default() };
        *self.shared.watch.borrow_mut() = Some(watch);
        let (start, mut sent) = (Instant::now(), 0_u32);
        while start.elapsed() < turn {
            let due = start + Duration::from_secs_f64(f64::from(sent) / rate);
            tokio::time::sleep_until(due.into()).await;
            if let Some(watch) = self.shared.watch.borrow_mut().as_mut() {
                watch.sent.push(Instant::now());
            }
            self.talker.send(&self.message).await?;
            sent += 1;
        }
        self.come(before + u64::from(sent) * self.listeners).await?;
        let watch = self.shared.watch.borrow_mut().take();
        Ok(watch.map(|watch| watch.took).unwrap_or_default())
    }

    /// Waits until so much was delivered.
    async fn come(&self, wanted: u64) -> Result<(), Failure> {
        self.shared.wanted.set(wanted);
        while self.shared.heard.get() < wanted {
            if timeout(PATIENCE, self.shared.come.notified()).await.is_err() {
                let (heard, why) = (self.shared.heard.get(), self.shared.gone.borrow().clone().unwrap_or_default());
                return Err(format!("{}: {heard} of {wanted} messages came; {why}", self.side.name()).into());
            }
        }
        Ok(())
    }
}

/// Listens until the connection ends. Only what `counts` is told of.
async fn listen(mut connection: Connection, shared: Rc<Shared>, counts: bool) {
    let mut messages = 0;
    loop {
        let (mut frames, mut came) = (0, 0);
        let take = |heard| {
            frames += 1;
            came += u64::from(heard == Heard::Message);
        };
        let ended = connection.hear(take).await;
        shared.frames.set(shared.frames.get() + frames);
        if counts && came > 0 {
            shared.note(messages, came);
            messages += came;
        }
        if let Err(error) = ended {
            *shared.gone.borrow_mut() = Some(error.to_string());
            return;
        }
    }
}

impl Shared {
    /// Somebody who had heard so many messages has heard some more.
    fn note(&self, messages: u64, came: u64) {
        if let Some(watch) = self.watch.borrow_mut().as_mut() {
            let now = Instant::now();
            for number in messages..messages + came {
                watch.note(number, now);
            }
        }
        self.heard.set(self.heard.get() + came);
        if self.heard.get() >= self.wanted.get() {
            self.come.notify_one();
        }
    }
}

impl Watch {
    fn note(&mut self, number: u64, now: Instant) {
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(self.before));
        if let Some(sent) = place.and_then(|place| self.sent.get(place)) {
            self.took.push(u64::try_from(now.duration_since(*sent).as_micros()).unwrap_or(u64::MAX));
        }
    }
}
