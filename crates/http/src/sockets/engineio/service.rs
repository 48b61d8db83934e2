//! What runs on the Engine.IO sessions of a door.

use actix_web::HttpRequest;
use gigline_chat::engineio::Config;

use super::link::Link;
use crate::sockets::peer::Peer;

/// Lets clients in, and starts what serves each of them.
#[expect(async_fn_in_trait, reason = "used within one thread of actix, where futures need not be sent")]
pub trait Service: Send + Sync + 'static {
    /// What is kept of the request that opened a session.
    type Guest: Send + Sync + 'static;
    /// What serves one session.
    type Peer: Peer;

    /// The sessions' limits.
    fn config(&self) -> &Config;

    /// Decides whether a request may open a session.
    async fn admit(&self, request: &HttpRequest) -> Result<Self::Guest, Denied>;

    /// Whether a later request of a session comes from whom it was opened for.
    fn is_same(&self, guest: &Self::Guest, request: &HttpRequest) -> bool;

    /// Begins to serve a session.
    fn start(&self, guest: &Self::Guest, link: &Link) -> Self::Peer;
}

/// Why a request may not open a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// It may not.
    Forbidden,
    /// Its address has opened too many.
    TooMany,
    /// There is too much to do to find out.
    Busy,
}
