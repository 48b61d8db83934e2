//! The conversations on the plain WebSocket.

use std::sync::Arc;
use std::time::Instant;

use actix_web::dev::Payload;
use actix_web::{HttpRequest, HttpResponse};
use gigline_chat::engine::{Ack, Event, Kind, NewSocket, Offered, Outlet, Reason, failure};
use gigline_chat::{CloseReason, Frame};

use super::bad_frames::BadFrames;
use super::errands::Errands;
use super::guest::Guest;
use super::outlets::{Place, closing, offered};
use super::said::Said;
use crate::app::App;
use crate::error::ApiResult;
use crate::sockets::peer::{Message, Peer};
use crate::sockets::plain::{self, PlainConfig, PlainLink};

/// Opens the WebSocket that a request asks for. Errors: as any route with a session.
pub(crate) async fn open(app: &App, request: &HttpRequest, payload: Payload) -> ApiResult<HttpResponse> {
    let session = Guest::of(app, request).await?.session(app, None).await?;
    let link = PlainLink::new();
    link.send(Event::connected().plain());
    let place = app.engine.attach(NewSocket {
        user: session.user_id,
        session: session.session_id,
        expires_at: session.expires_at,
        only: None,
        outlet: Arc::new(Outgoing(link.clone())),
    });
    let place = Arc::new(Place(place?));
    link.tell_when_drained(&place);
    let errands = Errands::new(Arc::clone(&place));
    let talker = Talker { link: link.clone(), place, errands, bad: BadFrames::default() };
    Ok(plain::open(request, payload, PlainConfig::default(), link, talker))
}

/// Where the engine puts events.
struct Outgoing(PlainLink);

impl Outlet for Outgoing {
    fn offer(&self, event: &Event, _: Kind) -> Offered {
        offered(self.0.send(event.plain()))
    }

    fn close(&self, reason: Reason) {
        self.0.close(closing(reason));
    }

    fn has_drained(&self) -> bool {
        self.0.has_drained()
    }

    fn passed_on(&self) -> u64 {
        self.0.passed_on()
    }
}

/// Somebody who talks on a plain WebSocket.
struct Talker {
    link: PlainLink,
    place: Arc<Place>,
    errands: Errands,
    bad: BadFrames,
}

impl Peer for Talker {
    async fn receive(&mut self, message: Message) {
        let Message::Text(text) = message else { return };
        match Said::parse(&text) {
            Ok(said) => self.hear(&said).await,
            Err(fault) => self.object(&fault),
        }
    }

    async fn ended(&mut self, reason: CloseReason) {
        self.place.log_end("plain", reason);
    }
}

impl Talker {
    async fn hear(&self, said: &Said<'_>) {
        if said.event == "ping" {
            // Pages cannot send WebSocket's own pings.
            return say(&self.link, Frame::text(r#"{"event":"pong"}"#));
        }
        let (link, id) = (self.link.clone(), said.id().map(str::to_owned));
        let answer = move |ack: Ack| {
            if let Some(id) = id {
                say(&link, Frame::text_of(&[r#"{"event":"ack","id":"#, &id, r#","data":"#, ack.json(), "}"]));
            }
        };
        self.errands.run(&said.event, said.data, answer).await;
    }

    fn object(&mut self, fault: &str) {
        say(&self.link, failure("", "bad_frame", fault).plain());
        if self.bad.note(Instant::now()) {
            self.link.close(CloseReason::Policy);
        }
    }
}

/// Answers. Who asks on and on without reading the answers is shown out.
fn say(link: &PlainLink, frame: Frame) {
    if link.answer(frame) == gigline_chat::engineio::Sent::Full {
        link.close(CloseReason::TooSlow);
    }
}
