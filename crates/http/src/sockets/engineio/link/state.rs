//! What a session's lock protects.

use std::sync::Weak;
use std::task::Waker;
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use gigline_chat::engineio::{Config, Incoming, Sent, Session, Transport, WsId, WsOpen};
use gigline_chat::{CloseReason, Frame};
use tokio::sync::oneshot;

use super::calls::Work;
use crate::sockets::engineio::inbox::Inbox;
use crate::sockets::peer::{Drained, Message};

/// How late a timer may come without anything being wrong.
const TIMERS_LATE: Duration = Duration::from_millis(100);

pub(super) struct State {
    pub(super) session: Session,
    pub(super) inbox: Inbox,
    /// Who waits for the answer of a poll.
    pub(super) poll: Option<oneshot::Sender<Bytes>>,
    /// The body of the WebSocket, when it has written everything.
    pub(super) body: Option<(WsId, Waker)>,
    /// The WebSocket that the session may be about to move to.
    probing: Option<WsId>,
    /// The pong that answers a WebSocket's own ping. A later one takes its place (RFC 6455 §5.5.3).
    pong: Option<(WsId, Bytes)>,
    /// The bodies need not look: nothing was added for them.
    pub(super) quiet: bool,
    /// What the driver sleeps until.
    pub(super) armed: Option<Instant>,
    /// How much has left.
    pub(super) passed: u64,
    /// Something was refused for want of room.
    starved: bool,
    /// Who is to be told when there is some.
    waiting: Vec<Weak<dyn Drained>>,
    /// How much of the outbox is for what nobody asked for: frames and bytes.
    room: (usize, usize),
}

/// Whom to tell of a change.
pub(super) struct News {
    pub(super) poll: Option<(oneshot::Sender<Bytes>, Bytes)>,
    pub(super) body: Option<Waker>,
    pub(super) drained: Vec<Weak<dyn Drained>>,
    pub(super) work: bool,
    pub(super) beat: bool,
    pub(super) ended: bool,
}

impl State {
    pub(super) fn new(session: Session, config: &Config) -> Self {
        Self {
            armed: session.next_deadline(),
            session,
            inbox: Inbox::default(),
            poll: None,
            body: None,
            probing: None,
            pong: None,
            quiet: false,
            passed: 0,
            starved: false,
            waiting: Vec::new(),
            room: (config.outbox_frames / 2, config.outbox_bytes / 2),
        }
    }

    /// Does what time has come for, however late the driver is.
    pub(super) fn keep_time(&mut self, now: Instant) {
        self.quiet = false;
        if let Some(deadline) = self.session.next_deadline().filter(|deadline| *deadline <= now) {
            // Timers come a little late. What follows from a deadline is not to be later each time.
            let late = now.duration_since(deadline);
            self.session.tick(if late < TIMERS_LATE { deadline } else { now });
        }
    }

    pub(super) fn send(&mut self, frames: &[Frame]) -> Sent {
        let (most_frames, most_bytes) = self.room;
        let (queued, bytes) = (self.session.queued_frames(), self.session.queued_bytes());
        let fits = queued < most_frames && bytes < most_bytes;
        let sent = if queued == 0 || fits { self.session.send(frames) } else { Sent::Full };
        self.starved |= sent == Sent::Full;
        sent
    }

    /// Whether less than a quarter of the room is taken.
    pub(super) fn has_drained(&self) -> bool {
        let (frames, bytes) = self.room;
        self.session.queued_frames() < frames / 4 && self.session.queued_bytes() < bytes / 4
    }

    pub(super) fn tell_when_drained(&mut self, who: Weak<dyn Drained>) {
        self.waiting.retain(|who| who.strong_count() > 0);
        self.waiting.push(who);
    }

