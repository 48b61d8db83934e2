//! The conversations on Socket.IO: the namespace `/api/chat/`, with and without its last slash, and an empty `/` for
//! clients that always join that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpRequest;
use gigline_chat::CloseReason;
use gigline_chat::engine::{
    Ack, AttachError, Event as Told, Kind, NAMESPACE, NAMESPACE_BARE, NewSocket, Offered, Outlet, Reason, failure,
};
use gigline_chat::engineio::{Config, Sent};
use gigline_chat::socketio::event_name;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::errands::Errands;
use super::guest::Guest;
use super::outlets::{Place, closing, offered};
use super::strangers::{Known, Stranger, Strangers};
use crate::app::Parts;
use crate::error::ApiError;
use crate::sockets::engineio::Denied;
use crate::sockets::socketio::{Application, Event, Socket, Turned};

/// The namespace that every client may join and where nothing happens.
const LOBBY: &str = "/";

/// The application behind `/socket.io/`.
pub(crate) struct Conversations {
    parts: Arc<Parts>,
    config: Config,
    strangers: Strangers,
}

/// The one by whose request a session was opened.
pub(crate) struct Visitor {
    guest: Guest,
    stranger: Arc<Stranger>,
}

/// Somebody who has joined a namespace.
pub(crate) enum Member {
    /// Nobody in particular.
    Lobby,
    /// Somebody with a place in the engine.
    Seated { place: Arc<Place>, errands: Errands, outgoing: Arc<Outgoing>, socket: Socket, known: Known },
}

/// Twice the usual outbox: half of it is for what nobody asked for.
fn config() -> Config {
    let usual = Config::default();
    Config { outbox_frames: 2 * usual.outbox_frames, outbox_bytes: 2 * usual.outbox_bytes, ..usual }
}

impl Conversations {
    pub(crate) fn new(parts: Arc<Parts>) -> Self {
        let strangers = Strangers::new(parts.settings.strangers_per_address);
        Self { parts, config: config(), strangers }
    }
}

impl Application for Conversations {
    type Guest = Visitor;
    type Member = Member;

    fn config(&self) -> &Config {
        &self.config
    }

    async fn admit(&self, request: &HttpRequest) -> Result<Visitor, Denied> {
        let address = self.parts.settings.proxies.client(request);
        let stranger = self.strangers.let_in(address).ok_or(Denied::TooMany)?;
        let guest = Guest::of(&self.parts, request).await.map_err(|error| match error {
            ApiError::CrossSite => Denied::Forbidden,
            _ => Denied::Busy,
        })?;
        Ok(Visitor { guest, stranger })
    }

    fn is_same(&self, visitor: &Visitor, request: &HttpRequest) -> bool {
        visitor.guest.is_same(&self.parts, request)
    }

    fn has(&self, namespace: &str) -> bool {
        [LOBBY, NAMESPACE, NAMESPACE_BARE].contains(&namespace)
    }

    fn keeps(&self, namespace: &str) -> bool {
        keeps(namespace)
    }

    async fn connect(&self, visitor: &Visitor, socket: &Socket, payload: Option<&RawValue>) -> Result<Member, Turned> {
        if socket.namespace() == LOBBY {
            return Ok(Member::Lobby);
        }
        let token = payload.and_then(token);
        let session = visitor.guest.session(&self.parts, token.as_deref()).await.map_err(|error| Turned::of(&error))?;
        let outgoing = Arc::new(Outgoing { socket: socket.clone(), open: AtomicBool::new(false) });
        let place = self.parts.engine.attach(NewSocket {
            user: session.user_id,
            session: session.session_id,
            expires_at: session.expires_at,
            only: None,
            outlet: Arc::<Outgoing>::clone(&outgoing),
        });
        let place = Arc::new(Place(place.map_err(turned)?));
        let errands = Errands::new(Arc::clone(&place));
        let known = Stranger::known(&visitor.stranger);
        Ok(Member::Seated { place, errands, outgoing, socket: socket.clone(), known })
    }

    async fn connected(&self, member: &mut Member) {
        let Member::Seated { place, outgoing, socket, .. } = member else { return };
        socket.link().reply(&[Told::connected().socketio(socket.namespace())]);
        outgoing.open.store(true, Ordering::SeqCst);
        socket.link().tell_when_drained(place);
        place.0.drained();
    }

    async fn event(&self, member: &mut Member, event: Event) {
        let Member::Seated { errands, socket, .. } = member else { return };
        let mut args = event.args.iter();
        // A number in place of a name is valid; it names nothing of ours, and is told so.
        let Some(name) = args.next().and_then(|first| event_name(first)) else { return };
        let (socket, id) = (socket.clone(), event.ack);
        let answer = move |ack: Ack| {
            let (Some(id), Ok(answer)) = (id, RawValue::from_string(ack.json().to_owned())) else { return };
            if socket.ack(id, &[&answer], &[]) == Sent::Full {
                // It asks on and on and does not read the answers.
                socket.link().close(CloseReason::TooSlow);
            }
        };
        errands.run(&name, args.next().map(AsRef::as_ref), answer).await;
    }

    async fn left(&self, member: Member, reason: CloseReason) {
        if let Member::Seated { place, known, .. } = member {
            // What is under way keeps hold of the place, and the client may come back meanwhile.
            place.0.leave();
            place.log_end("socketio", reason);
            drop(known);
        }
    }
}

/// Who has joined nothing but the lobby has not said who they are.
fn keeps(namespace: &str) -> bool {
    namespace != LOBBY
}

impl Turned {
    fn of(error: &ApiError) -> Self {
        Self { message: error.to_string(), code: error.code() }
    }
}

fn turned(error: AttachError) -> Turned {
    let code = match error {
        AttachError::TooMany => "too_many_sockets",
        AttachError::SessionEnded => return Turned::of(&ApiError::Unauthorized),
        AttachError::GoingAway => "busy",
    };
    Turned { message: error.to_string(), code }
}

/// The token in what a client joins with: `{"token": "…"}`.
fn token(payload: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Auth {
        token: Option<String>,
    }
    let auth: Auth = serde_json::from_str(payload.get()).ok()?;
    auth.token.filter(|token| !token.is_empty())
}

/// Where the engine puts events. Closed until the client has been told that it joined.
pub(crate) struct Outgoing {
    socket: Socket,
    open: AtomicBool,
}

impl Outlet for Outgoing {
    fn offer(&self, event: &Told, _: Kind) -> Offered {
        if !self.open.load(Ordering::SeqCst) {
            return Offered::Full;
        }
        offered(self.socket.link().send(&[event.socketio(self.socket.namespace())]))
    }

    fn close(&self, reason: Reason) {
        let link = self.socket.link();
        if matches!(reason, Reason::SessionEnded | Reason::Expired) {
            // Told to leave, clients do not come back by themselves; they do when only the connection is lost.
            let told = failure("", "unauthorized", "the session has ended");
            link.answer(&[told.socketio(self.socket.namespace()), self.socket.leave()]);
        }
        link.close(closing(reason));
    }

    fn has_drained(&self) -> bool {
        self.open.load(Ordering::SeqCst) && self.socket.link().has_drained()
    }

    fn passed_on(&self) -> u64 {
        self.socket.link().passed_on()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_conversations_keep_a_connection() {
        assert_eq!([LOBBY, NAMESPACE, NAMESPACE_BARE].map(keeps), [false, true, true]);
    }
}
