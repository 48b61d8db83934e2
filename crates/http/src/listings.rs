//! The newest messages of rooms, read once for all who ask at the same time.
//!
//! A list is given to those alone who had asked before it was begun to be read, and is kept for nobody else. So it is never
//! older than the question, whoever changes whatever by whichever door, and there is nothing that could be outdated.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gigline_domain::{ChatId, Seq, UserId};
use gigline_persistence::messages::{self, History};
use gigline_persistence::{Conn, Entity, Store, StoreError, StoreResult, chats};
use tokio::sync::oneshot::{self, error::RecvError};

use crate::shapes::SaidList;

/// How many messages a list has.
pub(crate) const MESSAGES: usize = 50;

/// Who waits for which room's list, shared by all workers: no more than there are requests.
#[derive(Clone, Default)]
pub(crate) struct Listings(Arc<Mutex<Rooms>>);

/// A room is here for as long as it is being read.
type Rooms = HashMap<ChatId, Vec<Asking>>;

/// A room's newest messages, encoded once.
#[derive(Clone)]
pub(crate) struct Newest {
    pub(crate) messages: SaidList,
    /// The oldest of them.
    pub(crate) first: Seq,
    /// The newest.
    pub(crate) to: Seq,
}

/// What a read brings: the list, and who of those who asked may see it.
struct Brought {
    newest: Newest,
    present: Vec<UserId>,
}

struct Asking {
    who: UserId,
    answer: oneshot::Sender<StoreResult<Newest>>,
}

impl Listings {
    /// The newest messages of a room as they are now or a moment later. Errors: `NotFound(Chat)`, also for who is not in it.
    pub(crate) async fn newest(&self, store: &Store, room: ChatId, me: UserId) -> StoreResult<Newest> {
        let store = store.clone();
        self.ask(room, me, move |people| read(store.clone(), room, people)).await
    }

    /// Asks for what `read` brings for some people, and once more if whoever was to read it has stopped: it was perhaps
    /// another worker, with whose end the asker has nothing to do.
    async fn ask<R, F>(&self, room: ChatId, me: UserId, read: R) -> StoreResult<Newest>
    where
        R: Fn(Vec<UserId>) -> F + Clone + 'static,
        F: Future<Output = StoreResult<Brought>> + 'static,
    {
        match self.ask_once(room, me, read.clone()).await {
            Ok(answer) => answer,
            Err(_given_up) => self.ask_once(room, me, read).await.unwrap_or(Err(StoreError::Died)),
        }
    }

    /// Not what is being read already, but what is read next. Errors: the read was given up.
    async fn ask_once<R, F>(&self, room: ChatId, me: UserId, read: R) -> Result<StoreResult<Newest>, RecvError>
    where
        R: Fn(Vec<UserId>) -> F + 'static,
        F: Future<Output = StoreResult<Brought>> + 'static,
    {
        let (answer, answered) = oneshot::channel();
        if let Some(turn) = self.enter(room, Asking { who: me, answer }) {
            // On its own, for whoever began it may go away, and others wait for it.
            actix_rt::spawn(turn.take(read));
        }
        answered.await
    }

    /// Puts somebody among those who wait; if nobody reads this room, they are to see to it.
    fn enter(&self, room: ChatId, asking: Asking) -> Option<Turn> {
        let mut rooms = self.rooms();
        let reads = !rooms.contains_key(&room);
        rooms.entry(room).or_default().push(asking);
        reads.then(|| Turn { listings: self.clone(), room, asking: Vec::new(), over: false })
    }

    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The duty to read a room for as long as somebody asks. Given up, it ends the waiting of all.
struct Turn {
    listings: Listings,
    room: ChatId,
    /// Those who are read for now. Dropped after the room is free, so that they may ask again.
    asking: Vec<Asking>,
    over: bool,
}

impl Turn {
    async fn take<F>(mut self, read: impl Fn(Vec<UserId>) -> F)
    where
        F: Future<Output = StoreResult<Brought>>,
    {
        while self.next() {
            let mut people: Vec<UserId> = self.asking.iter().map(|one| one.who).collect();
            people.sort_unstable();
            people.dedup();
            let brought = read(people).await;
            for Asking { who, answer } in self.asking.drain(..) {
                let theirs = brought.as_ref().map_err(Clone::clone).and_then(|brought| brought.shown_to(who));
                // Who has gone meanwhile needs none.
                let _gone = answer.send(theirs);
            }
        }
    }

