//! One client of a Socket.IO application, from its first CONNECT to the end of its session.

use std::sync::Arc;
use std::time::Instant;

use actix_web::HttpRequest;
use gigline_chat::CloseReason;
use gigline_chat::engineio::{self, Sid};
use gigline_chat::socketio::{Config, Connection, Incoming, Violation};
use serde_json::value::RawValue;

use super::application::{Application, Event, Turned};
use super::socket::Socket;
use crate::sockets::engineio::{Denied, Link, Service};
use crate::sockets::peer::{Message, Peer};

/// Socket.IO as an Engine.IO service.
pub struct SocketIo<A> {
    application: Arc<A>,
    config: Config,
}

impl<A: Application> SocketIo<A> {
    /// Serves `application`.
    pub fn new(application: A, config: Config) -> Self {
        Self { application: Arc::new(application), config }
    }
}

impl<A: Application> Service for SocketIo<A> {
    type Guest = Arc<A::Guest>;
    type Peer = Talk<A>;

    fn config(&self) -> &engineio::Config {
        self.application.config()
    }

    async fn admit(&self, request: &HttpRequest) -> Result<Arc<A::Guest>, Denied> {
        self.application.admit(request).await.map(Arc::new)
    }

    fn is_same(&self, guest: &Arc<A::Guest>, request: &HttpRequest) -> bool {
        self.application.is_same(guest, request)
    }

    fn start(&self, guest: &Arc<A::Guest>, link: &Link) -> Talk<A> {
        Talk {
            application: Arc::clone(&self.application),
            guest: Arc::clone(guest),
            link: link.clone(),
            connection: Connection::new(self.config, Instant::now()),
            members: Vec::new(),
        }
    }
}

/// One client.
pub struct Talk<A: Application> {
    application: Arc<A>,
    guest: Arc<A::Guest>,
    link: Link,
    connection: Connection,
    /// The namespaces that it has joined: few.
    members: Vec<(Arc<str>, A::Member)>,
}

impl<A: Application> Peer for Talk<A> {
    async fn receive(&mut self, message: Message) {
        let now = Instant::now();
        let heard = match &message {
            Message::Text(text) => self.connection.text(text, now),
            Message::Binary(data) => self.connection.binary(data, now),
        };
        match heard {
            Ok(Some(incoming)) => self.heed(incoming).await,
            Ok(None) => {}
            Err(violation) => self.close(violation),
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.connection.next_deadline()
    }

    fn tick(&mut self, now: Instant) {
        // We ask for no acks, so none is missed.
        if let Err(violation) = self.connection.tick(now) {
            self.close(violation);
        }
    }

    async fn ended(&mut self, reason: CloseReason) {
        for (_, member) in self.members.drain(..) {
            self.application.left(member, reason).await;
        }
    }
}

impl<A: Application> Talk<A> {
    async fn heed(&mut self, incoming: Incoming) {
        match incoming {
            Incoming::Connect { ns, payload } => self.connect(ns, payload).await,
            Incoming::Event { ns, ack, args, attachments } => {
                if let Some((_, member)) = self.members.iter_mut().find(|(name, _)| *name == ns) {
                    self.application.event(member, Event { args, attachments, ack }).await;
                }
            }
            Incoming::Disconnect { ns } => {
                if let Some(place) = self.members.iter().position(|(name, _)| *name == ns) {
                    let (_, member) = self.members.swap_remove(place);
                    self.application.left(member, CloseReason::Client).await;
                }
            }
            Incoming::Ack { .. } | Incoming::AckMissed { .. } => {}
        }
    }

    async fn connect(&mut self, ns: Arc<str>, payload: Option<Box<RawValue>>) {
        if !self.application.has(&ns) {
            return self.refuse(&ns, "Invalid namespace", None);
        }
        let socket = Socket::new(self.link.clone(), Arc::clone(&ns));
        match self.application.connect(&self.guest, &socket, payload.as_deref()).await {
            Ok(member) => self.accept(ns, member).await,
            Err(turned) => self.refuse(&ns, &turned.message, turned.data().as_deref()),
        }
    }

    async fn accept(&mut self, ns: Arc<str>, mut member: A::Member) {
        let known_as = Sid::generate();
        let joined = if self.application.keeps(&ns) {
            self.connection.accept(&ns, known_as.as_str())
        } else {
            self.connection.accept_beside(&ns, known_as.as_str())
        };
        let Some(joined) = joined else { return };
        self.link.reply(&[joined]);
        self.application.connected(&mut member).await;
        self.members.push((ns, member));
    }

    fn refuse(&mut self, ns: &str, message: &str, data: Option<&RawValue>) {
        if let Some(refused) = self.connection.refuse(ns, message, data) {
            self.link.reply(&[refused]);
        }
    }

    fn close(&self, violation: Violation) {
        self.link.close(match violation {
            Violation::Idle => CloseReason::Finished,
            Violation::TooLarge => CloseReason::TooBig,
            Violation::TooManyNamespaces | Violation::TooManyConnects => CloseReason::Policy,
            _ => CloseReason::Protocol,
        });
    }
}

impl Turned {
    fn data(&self) -> Option<Box<RawValue>> {
        serde_json::value::to_raw_value(&serde_json::json!({ "code": self.code })).ok()
    }
}

#[cfg(test)]
mod tests;
