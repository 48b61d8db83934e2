//! The conversations, on Socket.IO and on the plain WebSocket: one engine behind both.

mod bad_frames;
mod errands;
mod guest;
pub(super) mod outlets;
mod plain;
mod said;
mod socketio;
mod strangers;

use std::sync::Arc;

use actix_web::web::{self, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, guard};
use gigline_chat::engine::{NAMESPACE, Reason};
use gigline_chat::{CloseReason, socketio as protocol};

use self::socketio::Conversations;
use super::engineio::Door;
use super::socketio::SocketIo;
use super::wire::asks_for_upgrade;
use crate::app::{App, Parts};
use crate::error::ApiResult;

/// The connections that stay.
#[derive(Clone)]
pub(crate) struct Sockets(Door<SocketIo<Conversations>>);

impl Sockets {
    pub(crate) fn new(parts: &Arc<Parts>) -> Self {
        let conversations = Conversations::new(Arc::clone(parts));
        let deadline = parts.settings.body_deadline;
        Self(Door::new(SocketIo::new(conversations, protocol::Config::default()), deadline))
    }

    /// Answers a request of Socket.IO's.
    pub(crate) async fn answer(&self, request: &HttpRequest, payload: Payload) -> HttpResponse {
        self.0.answer(request, payload.into_inner()).await
    }

    /// Ends every connection, on either door, and lets nobody in any more.
    pub(crate) fn close_all(&self, parts: &Parts) {
        parts.engine.close_all(Reason::GoingAway);
        self.0.close_all(CloseReason::GoingAway);
    }
}

/// Mounts the plain WebSocket: at the path that without an upgrade is a list.
pub(crate) fn mount_plain(config: &mut ServiceConfig) {
    let upgrades = guard::fn_guard(|context| asks_for_upgrade(context.head()));
    let path = NAMESPACE.trim_end_matches('/');
    config.service(web::resource(path).guard(upgrades).guard(guard::Get()).to(open_plain));
}

/// `GET /api/chat/` as a WebSocket.
async fn open_plain(app: App, request: HttpRequest, payload: Payload) -> ApiResult<HttpResponse> {
    plain::open(&app, &request, payload.into_inner()).await
}
