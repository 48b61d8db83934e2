//! Who is told of what, and who waits: the state's own rules are tested where they stand.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};
use std::time::Duration;

use actix_web::web::Bytes;
use gigline_chat::engineio::{Sid, Transport, WsId, WsOpen, message};

use super::*;
use crate::sockets::peer::Message;
use crate::sockets::wire::Outgoing;

fn link(transport: Transport) -> Link {
    let config = Config { outbox_frames: 16, ..Config::default() };
    Link::new(Session::open(Sid::generate(), transport, config, Instant::now()), &config)
}

fn hello() -> [Frame; 1] {
    [message(&["hello"])]
}

impl Link {
    /// A session that was just opened by WebSocket.
    pub(in crate::sockets) fn opened() -> Self {
        link(Transport::WebSocket)
    }

    /// A session that was just opened by polling.
    pub(in crate::sockets) fn polled() -> Self {
        link(Transport::Polling)
    }

    /// Why it ended, if it has and nothing is left to do.
    pub(in crate::sockets) fn ended(&self) -> Option<CloseReason> {
        match self.next_work() {
            Work::Ended(reason) => Some(reason),
            Work::Receive(_) | Work::Wait => None,
        }
    }

    /// Reads what was written to the client.
    pub(in crate::sockets) fn read(&self) -> Vec<Bytes> {
        std::iter::from_fn(|| pop(self)).collect()
    }
}

/// How often it was told.
#[derive(Default)]
struct Told(AtomicUsize);

impl Drained for Told {
    fn drained(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.drained();
    }
}

fn pop(link: &Link) -> Option<Bytes> {
    match link.pop(WsId::FIRST, Waker::noop()) {
        Outgoing::Frame(frame) => Some(frame),
        Outgoing::Nothing | Outgoing::End => None,
    }
}

#[test]
fn who_was_refused_is_told_once_when_there_is_room_again() {
    let (link, told) = (link(Transport::WebSocket), Arc::new(Told::default()));
    link.tell_when_drained(&told);
    assert!(pop(&link).is_some(), "the handshake");
    assert!((0..8).all(|_| link.send(&hello()) == Sent::Queued), "half of it is for what nobody asked for");
    assert_eq!(link.send(&hello()), Sent::Full);
    assert!((0..8).all(|_| link.answer(&hello()) == Sent::Queued), "and half for answers");
    assert_eq!(link.answer(&hello()), Sent::Full);
    let mut left = 16;
    while pop(&link).is_some() {
        left -= 1;
        assert_eq!(told.0.load(Ordering::SeqCst), usize::from(left < 2), "{left} left");
    }
    assert_eq!((left, link.passed_on()), (0, 17));
    link.send(&hello());
    assert!(pop(&link).is_some());
    assert_eq!(told.0.load(Ordering::SeqCst), 1, "nothing was refused since");
}

#[test]
fn a_waiting_poll_gets_what_is_sent() {
    let link = link(Transport::Polling);
    let Poll::Wait(mut answer) = link.poll() else { panic!("there is nothing yet") };
    assert!(answer.try_recv().is_err());
    link.send(&[message(&["one"]), message(&["two"])]);
    assert_eq!(answer.try_recv().unwrap(), "4one\u{1e}4two");
    assert!(matches!(link.poll(), Poll::Wait(_)));
    link.close(CloseReason::GoingAway);
    assert!(matches!(link.next_work(), Work::Ended(CloseReason::GoingAway)));
}

#[test]
fn what_came_before_a_goodbye_is_done_and_what_came_before_an_expulsion_is_not() {
    let came = |link: &Link| {
        link.post_begin().unwrap();
        link.post(b"4one\x1e4two").unwrap();
    };
    let leaving = link(Transport::Polling);
    came(&leaving);
    leaving.post_begin().unwrap();
    leaving.post(b"1").unwrap();
    for text in ["one", "two"] {
        assert!(matches!(leaving.next_work(), Work::Receive(Message::Text(came)) if came == text));
    }
    assert!(matches!(leaving.next_work(), Work::Ended(CloseReason::Client)));
    let expelled = link(Transport::Polling);
    came(&expelled);
    expelled.close(CloseReason::SignedOut);
    assert!(matches!(expelled.next_work(), Work::Ended(CloseReason::SignedOut)));
}

#[test]
fn who_brings_too_much_waits_until_it_is_done() {
    let link = link(Transport::WebSocket);
    let large = format!("4{}", "x".repeat(70_000));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        link.room().await;
        link.ws_text(WsId::FIRST, &large);
        let mut room = std::pin::pin!(link.room());
        assert!(futures_util::poll!(&mut room).is_pending());
        assert!(matches!(link.next_work(), Work::Receive(_)));
        room.await;
    });
}

#[test]
fn after_goodbye_comes_nothing_not_even_a_pong() {
    let link = Link::opened();
    link.ws_ping(WsId::FIRST, b"in time");
    let pong = Frame::pong(b"in time").into_bytes();
    assert_eq!(link.read().first(), Some(&pong));
    link.close(CloseReason::GoingAway);
    assert_eq!(pop(&link), Some(CloseReason::GoingAway.frame().into_bytes()));
    link.ws_ping(WsId::FIRST, b"too late");
    assert!(matches!(link.pop(WsId::FIRST, Waker::noop()), Outgoing::End));
}

#[test]
fn a_pong_goes_to_the_websocket_that_pinged_and_an_uncalled_one_gets_none() {
    let link = link(Transport::Polling);
    let (WsOpen::Accept(probing), WsOpen::Accept(uncalled)) = (link.ws_open(), link.ws_open()) else { panic!() };
    link.ws_ping(probing, b"there?");
    link.ws_ping(uncalled, b"and me?");
    let next = |id| match link.pop(id, Waker::noop()) {
        Outgoing::Frame(frame) => Some(frame),
        Outgoing::Nothing | Outgoing::End => None,
    };
    assert_eq!(next(uncalled), Some(CloseReason::Finished.frame().into_bytes()));
    assert_eq!(next(uncalled), None);
    assert_eq!(next(probing), Some(Frame::pong(b"there?").into_bytes()));
}

#[test]
fn a_ping_that_no_poll_came_for_goes_out_as_soon_as_the_session_has_moved() {
    let config = Config::default();
    let opened = Instant::now().checked_sub(config.ping_interval + Duration::from_secs(1)).unwrap();
    let link = Link::new(Session::open(Sid::generate(), Transport::Polling, config, opened), &config);
    assert!(link.tick().is_some(), "the ping is due, and nobody polls");
    let WsOpen::Accept(id) = link.ws_open() else { panic!("it is open") };
    link.ws_text(id, "2probe");
    let (told, answer) = (Arc::new(Told::default()), Frame::text("3probe").into_bytes());
    let waker = Waker::from(Arc::clone(&told));
    assert!(matches!(link.pop(id, &waker), Outgoing::Frame(frame) if frame == answer));
    assert!(matches!(link.pop(id, &waker), Outgoing::Nothing));
    link.ws_text(id, "5");
    assert_eq!(told.0.load(Ordering::SeqCst), 1, "the body is to look");
    assert!(matches!(link.pop(id, &waker), Outgoing::Frame(frame) if frame == Frame::text("2").into_bytes()));
    assert!(matches!(link.pop(id, &waker), Outgoing::Nothing));
    link.ws_text(id, "4hello");
    assert_eq!(told.0.load(Ordering::SeqCst), 1, "a message is nothing for it");
}
