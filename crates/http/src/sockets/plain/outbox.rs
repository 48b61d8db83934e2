//! What waits to be sent on a plain WebSocket: bounded, and refused whole when it does not fit.

use std::collections::VecDeque;

use actix_web::web::Bytes;
use gigline_chat::Frame;

/// How many frames may wait.
const FRAMES: usize = 256;
/// How many bytes may wait. Whatever its size, one frame may always wait alone.
const BYTES: usize = 256 * 1024;

/// Frames on their way out.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    frames: VecDeque<Bytes>,
    bytes: usize,
    passed: u64,
}

impl Outbox {
    /// Queues a frame; false when there is no room.
    pub(super) fn push(&mut self, frame: Frame) -> bool {
        self.push_within(frame, 1)
    }

    /// Queues the answer to something that the client asked for, for which there is as much room again. One who is
    /// told much could else not be answered.
    pub(super) fn push_answer(&mut self, frame: Frame) -> bool {
        self.push_within(frame, 2)
    }

    fn push_within(&mut self, frame: Frame, times: usize) -> bool {
        let length = frame.bytes().len();
        let fits = self.frames.len() < FRAMES * times && self.bytes.saturating_add(length) <= BYTES * times;
        if fits || self.frames.is_empty() {
            self.bytes += length;
            self.frames.push_back(frame.into_bytes());
            return true;
        }
        false
    }

    pub(super) fn pop(&mut self) -> Option<Bytes> {
        let frame = self.frames.pop_front()?;
        self.bytes -= frame.len();
        self.passed += 1;
        if self.frames.is_empty() {
            self.frames.shrink_to(4);
        }
        Some(frame)
    }

    /// How many frames have left.
    pub(super) fn passed(&self) -> u64 {
        self.passed
    }

    /// Whether less than a quarter of the bound is taken.
    pub(super) fn has_drained(&self) -> bool {
        self.frames.len() < FRAMES / 4 && self.bytes < BYTES / 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_so_much_and_no_more_but_always_one() {
        let mut outbox = Outbox::default();
        let large = Frame::binary(&vec![0; 2 * BYTES]);
        assert!(outbox.push(large.clone()), "one alone");
        assert!(!outbox.push(Frame::text("x")));
        assert!(outbox.pop().is_some());
        assert!((0..FRAMES).all(|_| outbox.push(Frame::text("x"))));
        assert!(!outbox.push(Frame::text("x")), "too many");
        assert!((0..FRAMES).all(|_| outbox.push_answer(Frame::text("x"))));
        assert!(!outbox.push_answer(Frame::text("x")), "too many even so");
        assert!(!outbox.has_drained());
        while outbox.frames.len() >= FRAMES / 4 {
            assert!(!outbox.has_drained());
            outbox.pop();
        }
        assert!(outbox.has_drained());
        assert!(!outbox.push(large), "too large beside others");
        assert_eq!(outbox.passed(), 1 + 193 + 256);
    }
}
