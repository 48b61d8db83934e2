//! Every order in which the publisher, two threads that catch up, the reader and a join may take their steps.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use gigline_domain::{ChatId, EventId, MessageId, Seq, SessionId, Timestamp, UserId};
use gigline_persistence::StoreResult;
use gigline_persistence::log::{Happening, LogEvent};
use gigline_persistence::records::{Chat, Message};
use proptest::prelude::*;

use crate::engine::audience::Users;
use crate::engine::outlet::{Kind, Offered, Outlet, Reason};
use crate::engine::ring::Ring;
use crate::engine::socket::{Shown, Socket, Then};
use crate::engine::source::Source;
use crate::engine::{Event, NewSocket, Published};

const ME: UserId = UserId::new(1);
const ROOM: usize = 4;

/// What can happen next.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Somebody writes, in a chat of mine or not.
    Write { mine: bool },
    /// The publisher takes its next step: moves the head, or tells the socket.
    Publish,
    /// A thread that catches up takes its next step.
    CatchUp(usize),
    /// The reader reads so many.
    Read(usize),
    /// A join takes its next step: holds, reads what there is by then, shows it, lets go.
    Join,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Got {
    Live(i64),
    Page(Vec<i64>),
}

#[derive(Default)]
struct Door {
    queued: Mutex<VecDeque<Got>>,
}

impl Outlet for Door {
    fn offer(&self, event: &Event, _kind: Kind) -> Offered {
        let mut queued = self.queued.lock().unwrap();
        if queued.len() >= ROOM {
            return Offered::Full;
        }
        let data: serde_json::Value = serde_json::from_str(event.data()).unwrap();
        queued.push_back(match data.as_array() {
            Some(page) => Got::Page(page.iter().map(|id| id.as_i64().unwrap()).collect()),
            None => Got::Live(data["id"].as_i64().unwrap()),
        });
        Offered::Taken
    }

    fn close(&self, _reason: Reason) {}

    fn has_drained(&self) -> bool {
        self.queued.lock().unwrap().len() <= ROOM / 4
    }

    fn passed_on(&self) -> u64 {
        0
    }
}

/// Messages need nothing of it.
struct Nothing;

impl Source for Nothing {
    fn head(&self) -> StoreResult<EventId> {
        unreachable!()
    }
    fn read_after(&self, _after: EventId, _limit: u16) -> StoreResult<Vec<LogEvent>> {
        unreachable!()
    }
    fn read_for(&self, _user: UserId, _after: EventId, _window: u32) -> StoreResult<(Vec<LogEvent>, EventId)> {
        unreachable!()
    }
    fn members(&self, _chat: ChatId) -> StoreResult<Vec<UserId>> {
        unreachable!()
    }
    fn contacts(&self, _user: UserId, _limit: u16) -> StoreResult<Vec<UserId>> {
        unreachable!()
    }
    fn chat(&self, _chat: ChatId, _viewer: UserId) -> StoreResult<Option<Chat>> {
        unreachable!()
    }
}

#[derive(Default)]
enum CatchingUp {
    #[default]
    Idle,
    At(EventId),
    Holding(EventId, Vec<Arc<Published>>, EventId),
    Handed,
}

#[derive(Default)]
enum Joining {
    #[default]
    No,
    Held,
    Read(Vec<i64>, Shown),
    Shown,
}

/// One socket, and all that acts on it, a step at a time.
struct World {
    log: Vec<Arc<Published>>,
    ring: Ring,
    told: EventId,
    telling: Option<Arc<Published>>,
    socket: Arc<Socket>,
    door: Arc<Door>,
    queued: bool,
    threads: [CatchingUp; 2],
    joining: Joining,
    read: Vec<Got>,
}

fn id(number: usize) -> i64 {
    i64::try_from(number).unwrap()
}

impl World {
    fn new() -> Self {
        let door = Arc::new(Door::default());
        let new = NewSocket {
            user: ME,
            session: SessionId::new(1),
            expires_at: Timestamp::from_micros(1),
            only: None,
            outlet: door.clone(),
        };
        Self {
            log: Vec::new(),
            ring: Ring::new(EventId::NONE, 3, usize::MAX),
            told: EventId::NONE,
            telling: None,
            socket: Arc::new(Socket::new(1, new, EventId::NONE)),
            door,
            queued: true,
            threads: Default::default(),
            joining: Joining::No,
            read: Vec::new(),
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Write { mine } => self.write(mine),
            Step::Publish => self.publish(),
            Step::CatchUp(thread) => self.catch_up(thread),
            Step::Read(count) => self.read(count),
            Step::Join => self.join(),
        }
        assert!(self.door.queued.lock().unwrap().len() <= ROOM, "memory is bounded");
    }

    fn write(&mut self, mine: bool) {
        let eid = id(self.log.len() + 1);
        let seq = id(self.mine(0, self.log.len()).len() + 1);
        let message = Message {
            id: MessageId::new(eid),
            chat_id: ChatId::new(if mine { 1 } else { 2 }),
            seq: Seq::parse(seq).unwrap(),
            sender: None,
            text: String::new(),
            at: Timestamp::from_micros(0),
            client_id: None,
            deleted: false,
        };
        let event =
            LogEvent { eid: EventId::new(eid), at: Timestamp::from_micros(0), what: Happening::Message(message) };
        let members = |_chat| Ok(if mine { Users::from([ME]) } else { Users::from([]) });
        self.log.push(Arc::new(Published::of(&event, &members, &Nothing).unwrap()));
    }

