//! Silence, and what breaks it; times are short here and have the same order.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Waker;

use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _, stream};

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
