//! What came in and was not yet looked at: in the order in which it came, and bounded by making those wait who bring it.

use std::collections::VecDeque;

use crate::sockets::peer::Message;

/// How many bytes may lie here before those who bring more must wait.
const FULL: usize = 64 * 1024;
/// What a message takes besides its bytes.
const OVERHEAD: usize = 64;

/// Messages of one session.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    messages: VecDeque<Message>,
    bytes: usize,
}

impl Inbox {
    pub(super) fn pop(&mut self) -> Option<Message> {
        let message = self.messages.pop_front()?;
        self.bytes = self.bytes.saturating_sub(message.len() + OVERHEAD);
        if self.messages.is_empty() {
            // An idle connection keeps no room for its busiest minute.
            self.messages = VecDeque::new();
        }
        Some(message)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes >= FULL
    }
}

impl Extend<Message> for Inbox {
    fn extend<I: IntoIterator<Item = Message>>(&mut self, messages: I) {
        for message in messages {
            self.bytes += message.len() + OVERHEAD;
            self.messages.push_back(message);
        }
    }
}
