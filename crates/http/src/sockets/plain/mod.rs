//! The plain WebSocket: text frames both ways, a ping for the silent, a close code for every end.

mod link;
mod serve;

use actix_web::dev::Payload;
use actix_web::{HttpRequest, HttpResponse};

pub use link::PlainLink;
pub use serve::PlainConfig;

use super::peer::Peer;
use super::wire::{self, FrameBody};

/// Opens the WebSocket that a request asks for, which sends what `link` has, and has `peer` serve it.
pub(crate) fn open(
    request: &HttpRequest,
    payload: Payload,
    config: PlainConfig,
    link: PlainLink,
    peer: impl Peer,
) -> HttpResponse {
    let response = wire::upgrade(request, FrameBody::new(link.clone()));
    if wire::is_open(&response) {
        actix_rt::spawn(serve::serve(link, payload, config, peer));
    }
    response
}
