//! What every request needs: one object, made once at the start and shared by all workers.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use gigline_auth::{Authenticator, Clock, Hasher, Sessions, Throttle};
use gigline_chat::engine::Engine;
use gigline_domain::Timestamp;
use gigline_media::{BlobStore, Studio};
use gigline_persistence::Store;

use crate::address::TrustedProxies;
use crate::error::ApiError;
use crate::listings::Listings;
use crate::origin::Origins;
use crate::places::{Searches, Uploads};
use crate::polls::Polls;
use crate::sockets::chat::Sockets;
use crate::wire::Links;

/// How this server answers, as its settings have it.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// The address that clients reach us by, without a path; none: whatever each request calls us.
    pub public_url: Option<String>,
    /// Which pages may call with cookies.
    pub origins: Origins,
    /// Whose word on client addresses is believed.
    pub proxies: TrustedProxies,
    /// How long a body may take to arrive.
    pub body_deadline: Duration,
    /// Whether only people who finished a job together may rate each other.
    pub ratings_require_job: bool,
    /// How many sessions of Socket.IO one address may have that have not joined the conversations; none: any number.
    pub strangers_per_address: Option<usize>,
    /// How long a session's cookie lasts.
    pub session_life: Duration,
}

/// The parts that requests are answered with.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Live sessions.
    pub sessions: Sessions,
    /// Passwords at sign-in.
    pub authenticator: Authenticator,
    /// Passwords at registration.
    pub hasher: Hasher,
    /// Who tries too often.
    pub throttle: Throttle,
    /// Cleans pictures.
    pub studio: Studio,
    /// Keeps files.
    pub blobs: BlobStore,
    /// Tells sockets what their users are to hear.
    pub engine: Engine,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How to answer.
    pub settings: HttpSettings,
}

/// The application's parts as handlers take them.
#[derive(Clone)]
pub struct App {
    parts: Arc<Parts>,
    uploads: Uploads,
    searches: Searches,
    polls: Polls,
    listings: Listings,
    sockets: Sockets,
}

impl App {
    /// Shares the parts.
    pub fn new(parts: Parts) -> Self {
        let parts = Arc::new(parts);
        let sockets = Sockets::new(&parts);
        Self {
            parts,
            uploads: Uploads::default(),
            searches: Searches::default(),
            polls: Polls::default(),
            listings: Listings::default(),
            sockets,
        }
    }

    /// Ends every connection that stays, and lets nobody in any more: the server stops.
    pub fn close_sockets(&self) {
        self.sockets.close_all(&self.parts);
    }

    /// The connections that stay.
    pub(crate) fn sockets(&self) -> &Sockets {
        &self.sockets
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The places for uploads in memory.
    pub(crate) fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    /// The places for searches.
    pub(crate) fn searches(&self) -> &Searches {
        &self.searches
    }

    /// What sessions that poll have been shown.
    pub(crate) fn polls(&self) -> &Polls {
        &self.polls
    }

    /// Lists of rooms, read together.
    pub(crate) fn listings(&self) -> &Listings {
        &self.listings
    }

    pub(crate) fn links(&self, request: &HttpRequest) -> Links<'_> {
        Links::new(self.settings.public_url.as_deref(), request)
    }

    /// The parts behind a request.
    pub(crate) fn of(request: &HttpRequest) -> Result<&Self, ApiError> {
        let app = request.app_data::<web::Data<Self>>();
        app.map(web::Data::get_ref).ok_or_else(|| ApiError::Internal("the application is not configured".to_owned()))
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl FromRequest for App {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).cloned())
    }
}