    /// Events of mine after `from` and up to `to`.
    fn mine(&self, from: usize, to: usize) -> Vec<Arc<Published>> {
        self.log[from.min(to)..to].iter().filter(|event| event.is_for(ME)).cloned().collect()
    }

    fn publish(&mut self) {
        if let Some(event) = self.telling.take() {
            if event.is_for(ME) {
                let then = self.socket.hear(&event);
                self.then(then);
            }
            self.told = event.eid;
        } else if let Some(event) = self.log.get(usize::try_from(self.ring.head().get()).unwrap()) {
            self.ring.push(Arc::clone(event));
            self.telling = Some(Arc::clone(event));
        }
    }

    fn then(&mut self, then: Then) {
        match then {
            Then::GoOn | Then::Wait => {}
            Then::CatchUp => self.queued = true,
            Then::LetGo => unreachable!("nobody closes it"),
        }
    }

    fn settle(&mut self) {
        if !self.socket.settle(|| self.ring.head()) {
            self.queued = true;
        }
    }

    fn catch_up(&mut self, thread: usize) {
        self.threads[thread] = match std::mem::take(&mut self.threads[thread]) {
            CatchingUp::Idle if self.queued => {
                self.queued = false;
                self.socket.lag().map_or(CatchingUp::Idle, CatchingUp::At)
            }
            CatchingUp::Idle => CatchingUp::Idle,
            CatchingUp::At(pos) => {
                let (mut events, to) = self.ring.after(pos, 2).unwrap_or_else(|| self.of_log(pos));
                events.retain(|event| event.is_for(ME));
                CatchingUp::Holding(pos, events, to)
            }
            CatchingUp::Holding(pos, events, to) => match self.socket.read_on(pos, &events, to) {
                Some(Then::GoOn) | None => CatchingUp::Handed,
                Some(then) => {
                    self.then(then);
                    CatchingUp::Idle
                }
            },
            CatchingUp::Handed => {
                self.settle();
                CatchingUp::Idle
            }
        };
    }

    fn of_log(&self, pos: EventId) -> (Vec<Arc<Published>>, EventId) {
        let from = usize::try_from(pos.get()).unwrap();
        let to = (from + 3).min(self.log.len());
        (self.mine(from, to), EventId::new(id(to)).max(pos))
    }

    fn read(&mut self, count: usize) {
        for _ in 0..count {
            self.read.extend(self.door.queued.lock().unwrap().pop_front());
        }
        if self.door.has_drained() && self.socket.is_behind() {
            self.queued = true;
        }
    }

    fn join(&mut self) {
        self.joining = match std::mem::take(&mut self.joining) {
            Joining::No => {
                self.socket.hold(|| self.told);
                Joining::Held
            }
            Joining::Held => self.newest(),
            Joining::Read(page, shown) => match self.socket.show(&Event::new("past_history", &page), shown) {
                Offered::Taken => Joining::Shown,
                _ => Joining::Read(page, shown),
            },
            Joining::Shown => {
                self.socket.release();
                self.settle();
                Joining::No
            }
        };
    }

    /// The newest three, as the log is now; and its end, by which the page is known.
    fn newest(&self) -> Joining {
        let all = self.mine(0, self.log.len());
        let page = &all[all.len().saturating_sub(3)..];
        let end = id(self.log.len());
        let numbers = page.iter().map(|event| event.eid.get()).chain([end]).collect();
        let seq = |event: &Arc<Published>| event.message.unwrap().1;
        let shown = Shown {
            chat: ChatId::new(1),
            after: page.first().map_or(Seq::NONE, |first| Seq::parse(seq(first).get() - 1).unwrap()),
            to: page.last().map_or(Seq::NONE, seq),
            until: EventId::new(end),
        };
        Joining::Read(numbers, shown)
    }

    /// Lets everything come to rest.
    fn finish(&mut self) {
        while !matches!(self.joining, Joining::No) {
            self.step(Step::Read(ROOM));
            self.step(Step::Join);
        }
        for _ in 0..6 * self.log.len() + 20 {
            self.step(Step::Publish);
            self.step(Step::CatchUp(0));
            self.step(Step::CatchUp(1));
            self.step(Step::Read(ROOM));
        }
    }

    fn check(&self) {
        let live: Vec<_> =
            self.read.iter().filter_map(|got| if let Got::Live(id) = got { Some(*id) } else { None }).collect();
        assert!(live.is_sorted_by(|one, next| one < next), "in order, each once: {live:?}");
        let (mut shown, mut last) = (BTreeSet::new(), 0);
        for got in &self.read {
            match got {
                Got::Live(id) => {
                    assert!(!shown.contains(id), "{id} came after it was shown");
                    last = *id;
                }
                Got::Page(page) => {
                    let (end, messages) = page.split_last().unwrap();
                    assert!(last <= *end, "{last} came before a page that does not have it");
                    shown.extend(messages.iter().copied());
                }
            }
        }
        let all: BTreeSet<_> = self.mine(0, self.log.len()).iter().map(|event| event.eid.get()).collect();
        let got: BTreeSet<_> = live.into_iter().chain(shown).collect();
        assert_eq!(got, all, "nothing is lost");
        assert!(!self.socket.is_behind(), "and it is live at last");
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<bool>().prop_map(|mine| Step::Write { mine }),
        6 => Just(Step::Publish),
        6 => (0..2_usize).prop_map(Step::CatchUp),
        3 => (1..ROOM).prop_map(Step::Read),
        2 => Just(Step::Join),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_whatever_order_everybody_gets_exactly_the_log(steps in prop::collection::vec(step(), 0..160)) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
        }
        world.finish();
        world.check();
    }
}
