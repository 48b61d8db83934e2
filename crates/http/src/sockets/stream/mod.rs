//! Streams of one chat's events, as server-sent events (HTML, "Server-sent events"): what was missed, then what comes.
//!
//! A stream is a socket of its user that listens to one chat. It takes its place in the engine before it looks how far
//! the chat has come. What was said up to there is read in pages, each once the one before has left; then the engine is
//! let in, and what of it was sent already is left out. So every message comes in its order and once.

mod body;
mod heartbeat;
mod history;
mod link;

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::{BodyStream, MessageBody};
use actix_web::http::header;
use actix_web::web::Bytes;
use futures_util::stream;
use gigline_auth::Session;
use gigline_chat::CloseReason;
use gigline_chat::engine::NewSocket;
use gigline_domain::{ChatId, Seq};

use self::body::StreamBody;
use self::heartbeat::Heartbeat;
use self::history::{History, last_seq};
use self::link::StreamLink;
use super::chat::outlets::Place;
use crate::app::App;
use crate::error::{ApiError, ApiResult};

/// For how long nothing is said before a comment is: proxies close what is silent.
const SILENCE: Duration = Duration::from_secs(15);

/// The head of a stream.
pub(crate) fn head() -> HttpResponse {
    answer(BodyStream::new(stream::empty::<Result<Bytes, std::convert::Infallible>>()))
}

/// A stream of what happens in `chat` after the message numbered `after`; without it, of what happens from now on.
///
/// Errors: `NotFound` for who is not in the chat; `TooMany` sockets; `Unauthorized` where the session has just ended.
pub(crate) async fn open(app: &App, session: Session, chat: ChatId, after: Option<Seq>) -> ApiResult<HttpResponse> {
    let link = StreamLink::new();
    let place = app.engine.attach(NewSocket {
        user: session.user_id,
        session: session.session_id,
        expires_at: session.expires_at,
        only: Some(chat),
        outlet: Arc::new(link.clone()),
    })?;
    let place = Arc::new(Place(place));
    link.tell_when_drained(&place);
    // After the place was taken: what is not in the log by now will be heard.
    let upto = last_seq(app, chat, session.user_id).await?;
    if link.closing() == Some(CloseReason::SignedOut) {
        return Err(ApiError::Unauthorized);
    }
    let seen = after.map_or(upto, |after| after.min(upto));
    link.greet(seen);
    let history = History::of(app, chat, session.user_id, seen, upto);
    Ok(answer(Heartbeat::new(StreamBody::new(link, place, history), SILENCE)))
}

fn answer(body: impl MessageBody + 'static) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, "text/event-stream"));
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    // Some proxies hold answers back until there is enough of them; this one asks not to be.
    response.insert_header(("X-Accel-Buffering", "no"));
    response.body(body)
}
