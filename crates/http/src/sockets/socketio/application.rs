//! What a Socket.IO application is to this door.

use actix_web::HttpRequest;
use actix_web::web::Bytes;
use gigline_chat::CloseReason;
use gigline_chat::engineio::Config;
use serde_json::value::RawValue;

use super::socket::Socket;
use crate::sockets::engineio::Denied;

/// An application with namespaces.
#[expect(async_fn_in_trait, reason = "used within one thread of actix, where futures need not be sent")]
pub trait Application: Send + Sync + 'static {
    /// What is kept of the request that opened a session.
    type Guest: Send + Sync + 'static;
    /// Somebody who has joined a namespace.
    type Member: 'static;

    /// The sessions' limits.
    fn config(&self) -> &Config;

    /// Decides whether a request may open a session.
    async fn admit(&self, request: &HttpRequest) -> Result<Self::Guest, Denied>;

    /// Whether a later request of a session comes from whom it was opened for.
    fn is_same(&self, guest: &Self::Guest, request: &HttpRequest) -> bool;

    /// Whether there is such a namespace.
    fn has(&self, namespace: &str) -> bool;

    /// Whether being in this namespace is a reason to stay. Who is in no such namespace for as long as a client may
    /// take to join one is gone.
    fn keeps(&self, _namespace: &str) -> bool {
        true
    }

    /// Decides whether a client may join a namespace. Errors: what the client is told.
    async fn connect(
        &self,
        guest: &Self::Guest,
        socket: &Socket,
        payload: Option<&RawValue>,
    ) -> Result<Self::Member, Turned>;

    /// The client has been told that it joined: from now on it hears events.
    async fn connected(&self, _member: &mut Self::Member) {}

    /// The client sent an event.
    async fn event(&self, member: &mut Self::Member, event: Event);

    /// The client has left the namespace, or is gone.
    async fn left(&self, member: Self::Member, reason: CloseReason);
}

/// An event of a client's.
#[derive(Debug)]
pub struct Event {
    /// The name and the arguments.
    pub args: Vec<Box<RawValue>>,
    /// What the placeholders in the arguments stand for.
    pub attachments: Vec<Bytes>,
    /// The number under which an answer is wanted; 0 is one.
    pub ack: Option<u64>,
}

/// Why a client may not join: for people, and for programs.
#[derive(Debug, Clone)]
pub struct Turned {
    /// For people.
    pub message: String,
    /// The stable word.
    pub code: &'static str,
}
