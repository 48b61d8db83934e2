//! `join`: history and what comes after it, without a gap and without a message twice.
//!
//! The socket is held, so that nothing new passes it while the history is read and handed over. What of the history
//! was not told yet is remembered as shown; then the socket catches up with the log from where it was, leaving that out.

use std::sync::Arc;
use std::time::Duration;

use gigline_domain::{ChatId, EventId, Seq};
use gigline_persistence::StoreResult;
use gigline_persistence::log;
use gigline_persistence::messages::{self, History, Range};
use serde::Serialize;
use serde_json::value::RawValue;

use super::super::Event;
use super::super::event::json;
use super::super::outlet::Offered;
use super::super::refusal::{Ack, Refusal};
use super::super::shared::Shared;
use super::super::socket::{Shown, Socket};
use super::Target;
use crate::wire::MessageBody;

/// How many messages come without `after`, and with it.
const NEWEST: usize = 100;
const MISSED: usize = 500;
/// How many bytes of JSON a page has at most; the messages of one are never more, so that clients can take it.
const PAGE: usize = 700_000;
/// How long the socket's outlet may take to make room, and how often it is asked in between.
const FOR_ROOM: Duration = Duration::from_secs(10);
const BETWEEN: Duration = Duration::from_millis(50);

/// A stretch of a chat, ready to be sent.
struct Page {
    messages: Vec<Box<RawValue>>,
    shown: Shown,
    last_seq: Seq,
    has_more: bool,
}

/// Gives the socket free again, also if the command is dropped on its way.
struct Held<'a> {
    shared: &'a Shared,
    socket: &'a Arc<Socket>,
}

impl<'a> Held<'a> {
    fn new(shared: &'a Shared, socket: &'a Arc<Socket>) -> Self {
        socket.hold(|| shared.told());
        Self { shared, socket }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.socket.release();
        self.shared.settle(self.socket);
    }
}

impl Shared {
    pub(super) async fn join(&self, socket: &Arc<Socket>, target: Target, after: Option<Seq>) -> Result<Ack, Refusal> {
        #[derive(Serialize)]
        struct Joined {
            chat_id: i64,
            last_seq: i64,
            has_more: bool,
        }
        let held = Held::new(self, socket);
        let page = self.page(socket, target, after).await?;
        let event = page.event();
        self.hand_over(socket, &event, page.shown).await?;
        drop(held);
        for other in self.joined.join(page.shown.chat, socket) {
            self.then(&other, other.whisper(&event, Some(page.shown.chat)));
        }
        let (chat_id, last_seq) = (page.shown.chat.get(), page.last_seq.get());
        Ok(Ack::done(&Joined { chat_id, last_seq, has_more: page.has_more }))
    }

    async fn page(&self, socket: &Socket, target: Target, after: Option<Seq>) -> Result<Page, Refusal> {
        let me = socket.user;
        let read = self.store.read(move |conn| {
            conn.snapshot(|conn| {
                let chat = target.find(conn, me)?;
                let until = log::head(conn)?;
                let (range, limit) = after.map_or((Range::Newest, NEWEST), |after| (Range::After(after), MISSED));
                let history = messages::history(conn, chat, me, range, limit)?;
                StoreResult::Ok(Page::of(&history, chat, until, after))
            })
        });
        Ok(read.await?)
    }

    /// Queues the page for the socket, when there is room for it.
    async fn hand_over(&self, socket: &Socket, event: &Event, shown: Shown) -> Result<(), Refusal> {
        let offers = async {
            loop {
                match socket.show(event, shown) {
                    Offered::Taken => return Ok(()),
                    Offered::Gone => return Err(Refusal::new("unauthorized", "the socket is closed")),
                    // A long page may want more room than the outlet tells of.
                    Offered::Full => drop(tokio::time::timeout(BETWEEN, socket.drained.notified()).await),
                }
            }
        };
        tokio::time::timeout(FOR_ROOM, offers).await.unwrap_or_else(|_elapsed| Err(Refusal::busy()))
    }
}

impl Page {
    /// As much of `history` as a page holds: its beginning after a message, else its end.
    fn of(history: &History, chat: ChatId, until: EventId, after: Option<Seq>) -> Self {
        let messages = history.messages.iter().map(|message| json(&MessageBody::from(message)));
        let mut messages: Vec<_> = messages.filter_map(|text| RawValue::from_string(text).ok()).collect();
        let whole = messages.len();
        let range = match after {
            Some(_) => 0..fitting(messages.iter().map(|text| text.get())),
            None => whole - fitting(messages.iter().rev().map(|text| text.get()))..whole,
        };
        let chosen = history.messages.get(range.clone()).unwrap_or_default();
        messages = messages.drain(range).collect();
        let last_seq = history.last_seq;
        let before = chosen.first().and_then(|first| Seq::parse(first.seq.get() - 1)).unwrap_or(Seq::NONE);
        let to = chosen.last().map_or(Seq::NONE, |last| last.seq);
        let (shown_after, shown_to, has_more) = match after {
            // Who says that they have seen something is not told of it again.
            Some(seen) => (Seq::NONE, to.max(seen.min(last_seq)), to > Seq::NONE && to < last_seq),
            None => (before, to, before > Seq::NONE),
        };
        Self { messages, shown: Shown { chat, after: shown_after, to: shown_to, until }, last_seq, has_more }
    }

    fn event(&self) -> Event {
        #[derive(Serialize)]
        struct Body<'a> {
            chat: &'a [Box<RawValue>],
            chat_id: i64,
            last_seq: i64,
            has_more: bool,
        }
        let (chat_id, last_seq) = (self.shown.chat.get(), self.last_seq.get());
        Event::new("past_history", &Body { chat: &self.messages, chat_id, last_seq, has_more: self.has_more })
    }
}

/// How many of the first of `messages` fit on a page: at least one.
fn fitting<'a>(messages: impl Iterator<Item = &'a str>) -> usize {
    let mut size = 0;
    let fits = |(place, message): &(usize, &str)| {
        size += message.len();
        *place == 0 || size <= PAGE
    };
    messages.enumerate().take_while(fits).count()
}
