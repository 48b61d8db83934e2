//! The handshake of a WebSocket (RFC 6455 §4.2).

use actix_http::ws;
use actix_web::body::MessageBody;
use actix_web::dev::RequestHead;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};

/// Whether a request wishes to become a WebSocket.
pub(crate) fn asks_for_upgrade(head: &RequestHead) -> bool {
    let named = head.headers().get(header::UPGRADE).and_then(|value| value.to_str().ok());
    named.is_some_and(|value| value.to_ascii_lowercase().contains("websocket"))
}

/// Answers 101 and writes `body` from then on; or what is wrong with the handshake.
pub(crate) fn upgrade<B: MessageBody + 'static>(request: &HttpRequest, body: B) -> HttpResponse {
    match ws::handshake(request.head()) {
        Ok(mut response) => match response.message_body(body) {
            Ok(response) => response.map_into_boxed_body().into(),
            Err(error) => HttpResponse::from_error(error),
        },
        Err(fault) => actix_http::Response::from(fault).into(),
    }
}

/// Whether a handshake went well.
pub(crate) fn is_open(response: &HttpResponse) -> bool {
    response.status() == StatusCode::SWITCHING_PROTOCOLS
}
