//! The limit: a WebSocket that passes each text on to everybody, with nothing kept, checked or counted.

use std::sync::Arc;

use actix_web::web::{self, Data, Payload};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer};
use actix_ws::{Message, MessageStream, Session};
use tokio::sync::Mutex;

use super::{WORKERS, ready, wait_for_the_end};
use crate::Failure;

/// Everybody who is there.
type Room = Arc<Mutex<Vec<Session>>>;

pub(super) fn serve() -> Result<(), Failure> {
    actix_rt::System::new().block_on(async {
        let room = Room::default();
        let app = move || App::new().app_data(Data::new(Arc::clone(&room))).route("/", web::get().to(enter));
        let server = HttpServer::new(app).workers(WORKERS).tcp_nodelay(true).disable_signals().bind("127.0.0.1:0")?;
        let address = server.addrs().first().copied().ok_or("nothing is bound")?;
        let server = server.run();
        let handle = server.handle();
        ready(address, &[], &[]);
        std::thread::spawn(move || {
            let _ended = wait_for_the_end();
            drop(handle.stop(false));
        });
        Ok(server.await?)
    })
}

async fn enter(request: HttpRequest, body: Payload, room: Data<Room>) -> Result<HttpResponse, Error> {
    let (response, session, messages) = actix_ws::handle(&request, body)?;
    room.lock().await.push(session);
    actix_rt::spawn(listen(messages, Arc::clone(&room)));
    Ok(response)
}

async fn listen(mut messages: MessageStream, room: Room) {
    while let Some(Ok(message)) = messages.recv().await {
        let Message::Text(text) = message else { continue };
        let mut everybody = room.lock().await;
        let mut place = 0;
        while let Some(session) = everybody.get_mut(place) {
            if session.text(text.clone()).await.is_ok() {
                place += 1;
            } else {
                drop(everybody.swap_remove(place));
            }
        }
    }
}
