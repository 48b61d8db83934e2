//! Socket.IO on Engine.IO at one path: which request it is, its query says.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;

/// `GET /socket.io/` — opens a session, waits for its packets, or becomes its WebSocket.
pub(crate) async fn receive(app: App, request: HttpRequest, payload: Payload) -> HttpResponse {
    app.sockets().answer(&request, payload).await
}

/// `POST /socket.io/` — brings a session's packets.
pub(crate) async fn send(app: App, request: HttpRequest, payload: Payload) -> HttpResponse {
    app.sockets().answer(&request, payload).await
}