    /// Takes in a WebSocket that names this session.
    pub(super) fn ws_open(&mut self, now: Instant) -> WsOpen {
        let polling = self.session.transport() == Some(Transport::Polling);
        let opened = self.session.ws_open(now);
        if let (WsOpen::Accept(id), None, true) = (opened, self.probing, polling) {
            self.probing = Some(id);
        }
        opened
    }

    /// A WebSocket has ended, or is to.
    pub(super) fn ws_closed(&mut self, id: WsId, reason: CloseReason, now: Instant) {
        self.probing.take_if(|probing| *probing == id);
        self.session.ws_closed(id, reason, now);
    }

    /// Whether a poll has nothing to fetch and may come too late: the session is about to move, or has moved.
    pub(super) fn is_moving(&self) -> bool {
        let polling = self.session.transport() == Some(Transport::Polling);
        polling && self.probing.is_some() && self.session.queued_frames() == 0
    }

    /// A WebSocket's own ping.
    pub(super) fn ws_ping(&mut self, id: WsId, data: &[u8]) {
        if self.session.is_on(id) {
            self.pong = Some((id, Frame::pong(data).into_bytes()));
        }
    }

    /// The pong for a WebSocket. Where goodbye is said, nothing may come after it (RFC 6455 §5.5.1).
    pub(super) fn take_pong(&mut self, id: WsId) -> Option<Bytes> {
        let (_, pong) = self.pong.take_if(|(of, _)| *of == id)?;
        self.session.is_on(id).then_some(pong)
    }

    /// Whether a WebSocket carries the session.
    pub(super) fn is_carried(&self) -> bool {
        self.session.transport() == Some(Transport::WebSocket)
    }

    /// Takes what came in by a WebSocket, which `carried` the session already or does so only since this message.
    pub(super) fn take_in(&mut self, message: Option<Message>, carried: bool) {
        self.inbox.extend(message);
        // As a rule a message changes nothing for the body that writes to the one who sent it. The one that completes
        // a move does: a ping may have become due that no poll came for.
        self.quiet = carried && self.is_carried() && self.session.queued_frames() == 0;
    }

    /// Whether who brings more must wait. After the end nothing is taken any more, so nobody waits.
    pub(super) fn is_full(&self) -> bool {
        self.inbox.is_full() && self.session.closed().is_none()
    }

    pub(super) fn next_work(&mut self) -> Work {
        let ended = self.session.closed();
        if ended.is_some_and(|reason| !matches!(reason, CloseReason::Client | CloseReason::TransportClosed)) {
            // Who was shown out is not listened to any more. Who left has said what they had to say.
            self.inbox = Inbox::default();
        }
        match (self.inbox.pop(), ended) {
            (Some(message), _) => Work::Receive(message),
            (None, Some(reason)) => Work::Ended(reason),
            (None, None) => Work::Wait,
        }
    }

    /// Whom to tell of what has changed.
    pub(super) fn news(&mut self) -> News {
        let answer = if self.poll.is_some() { self.session.take_parked() } else { None };
        let drained = self.starved && self.has_drained();
        self.starved &= !drained;
        let deadline = self.session.next_deadline();
        let nearer = deadline.is_some_and(|deadline| self.armed.is_none_or(|armed| deadline < armed));
        self.armed = deadline;
        let ended = self.session.closed().is_some();
        News {
            body: if self.quiet { None } else { self.body.take().map(|(_, waker)| waker) },
            drained: if drained { self.waiting.clone() } else { Vec::new() },
            work: !self.inbox.is_empty() || ended,
            ended,
            beat: nearer || self.session.is_done(),
            poll: answer.and_then(|answer| {
                self.passed += 1;
                self.poll.take().map(|poll| (poll, answer))
            }),
        }
    }
}

/// The same message, to be kept.
pub(super) fn owned(incoming: Incoming<'_>) -> Message {
    match incoming {
        Incoming::Text(text) => Message::Text(text.to_owned()),
        Incoming::Binary(data) => Message::Binary(data),
    }
}
