//! A chat's events as they happen: server-sent events, which browsers follow and resume by themselves.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse};
use gigline_domain::{ChatId, Seq, UserId};
use gigline_persistence::chats;

use crate::app::App;
use crate::caller::WaitingCaller;
use crate::error::{ApiError, ApiResult};
use crate::fields::{Fields, whole};
use crate::handlers::chats::seq;
use crate::path::ChatPath;
use crate::sockets::stream;

/// What a browser that comes back says it was told last.
const LAST_EVENT_ID: &str = "Last-Event-ID";

/// `GET /api/chat/{chat}/events/` — what was missed of a chat, and then what happens in it.
pub(crate) async fn follow(
    app: App,
    caller: WaitingCaller,
    path: ChatPath,
    request: HttpRequest,
) -> ApiResult<HttpResponse> {
    let WaitingCaller(caller) = caller;
    is_in(&app, path.chat, caller.id()).await?;
    let after = after(&request)?;
    if request.method() == Method::HEAD {
        // It takes no place, as nobody reads on.
        return Ok(stream::head());
    }
    stream::open(&app, caller.0, path.chat, after).await
}

async fn is_in(app: &App, chat: ChatId, who: UserId) -> ApiResult<()> {
    if app.store.read_point(move |conn| chats::is_participant(conn, chat, who)).await? {
        Ok(())
    } else {
        Err(ApiError::NotFound)
    }
}

/// After which message the stream is to begin. The header counts where there is one: the address stays as it was while a
/// browser comes back again and again.
fn after(request: &HttpRequest) -> ApiResult<Option<Seq>> {
    let Some(last) = request.headers().get(LAST_EVENT_ID) else {
        let mut fields = Fields::from_query(request.query_string());
        let after = fields.optional("after", whole(seq));
        return fields.finish(Some(after));
    };
    let number = last.to_str().ok().and_then(|text| text.parse().ok()).and_then(Seq::parse);
    number.map(Some).ok_or_else(|| ApiError::field(LAST_EVENT_ID, "must be a whole number, not negative"))
}
