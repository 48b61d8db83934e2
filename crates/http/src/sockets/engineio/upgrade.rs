//! Engine.IO over a WebSocket, whether the session begins on it or moves to it.

use std::task::Waker;

use actix_web::dev::Payload;
use actix_web::{HttpRequest, HttpResponse};
use gigline_chat::CloseReason;
use gigline_chat::engineio::{Refusal, WsId, WsOpen};

use super::link::Link;
use crate::sockets::wire::{self, FrameBody, Message, Outgoing, Reader, Source};

/// The WebSocket on which a session begins.
pub(super) fn first(request: &HttpRequest, payload: Payload, link: &Link, limit: usize) -> HttpResponse {
    open(request, payload, link, WsId::FIRST, limit)
}

/// A WebSocket for a session that is open already. One that comes uncalled for is opened and closed at once: the one
/// before it goes on as if nothing had happened.
pub(super) fn another(
    request: &HttpRequest,
    payload: Payload,
    link: &Link,
    limit: usize,
) -> Result<HttpResponse, Refusal> {
    match link.ws_open() {
        WsOpen::Refuse(refusal) => Err(refusal),
        WsOpen::Accept(id) => Ok(open(request, payload, link, id, limit)),
    }
}

fn open(request: &HttpRequest, payload: Payload, link: &Link, id: WsId, limit: usize) -> HttpResponse {
    let response = wire::upgrade(request, FrameBody::new(Frames { link: link.clone(), id }));
    if wire::is_open(&response) {
        actix_rt::spawn(read(link.clone(), id, payload, limit));
    } else {
        link.ws_closed(id, CloseReason::TransportClosed);
    }
    response
}

/// The frames of a session's WebSocket.
struct Frames {
    link: Link,
    id: WsId,
}

impl Source for Frames {
    fn pop(&mut self, waker: &Waker) -> Outgoing {
        self.link.pop(self.id, waker)
    }
}

/// Tells the session what comes in, until the connection ends.
async fn read(link: Link, id: WsId, payload: Payload, limit: usize) {
    let mut reader = Reader::new(payload, limit);
    loop {
        match reader.next().await {
            Ok(Message::Text(text)) => link.ws_text(id, &text),
            Ok(Message::Binary(data)) => link.ws_binary(id, &data),
            Ok(Message::Ping(data)) => link.ws_ping(id, &data),
            Ok(Message::Pong) => {}
            Ok(Message::Close) => link.ws_closed(id, CloseReason::Client),
            Err(reason) => {
                link.ws_closed(id, reason);
                if reason == CloseReason::TransportClosed {
                    return;
                }
                break;
            }
        }
        link.room().await;
    }
    // What comes after a fault is not looked at, but when the connection ends is.
    reader.skip().await;
    link.ws_closed(id, CloseReason::TransportClosed);
}
