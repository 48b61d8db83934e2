//! What waits to be sent: bounded, in order, and a unit goes in whole or not at all.

use std::collections::VecDeque;

use super::Config;
use crate::Frame;

pub(super) struct Outbox {
    frames: VecDeque<Frame>,
    bytes: usize,
    most_frames: usize,
    most_bytes: usize,
}

impl Outbox {
    pub(super) fn new(config: &Config) -> Self {
        Self { frames: VecDeque::new(), bytes: 0, most_frames: config.outbox_frames, most_bytes: config.outbox_bytes }
    }

    /// Queues `unit`, and says whether there was room. An empty outbox takes a unit of any size, which otherwise
    /// could never be sent.
    pub(super) fn push(&mut self, unit: &[Frame]) -> bool {
        let bytes = unit.iter().map(size).sum::<usize>().saturating_add(self.bytes);
        let fits = self.frames.len().saturating_add(unit.len()) <= self.most_frames && bytes <= self.most_bytes;
        if !fits && !self.frames.is_empty() {
            return false;
        }
        self.frames.extend(unit.iter().cloned());
        self.bytes = bytes;
        true
    }

    pub(super) fn front(&self) -> Option<&Frame> {
        self.frames.front()
    }

    pub(super) fn pop(&mut self) -> Option<Frame> {
        let frame = self.frames.pop_front()?;
        self.bytes = self.bytes.saturating_sub(size(&frame));
        if self.frames.is_empty() {
            // An idle connection keeps no room for its busiest minute.
            self.frames = VecDeque::new();
        }
        Some(frame)
    }

    pub(super) fn clear(&mut self) {
        self.frames = VecDeque::new();
        self.bytes = 0;
    }

    pub(super) fn frames(&self) -> usize {
        self.frames.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

fn size(frame: &Frame) -> usize {
    frame.bytes().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(most_frames: usize, most_bytes: usize) -> Outbox {
        Outbox::new(&Config { outbox_frames: most_frames, outbox_bytes: most_bytes, ..Config::default() })
    }

    #[test]
    fn a_unit_goes_in_whole_or_not_at_all() {
        let mut outbox = outbox(3, 100);
        let (one, two) = (Frame::text("1"), Frame::text("2"));
        assert!(outbox.push(&[one.clone(), two.clone()]));
        assert!(!outbox.push(&[one.clone(), two.clone()]));
        assert!(outbox.push(&[two]));
        assert_eq!((outbox.frames(), outbox.bytes()), (3, 9));
    }

    #[test]
    fn bytes_are_bounded_and_counted_down_again() {
        let mut outbox = outbox(100, 10);
        assert!(outbox.push(&[Frame::text("12345678")]));
        assert!(!outbox.push(&[Frame::text("9")]));
        assert!(outbox.pop().is_some());
        assert_eq!(outbox.bytes(), 0);
        assert!(outbox.push(&[Frame::text("9")]));
    }

    #[test]
    fn one_unit_too_large_may_wait_alone() {
        let mut outbox = outbox(1, 10);
        let large = Frame::text(&"x".repeat(1000));
        assert!(outbox.push(&[large.clone(), large.clone()]));
        assert!(!outbox.push(&[Frame::text("1")]));
        outbox.clear();
        assert!(outbox.push(&[large]));
    }
}
