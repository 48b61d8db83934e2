//! Silence, and what breaks it; times are short here and have the same order.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Waker;

use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{FutureExt as _, Stream, StreamExt as _, stream};

use super::*;
use crate::sockets::wire::{Outgoing, Source as _};

const CONFIG: PlainConfig = PlainConfig {
    ping_interval: Duration::from_millis(20),
    ping_timeout: Duration::from_millis(40),
    frame_limit: 64 * 1024,
};

/// Remembers what came.
#[derive(Default, Clone)]
struct Ear(Arc<Mutex<Vec<Received>>>);

impl Peer for Ear {
    async fn receive(&mut self, message: Received) {
        self.0.lock().unwrap().push(message);
    }
}

/// Serves a client who sends these chunks, each after a pause, and then goes silent. What is written to it.
fn served(chunks: Vec<(Duration, Vec<u8>)>) -> (Vec<Received>, Vec<Bytes>) {
    let chunks = stream::iter(chunks).then(|(pause, chunk)| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, PayloadError>(Bytes::from(chunk))
    });
    let chunks: Pin<Box<dyn Stream<Item = _>>> = Box::pin(chunks.chain(stream::pending()));
    let payload = Payload::Stream { payload: chunks };
    let (mut link, ear) = (PlainLink::new(), Ear::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(serve(link.clone(), payload, CONFIG, ear.clone()));
    let written = std::iter::from_fn(|| match link.pop(Waker::noop()) {
        Outgoing::Frame(frame) => Some(frame),
        Outgoing::Nothing | Outgoing::End => None,
    });
    let heard = ear.0.lock().unwrap().clone();
    (heard, written.collect())
}

fn bytes(frames: &[Frame]) -> Vec<Bytes> {
    frames.iter().map(|frame| frame.bytes().clone()).collect()
}

/// A frame of a client's, under a mask of zeros.
fn frame(first: u8, text: &str) -> Vec<u8> {
    let head = [first, 0x80 | u8::try_from(text.len()).unwrap(), 0, 0, 0, 0];
    [&head, text.as_bytes()].concat()
}

#[test]
fn who_is_silent_is_asked_and_then_let_go() {
    let started = Instant::now();
    let (heard, written) = served(vec![]);
    assert!(started.elapsed() >= CONFIG.ping_interval + CONFIG.ping_timeout);
    assert_eq!(heard, []);
    assert_eq!(written, bytes(&[Frame::ping(b""), CloseReason::PingTimeout.frame()]));
}

#[test]
fn a_part_of_a_message_is_a_sign_of_life() {
    let message = frame(0x81, "hello");
    let (first, rest) = message.split_at(3);
    let slowly = Duration::from_millis(35);
    let (heard, _) = served(vec![(slowly, first.to_vec()), (slowly, rest.to_vec())]);
    assert_eq!(heard, [Received::Text("hello".to_owned())]);
}

#[test]
fn a_ping_is_answered_and_each_end_has_its_word() {
    let now = Duration::ZERO;
    let (_, written) = served(vec![(now, frame(0x89, "there?")), (now, frame(0x88, ""))]);
    assert_eq!(written, bytes(&[Frame::pong(b"there?"), CloseReason::Client.frame()]));
    let (heard, written) = served(vec![(now, frame(0x82, "bytes"))]);
    assert_eq!((heard, written), (vec![], bytes(&[CloseReason::Unsupported.frame()])));
}

/// Panics as soon as it hears something.
struct Faulty;

impl Peer for Faulty {
    async fn receive(&mut self, _: Received) {
        panic!("a fault of the application's");
    }
}

#[test]
fn when_the_application_panics_the_connection_ends() {
    let mut link = PlainLink::new();
    let chunk = Ok::<_, PayloadError>(Bytes::from(frame(0x81, "hello")));
    let chunks: Pin<Box<dyn Stream<Item = _>>> = Box::pin(stream::iter([chunk]).chain(stream::pending()));
    let served = serve(link.clone(), Payload::Stream { payload: chunks }, CONFIG, Faulty);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    assert!(runtime.block_on(AssertUnwindSafe(served).catch_unwind()).is_err());
    let Outgoing::Frame(goodbye) = link.pop(Waker::noop()) else { panic!("nobody says goodbye") };
    assert_eq!(goodbye, CloseReason::GoingAway.frame().into_bytes());
    assert!(matches!(link.pop(Waker::noop()), Outgoing::End));
}

#[test]
fn after_goodbye_comes_nothing_not_even_a_pong() {
    let mut link = PlainLink::new();
    link.control(Frame::pong(b"in time"));
    link.close(CloseReason::Policy);
    link.control(Frame::pong(b"too late"));
    let written: Vec<_> = std::iter::from_fn(|| match link.pop(Waker::noop()) {
        Outgoing::Frame(frame) => Some(frame),
        Outgoing::Nothing | Outgoing::End => None,
    })
    .collect();
    assert_eq!(written, bytes(&[Frame::pong(b"in time"), CloseReason::Policy.frame()]));
    link.control(Frame::pong(b"far too late"));
    assert!(matches!(link.pop(Waker::noop()), Outgoing::End));
}