    /// Takes up those who have asked until now; if that is nobody, the turn is over.
    fn next(&mut self) -> bool {
        let mut rooms = self.listings.rooms();
        self.asking = rooms.get_mut(&self.room).map(std::mem::take).unwrap_or_default();
        if self.asking.is_empty() {
            rooms.remove(&self.room);
            self.over = true;
        }
        !self.over
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.over {
            self.listings.rooms().remove(&self.room);
        }
    }
}

impl Brought {
    fn shown_to(&self, who: UserId) -> StoreResult<Newest> {
        match self.present.binary_search(&who) {
            Ok(_) => Ok(self.newest.clone()),
            Err(_) => Err(StoreError::NotFound(Entity::Chat)),
        }
    }
}

async fn read(store: Store, room: ChatId, people: Vec<UserId>) -> StoreResult<Brought> {
    let read = store.read(move |conn| {
        conn.snapshot(|conn| {
            let (history, present) = messages::newest_for(conn, room, &people, MESSAGES)?;
            let first = history.messages.first().map_or(Seq::NONE, |first| first.seq);
            let messages = said(conn, &history)?;
            Ok(Brought { newest: Newest { messages, first, to: history.last_seq }, present })
        })
    });
    read.await
}

/// Messages as they are told, with their senders' names.
pub(crate) fn said(conn: &mut Conn, history: &History) -> StoreResult<SaidList> {
    let mut senders: Vec<UserId> = history.messages.iter().filter_map(|message| message.sender).collect();
    senders.sort_unstable();
    senders.dedup();
    let names = chats::usernames_of(conn, &senders)?.into_iter().collect();
    let said = SaidList::new(&history.messages, &names);
    said.map_err(|error| StoreError::Corrupt(format!("messages cannot be told: {error}")))
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    use tokio::sync::Semaphore;

    use super::*;

    const ROOM: ChatId = ChatId::new(7);
    const ANN: UserId = UserId::new(1);
    const BOB: UserId = UserId::new(2);
    const CID: UserId = UserId::new(3);

    /// A room that is read when the test lets it; each read brings its own number as the newest message's.
    #[derive(Clone)]
    struct Room {
        reads: Rc<Cell<i64>>,
        asked: Rc<RefCell<Vec<Vec<UserId>>>>,
        may: Rc<Semaphore>,
    }

    impl Room {
        fn new() -> Self {
            Self { reads: Rc::default(), asked: Rc::default(), may: Rc::new(Semaphore::new(0)) }
        }

        /// Everybody but Cid is in it.
        async fn read(self, people: Vec<UserId>) -> StoreResult<Brought> {
            self.reads.set(self.reads.get() + 1);
            let to = Seq::parse(self.reads.get()).unwrap();
            self.asked.borrow_mut().push(people.clone());
            self.may.acquire().await.unwrap().forget();
            let present = people.into_iter().filter(|who| *who != CID).collect();
            Ok(Brought { newest: Newest { messages: SaidList::default(), first: to, to }, present })
        }
    }

    fn ask(listings: &Listings, room: &Room, who: UserId) -> tokio::task::JoinHandle<StoreResult<i64>> {
        let (listings, room) = (listings.clone(), room.clone());
        actix_rt::spawn(async move {
            let newest = listings.ask(ROOM, who, move |people| room.clone().read(people)).await;
            newest.map(|newest| newest.to.get())
        })
    }

    /// Lets everything happen that can.
    async fn settle() {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }

    #[actix_rt::test]
    async fn who_asks_during_a_read_is_answered_by_the_next_one_all_at_once() {
        let (listings, room) = (Listings::default(), Room::new());
        let first = ask(&listings, &room, ANN);
        settle().await;
        let later: Vec<_> = [BOB, ANN, BOB, CID].map(|who| ask(&listings, &room, who)).into();
        settle().await;
        room.may.add_permits(1);
        assert_eq!(first.await.unwrap(), Ok(1));
        settle().await;
        assert!(later.iter().all(|one| !one.is_finished()), "what was read before they asked is not for them");
        room.may.add_permits(1);
        let mut answers = Vec::new();
        for one in later {
            answers.push(one.await.unwrap());
        }
        assert_eq!(answers, [Ok(2), Ok(2), Ok(2), Err(StoreError::NotFound(Entity::Chat))]);
        assert_eq!(*room.asked.borrow(), [vec![ANN], vec![ANN, BOB, CID]]);
        settle().await;
        assert!(listings.rooms().is_empty());
    }

    #[actix_rt::test]
    async fn who_began_a_read_may_go_away() {
        let (listings, room) = (Listings::default(), Room::new());
        let first = ask(&listings, &room, ANN);
        settle().await;
        let second = ask(&listings, &room, BOB);
        settle().await;
        first.abort();
        room.may.add_permits(2);
        assert_eq!(second.await.unwrap(), Ok(2));
    }

    #[actix_rt::test]
    async fn nobody_waits_for_a_read_that_was_given_up() {
        let listings = Listings::default();
        let turn = listings.enter(ROOM, Asking { who: ANN, answer: oneshot::channel().0 }).unwrap();
        let room = Room::new();
        let waiting = ask(&listings, &room, BOB);
        settle().await;
        drop(turn);
        room.may.add_permits(1);
        assert_eq!(waiting.await.unwrap(), Ok(1), "another reads");
    }

    #[actix_rt::test]
    async fn who_is_read_for_when_it_is_given_up_asks_once_more_and_not_for_ever() {
        let (listings, room) = (Listings::default(), Room::new());
        let nobody = || Asking { who: ANN, answer: oneshot::channel().0 };
        let mut turn = listings.enter(ROOM, nobody()).unwrap();
        let waiting = ask(&listings, &room, BOB);
        settle().await;
        assert!(turn.next(), "Bob is among those who are read for");
        drop(turn);
        let again = listings.enter(ROOM, nobody()).unwrap();
        settle().await;
        assert!(!waiting.is_finished());
        drop(again);
        assert_eq!(waiting.await.unwrap(), Err(StoreError::Died));
        room.may.add_permits(1);
        assert_eq!(ask(&listings, &room, BOB).await.unwrap(), Ok(1), "the next one reads again");
    }
}
