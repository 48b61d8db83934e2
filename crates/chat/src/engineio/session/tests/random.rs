//! Any order of requests, messages, faults and timers, with a door that is prompt or late: what must hold holds.

use std::time::{Duration, Instant};

use bytes::Bytes;
use proptest::prelude::*;

use crate::CloseReason;
use crate::engineio::{Config, Get, Pop, Sent, Session, Sid, Transport, WsId, WsOpen, message};

#[derive(Debug, Clone)]
enum Act {
    Get,
    TakeParked,
    DropGet,
    PostBegin,
    Post(&'static str),
    PostTooLarge,
    PostDropped,
    WsOpen,
    /// A text by the newest WebSocket, or by an older one.
    WsText(u64, &'static str),
    WsBinary(u64),
    WsClosed(u64, CloseReason),
    Pop(u64),
    Send(usize),
    Close,
    Pass(u64),
    /// All that a client does to upgrade.
    Upgrade,
}

fn act() -> impl Strategy<Value = Act> {
    let age = || 0..2_u64;
    let bodies = ["4x", "4x\u{1e}4y", "3", "6", "4x\u{1e}bAAAA\u{1e}3", "1", "4x\u{1e}1\u{1e}4y", "2", "7", "5"];
    let texts = ["2probe", "5", "4x", "3", "6", "1", "2", "7", ""];
    let faults = [CloseReason::TransportClosed, CloseReason::TooBig, CloseReason::NotUtf8];
    prop_oneof![
        8 => Just(Act::Get),
        8 => Just(Act::TakeParked),
        1 => Just(Act::DropGet),
        3 => Just(Act::PostBegin),
        3 => prop::sample::select(bodies[..5].to_vec()).prop_map(Act::Post),
        1 => prop::sample::select(bodies.to_vec()).prop_map(Act::Post),
        1 => Just(Act::PostTooLarge),
        1 => Just(Act::PostDropped),
        2 => Just(Act::WsOpen),
        3 => (age(), prop::sample::select(texts.to_vec())).prop_map(|(age, text)| Act::WsText(age, text)),
        2 => Just(Act::WsText(0, "3")),
        1 => age().prop_map(Act::WsBinary),
        1 => (age(), prop::sample::select(faults.to_vec())).prop_map(|(age, fault)| Act::WsClosed(age, fault)),
        8 => age().prop_map(Act::Pop),
        12 => (1..20_usize).prop_map(Act::Send),
        1 => Just(Act::Close),
        4 => prop::sample::select(vec![1, 500, 3_000, 9_000, 21_000]).prop_map(Act::Pass),
        2 => Just(Act::Upgrade),
    ]
}

/// What the world has seen of the session.
struct World {
    session: Session,
    now: Instant,
    newest_ws: WsId,
    sockets: Vec<WsId>,
    parked: bool,
    sent: usize,
    seen: usize,
}

impl World {
    fn new(transport: Transport) -> Self {
        let now = Instant::now();
        let config = Config { max_payload: 40, outbox_frames: 30, ..Config::default() };
        let session = Session::open(Sid::from_random([7; 15]), transport, config, now);
        let (newest_ws, sockets) = (WsId::FIRST, vec![WsId::FIRST]);
        Self { session, now, newest_ws, sockets, parked: false, sent: 0, seen: 0 }
    }

    fn ws(&self, age: u64) -> WsId {
        let age = usize::try_from(age).unwrap().min(self.sockets.len() - 1);
        self.sockets[self.sockets.len() - 1 - age]
    }

    fn play(&mut self, act: &Act) {
        let (now, was_closed) = (self.now, self.session.closed());
        match *act {
            Act::Get => self.get(),
            Act::TakeParked => self.take_parked(),
            Act::DropGet => {
                self.parked = false;
                self.session.get_dropped(now);
            }
            Act::PostBegin => drop(self.session.post_begin(now)),
            Act::Post(body) => {
                let came = self.session.post(body.as_bytes(), now).map_or(0, Iterator::count);
                assert!(came == 0 || was_closed.is_none(), "delivered after the end");
            }
            Act::PostTooLarge => drop(self.session.post_too_large()),
            Act::PostDropped => self.session.post_dropped(now),
            Act::WsOpen => self.open_ws(),
            Act::WsText(age, text) => {
                let came = self.session.ws_text(self.ws(age), text, now);
                assert!(came.is_none() || was_closed.is_none(), "delivered after the end");
            }
            Act::WsBinary(age) => {
                let came = self.session.ws_binary(self.ws(age), &Bytes::from_static(b"x"), now);
                assert!(came.is_none() || was_closed.is_none(), "delivered after the end");
            }
            Act::WsClosed(age, reason) => self.session.ws_closed(self.ws(age), reason, now),
            Act::Pop(age) => self.pop(self.ws(age)),
            Act::Send(count) => {
                for _ in 0..count {
                    self.send();
                }
            }
            Act::Close => self.session.close(CloseReason::Finished, now),
            Act::Pass(millis) => self.pass(Duration::from_millis(millis)),
            Act::Upgrade => {
                self.open_ws();
                self.session.ws_text(self.newest_ws, "2probe", now);
                self.take_parked();
                self.session.ws_text(self.newest_ws, "5", now);
            }
        }
        assert!(was_closed.is_none() || self.session.closed() == was_closed, "it ends once");
        assert_eq!(self.session.next_deadline().is_none(), self.session.is_done(), "a timer too many, or too few");
        assert!(self.seen <= self.sent);
    }

    fn get(&mut self) {
        match self.session.get(self.now) {
            Get::Answer(body) => self.read(&body),
            Get::Park => {
                assert!(!self.parked, "two wait");
                self.parked = true;
            }
            Get::Refuse(_) => {}
        }
    }

    fn take_parked(&mut self) {
        if let Some(body) = self.session.take_parked() {
            assert!(std::mem::take(&mut self.parked), "an answer that nobody waits for");
            self.read(&body);
        }
    }

    fn open_ws(&mut self) {
        if let WsOpen::Accept(ws) = self.session.ws_open(self.now) {
            assert!(ws > self.newest_ws);
            self.newest_ws = ws;
            self.sockets.push(ws);
        }
    }

    fn read(&mut self, body: &[u8]) {
        let body = std::str::from_utf8(body).unwrap();
        let packets: Vec<_> = body.split('\u{1e}').collect();
        assert!(!body.is_empty() && packets.len() <= 16 && body.len() <= 40, "{body:?}");
        for packet in packets {
            self.see(packet);
        }
    }

    fn pop(&mut self, ws: WsId) {
        if let Pop::Frame(frame) = self.session.pop_ws(ws)
            && frame.is_text()
        {
            self.see(std::str::from_utf8(&frame.payload()).unwrap());
        }
    }

    /// Each message once, and in order.
    fn see(&mut self, packet: &str) {
        if let Some(number) = packet.strip_prefix('4') {
            self.seen += 1;
            assert_eq!(number, self.seen.to_string());
        }
    }

    fn send(&mut self) {
        match self.session.send(&[message(&[&(self.sent + 1).to_string()])]) {
            Sent::Queued => self.sent += 1,
            Sent::Full => assert!(self.session.queued_frames() > 0),
            Sent::Closed => assert!(self.session.closed().is_some()),
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.session.tick(self.now);
        let late = self.session.next_deadline().is_some_and(|deadline| deadline <= self.now);
        assert!(!late, "a timer that went off is still set");
    }

    /// Whatever happened: if the session lives, all that was sent arrives; if not, it is over before long.
    fn finish(&mut self) {
        self.take_parked();
        if self.session.closed().is_none() {
            match self.session.transport() {
                Some(Transport::Polling) if self.parked => {}
                Some(Transport::Polling) => {
                    for _ in 0..self.session.queued_frames() {
                        self.take_once();
                    }
                }
                _ => {
                    let sockets = self.sockets.clone();
                    for ws in sockets {
                        (0..40).for_each(|_| self.pop(ws));
                    }
                }
            }
            assert_eq!(self.seen, self.sent, "lost");
        }
        self.session.close(CloseReason::GoingAway, self.now);
        self.pass(Duration::from_secs(5));
        assert!(self.session.is_done() && self.session.take_parked().is_none());
    }

    fn take_once(&mut self) {
        if self.session.queued_frames() > 0 {
            self.get();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_leaves_once_and_in_order_until_the_end(
        polling in any::<bool>(),
        acts in prop::collection::vec(act(), 1..60),
    ) {
        let mut world = World::new(if polling { Transport::Polling } else { Transport::WebSocket });
        for act in &acts {
            world.play(act);
        }
        world.finish();
    }

    #[test]
    fn messages_in_an_answer_that_was_dropped_end_the_session(acts in prop::collection::vec(act(), 0..40)) {
        let mut world = World::new(Transport::Polling);
        for act in &acts {
            world.play(act);
        }
        let before = world.seen;
        world.get();
        world.take_parked();
        if world.seen > before {
            world.session.ws_text(world.newest_ws, "5", world.now);
            world.session.get_dropped(world.now);
            prop_assert!(world.session.closed().is_some());
        }
    }
}
