//! The door of one Engine.IO service: which requests come in, and how the others are refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use gigline_chat::CloseReason;
use gigline_chat::engineio::{Refusal, Session, Sid, Transport};

use super::answers::Later;
use super::link::Link;
use super::query::Query;
use super::registry::{Entry, Registry};
use super::service::{Denied, Service};
use super::{answers, driver, polling, upgrade};
use crate::sockets::wire::{asks_for_upgrade, is_open};

/// What a request asks for, and the session that it names.
type Looked<S> = (Query, Option<Arc<Entry<<S as Service>::Guest>>>);

/// An Engine.IO service and its sessions. Clones are the same door.
pub struct Door<S: Service>(Arc<Inner<S>>);

struct Inner<S: Service> {
    service: S,
    registry: Arc<Registry<S::Guest>>,
    body_deadline: Duration,
    closed: AtomicBool,
}

impl<S: Service> Clone for Door<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Service> Door<S> {
    /// Opens a door to `service`. A POST must arrive within `body_deadline`.
    pub fn new(service: S, body_deadline: Duration) -> Self {
        Self(Arc::new(Inner { service, registry: Arc::default(), body_deadline, closed: AtomicBool::new(false) }))
    }

    /// How many sessions are open.
    pub fn sessions(&self) -> usize {
        self.0.registry.len()
    }

    /// Ends every session, and opens none any more.
    pub fn close_all(&self, reason: CloseReason) {
        self.0.closed.store(true, Ordering::SeqCst);
        self.0.registry.close_all(reason);
    }

    /// Answers a request.
    pub async fn answer(&self, request: &HttpRequest, payload: Payload) -> HttpResponse {
        if request.method() == Method::OPTIONS {
            return HttpResponse::build(StatusCode::NO_CONTENT).insert_header((header::ALLOW, "GET, POST")).finish();
        }
        let answered = match self.look(request) {
            Ok((query, None)) => match self.admit(request, &query).await {
                Ok(Ok(guest)) => Ok(self.begin(request, payload, query.transport, guest)),
                Ok(Err(later)) => return answers::later(later),
                Err(refusal) => Err(refusal),
            },
            Ok((query, Some(entry))) => self.go_on(request, payload, &query, &entry).await,
            Err(refusal) => Err(refusal),
        };
        answered.unwrap_or_else(|refusal| answers::refused(refusal, self.0.service.config().max_payload))
    }

    /// What a request asks for, and the session that it names.
    fn look(&self, request: &HttpRequest) -> Result<Looked<S>, Refusal> {
        let query = Query::parse(request.query_string());
        if query != Err(Refusal::UnknownTransport) && has_broken_origin(request) {
            return Err(Refusal::BadRequest);
        }
        let query = query?;
        let Some(sid) = &query.sid else { return Ok((query, None)) };
        let entry = self.0.registry.get(sid).ok_or(Refusal::UnknownSid)?;
        Ok((query, Some(entry)))
    }

    /// Whether a request without a session may open one, be it that it is to come again later.
    async fn admit(&self, request: &HttpRequest, query: &Query) -> Result<Result<S::Guest, Later>, Refusal> {
        if request.method() != Method::GET {
            return Err(Refusal::BadHandshakeMethod);
        }
        if asks_for_upgrade(request.head()) != (query.transport == Transport::WebSocket) {
            return Err(Refusal::BadRequest);
        }
        let guest = match self.0.service.admit(request).await {
            Ok(_) if self.0.closed.load(Ordering::SeqCst) || self.0.registry.is_full() => Err(Later::Busy),
            Ok(guest) => Ok(guest),
            Err(Denied::Forbidden) => return Err(Refusal::Forbidden),
            Err(Denied::TooMany) => Err(Later::TooMany),
            Err(Denied::Busy) => Err(Later::Busy),
        };
        if query.current { Ok(guest) } else { Err(Refusal::UnsupportedVersion) }
    }

    fn begin(&self, request: &HttpRequest, payload: Payload, transport: Transport, guest: S::Guest) -> HttpResponse {
        let sid = Sid::generate();
        let session = Session::open(sid.clone(), transport, *self.0.service.config(), std::time::Instant::now());
        let handshake = session.handshake();
        let config = self.0.service.config();
        let link = Link::new(session, config);
        let response = match transport {
            Transport::Polling => answers::packets(answers::Packets::new(handshake.payload(), link.clone())),
            Transport::WebSocket => upgrade::first(request, payload, &link, config.max_payload),
        };
        if response.status().is_success() || is_open(&response) {
            let peer = self.0.service.start(&guest, &link);
            self.0.registry.insert(&sid, Arc::new(Entry { link: link.clone(), guest }));
            if self.0.closed.load(Ordering::SeqCst) {
                // The door was closed since the client was let in, and whoever did so may not have found it.
                link.close(CloseReason::GoingAway);
            }
            driver::start(Arc::clone(&self.0.registry), sid, link, peer);
        }
        response
    }

    /// A request of an open session.
    async fn go_on(
        &self,
        request: &HttpRequest,
        payload: Payload,
        query: &Query,
        entry: &Entry<S::Guest>,
    ) -> Result<HttpResponse, Refusal> {
        if !self.0.service.is_same(&entry.guest, request) {
            return Err(Refusal::Forbidden);
        }
        let config = self.0.service.config();
        let upgrades = asks_for_upgrade(request.head());
        match (query.transport, request.method()) {
            (Transport::WebSocket, &Method::GET) if upgrades => {
                upgrade::another(request, payload, &entry.link, config.max_payload)
            }
            (Transport::Polling, &Method::GET) if !upgrades => polling::get(&entry.link).await,
            (Transport::Polling, &Method::POST) if !upgrades => {
                polling::post(request, payload, &entry.link, config.max_payload, self.0.body_deadline).await
            }
            _ => Err(Refusal::BadRequest),
        }
    }
}

/// Whether `Origin` has characters that no origin has.
fn has_broken_origin(request: &HttpRequest) -> bool {
    request.headers().get(header::ORIGIN).is_some_and(|origin| origin.to_str().is_err())
}
