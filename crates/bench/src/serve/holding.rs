//! The limit for long-polls: a handler that holds a request until something is said, with nothing kept or checked.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use tokio::sync::watch;

use super::{WORKERS, ready, wait_for_the_end};
use crate::Failure;

/// As long as ours hold one.
const WAITS: Duration = Duration::from_secs(25);

/// The one room: how much was said, and what an answer is filled with.
struct Room {
    said: watch::Sender<u64>,
    filling: String,
}

/// Answers of about so many bytes, by the paths of ours.
pub(super) fn serve(bytes: usize) -> Result<(), Failure> {
    let room = Arc::new(Room { said: watch::Sender::new(0), filling: "x".repeat(bytes) });
    actix_rt::System::new().block_on(async {
        let app = move || {
            App::new()
                .app_data(Data::from(Arc::clone(&room)))
                .route("/message/longpoll/", web::get().to(wait))
                .route("/message/sendMessage/", web::post().to(say))
        };
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

/// The query ends with how much the caller has seen.
async fn wait(request: HttpRequest, room: Data<Room>) -> HttpResponse {
    let seen: u64 = request.query_string().rsplit('=').next().and_then(|seen| seen.parse().ok()).unwrap_or_default();
    let mut said = room.said.subscribe();
    let news = tokio::time::timeout(WAITS, said.wait_for(|said| *said > seen)).await;
    let newest = news.ok().and_then(Result::ok).map_or(seen, |said| *said);
    answer(&room, newest)
}

/// What is said is read, or actix would hang up.
async fn say(room: Data<Room>, _said: web::Bytes) -> HttpResponse {
    room.said.send_modify(|said| *said += 1);
    answer(&room, *room.said.borrow())
}

fn answer(room: &Room, seq: u64) -> HttpResponse {
    let body = format!("[{{\"message\":\"{}\",\"seq\":{seq}}}]", room.filling);
    HttpResponse::Ok().content_type("application/json").body(body)
}
