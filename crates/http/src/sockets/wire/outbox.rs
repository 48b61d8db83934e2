//! What waits to be sent on one connection: bounded, and refused whole when it does not fit.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use actix_web::web::Bytes;

use crate::sockets::peer::Drained;

/// How many frames may wait.
const FRAMES: usize = 256;
/// How many bytes may wait. Whatever its size, one frame may always wait alone.
const BYTES: usize = 256 * 1024;

/// Frames on their way out.
#[derive(Default)]
pub(crate) struct Outbox {
    frames: VecDeque<Bytes>,
    bytes: usize,
    passed: u64,
    /// Something was refused for want of room.
    starved: bool,
    waiting: Option<Weak<dyn Drained>>,
}

impl Outbox {
    /// Queues a frame. False when there is no room; who waits for it is told later.
    pub(crate) fn push(&mut self, frame: Bytes) -> bool {
        let taken = self.push_within(frame, 1);
        self.starved |= !taken;
        taken
    }

    /// Queues the answer to something that the client asked for, for which there is as much room again. One who is
    /// told much could else not be answered.
    pub(crate) fn push_answer(&mut self, frame: Bytes) -> bool {
        self.push_within(frame, 2)
    }

    /// Queues a page of what was asked for, as long as that may be: the next one is to be asked for when it has left.
    pub(crate) fn push_page(&mut self, page: impl Iterator<Item = Bytes>) {
        page.for_each(|frame| self.queue(frame));
    }

    fn push_within(&mut self, frame: Bytes, times: usize) -> bool {
        let length = frame.len();
        let fits = self.frames.len() < FRAMES * times && self.bytes.saturating_add(length) <= BYTES * times;
        let taken = fits || self.frames.is_empty();
        if taken {
            self.queue(frame);
        }
        taken
    }

    fn queue(&mut self, frame: Bytes) {
        self.bytes += frame.len();
        self.frames.push_back(frame);
    }

    pub(crate) fn pop(&mut self) -> Option<Bytes> {
        let frame = self.frames.pop_front()?;
        self.bytes -= frame.len();
        self.passed += 1;
        if self.frames.is_empty() {
            self.frames.shrink_to(4);
        }
        Some(frame)
    }

    /// How many frames have left.
    pub(crate) fn passed(&self) -> u64 {
        self.passed
    }

    /// Whether less than a quarter of the bound is taken.
    pub(crate) fn has_drained(&self) -> bool {
        self.frames.len() < FRAMES / 4 && self.bytes < BYTES / 4
    }

    /// Has `who` told when there is room again after something was refused.
    pub(crate) fn tell_when_drained<D: Drained + 'static>(&mut self, who: &Arc<D>) {
        let who: Weak<D> = Arc::downgrade(who);
        self.waiting = Some(who);
    }

    /// Counts what does not fit beside what waits now as refused: it was not even offered.
    pub(crate) fn refuse_until_drained(&mut self) {
        self.starved |= !self.has_drained();
    }

    /// Who is to be told that there is room again, once for each time.
    pub(crate) fn drained(&mut self) -> Option<Arc<dyn Drained>> {
        if !self.starved || !self.has_drained() {
            return None;
        }
        self.starved = false;
        self.waiting.as_ref().and_then(Weak::upgrade)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_so_much_and_no_more_but_always_one() {
        let mut outbox = Outbox::default();
        let (small, large) = (Bytes::from_static(b"x"), Bytes::from(vec![0; 2 * BYTES]));
        assert!(outbox.push(large.clone()), "one alone");
        assert!(!outbox.push(small.clone()));
        assert!(outbox.pop().is_some());
        assert!((0..FRAMES).all(|_| outbox.push(small.clone())));
        assert!(!outbox.push(small.clone()), "too many");
        assert!((0..FRAMES).all(|_| outbox.push_answer(small.clone())));
        assert!(!outbox.push_answer(small), "too many even so");
        assert!(!outbox.has_drained());
        while outbox.frames.len() >= FRAMES / 4 {
            assert!(!outbox.has_drained());
            outbox.pop();
        }
        assert!(outbox.has_drained());
        assert!(!outbox.push(large), "too large beside others");
        assert_eq!(outbox.passed(), 1 + 193 + 256);
    }

    #[test]
    fn a_page_is_taken_whole_and_room_is_told_of_once_to_who_was_refused() {
        #[derive(Default)]
        struct Ear;
        impl Drained for Ear {
            fn drained(&self) {}
        }
        let (mut outbox, ear) = (Outbox::default(), Arc::new(Ear));
        outbox.tell_when_drained(&ear);
        outbox.push_page((0..2 * FRAMES).map(|_| Bytes::from_static(b"x")));
        assert!(!outbox.has_drained() && outbox.drained().is_none());
        assert!(!outbox.push(Bytes::from_static(b"y")));
        while !outbox.has_drained() {
            assert!(outbox.drained().is_none(), "there is no room yet");
            assert!(outbox.pop().is_some());
        }
        assert!(outbox.drained().is_some() && outbox.drained().is_none());
    }
}
