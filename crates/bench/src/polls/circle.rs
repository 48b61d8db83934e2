//! One who talks and many who poll, all in one room of one server: each polls again as soon as they are answered.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::timeout;

use super::person::{Person, Shown};
use crate::Failure;
use crate::chat::child::Child;

/// What is said before anybody listens, so that every answer has all that it can hold.
const BEFORE: usize = 60;
/// How long a message may take to get to everybody.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who polls, and who talks.
pub(super) struct Circle {
    listeners: usize,
    talker: Person,
    shared: Rc<Shared>,
    /// How long an answer's body is.
    pub(super) bytes: usize,
    // Its connections end with it.
    _server: Child,
}

struct Shared {
    /// When the newest message was sent.
    sent: Cell<Instant>,
    /// How long it took to get to each who has it, in microseconds.
    took: RefCell<Vec<u64>>,
    come: Notify,
    /// Why somebody does not poll any more.
    gone: RefCell<Option<String>>,
}

impl Circle {
    /// Has the first person talk and so many others poll.
    pub(super) async fn gather(server: Child, listeners: usize) -> Result<Self, Failure> {
        let mut talker = Person::connect(&server, 0).await?;
        let mut shown = talker.say().await?;
        for _ in 1..BEFORE {
            shown = talker.say().await?;
        }
        let shared = Rc::new(Shared {
            sent: Cell::new(Instant::now()),
            took: RefCell::new(Vec::new()),
            come: Notify::new(),
            gone: RefCell::new(None),
        });
        for number in 1..=listeners {
            let person = Person::connect(&server, number).await?;
            tokio::task::spawn_local(follow(person, shown.newest, Rc::clone(&shared)));
        }
        let circle = Self { listeners, talker, shared, bytes: shown.bytes, _server: server };
        Ok(circle)
    }

    /// Says something and waits until all have it: how long that took for each, in microseconds, ascending.
    pub(super) async fn say(&mut self) -> Result<Vec<u64>, Failure> {
        self.shared.took.borrow_mut().clear();
        self.shared.sent.set(Instant::now());
        let (said, come) = tokio::join!(self.talker.say(), self.shared.all_have_it(self.listeners));
        let _shown: Shown = said?;
        come?;
        let mut took = self.shared.took.take();
        took.sort_unstable();
        Ok(took)
    }
}

/// Polls until the connection ends.
async fn follow(mut person: Person, mut seen: u64, shared: Rc<Shared>) {
    loop {
        match person.poll(seen).await {
            Ok(shown) if shown.newest > seen => {
                seen = shown.newest;
                shared.note();
            }
            // They have waited in vain.
            Ok(_) => {}
            Err(error) => {
                *shared.gone.borrow_mut() = Some(error.to_string());
                return;
            }
        }
    }
}

impl Shared {
    fn note(&self) {
        let took = u64::try_from(self.sent.get().elapsed().as_micros()).unwrap_or(u64::MAX);
        self.took.borrow_mut().push(took);
        self.come.notify_one();
    }

    async fn all_have_it(&self, listeners: usize) -> Result<(), Failure> {
        while self.took.borrow().len() < listeners {
            if timeout(PATIENCE, self.come.notified()).await.is_err() {
                let (have, why) = (self.took.borrow().len(), self.gone.borrow().clone().unwrap_or_default());
                return Err(format!("{have} of {listeners} have a message; {why}").into());
            }
        }
        Ok(())
    }
}
