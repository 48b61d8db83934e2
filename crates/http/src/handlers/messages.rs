//! Messages: reading, sending and taking back. Sockets hear of it from the log.

use actix_web::HttpRequest;
use gigline_chat::wire::MessageBody;
use gigline_domain::{ClientId, MessageText};
use gigline_persistence::messages::{self, Range};

use crate::app::App;
use crate::body::Body;
use crate::caller::Caller;
use crate::error::ApiResult;
use crate::fields::{Fields, text, whole};
use crate::handlers::chats::{seen_by, seq};
use crate::paging::{LIMIT_DEFAULT, limit};
use crate::path::{ChatPath, MessagePath};
use crate::reply::Reply;
use crate::shapes::MessageList;

/// Which stretch a query asks for, and how much of it.
fn stretch(query: &str) -> ApiResult<(Range, usize)> {
    let mut fields = Fields::from_query(query);
    let (after, before) = (fields.optional("after", whole(seq)), fields.optional("before", whole(seq)));
    if fields.has("after") && fields.has("before") {
        fields.fault("before", "must not stand beside after");
    }
    let range = after.map(Range::After).or(before.map(Range::Before)).unwrap_or(Range::Newest);
    let limit = fields.optional("limit", whole(limit));
    fields.finish(Some((range, limit.unwrap_or(LIMIT_DEFAULT))))
}

/// `GET /api/chat/{chat}/message/` — what was said last, or before or after a message.
pub(crate) async fn list(app: App, caller: Caller, path: ChatPath, request: HttpRequest) -> ApiResult<Reply> {
    let asked = stretch(request.query_string());
    let (range, limit) = seen_by(&app, &caller, path.chat, asked).await?;
    let said = app.store.read(move |conn| messages::history(conn, path.chat, caller.id(), range, limit)).await?;
    Reply::ok(&MessageList::from(said))
}

fn new_message(mut fields: Fields) -> ApiResult<(MessageText, Option<ClientId>)> {
    let words = fields.required("message", text(MessageText::parse));
    let client_id = fields.optional("client_id", text(ClientId::parse));
    fields.finish(words.map(|words| (words, client_id)))
}

/// `POST /api/chat/{chat}/message/` — says something; under a client id that was sent before, what was said then.
pub(crate) async fn send(app: App, caller: Caller, path: ChatPath, body: Body) -> ApiResult<Reply> {
    let given = new_message(body.fields().await?);
    let (words, client_id) = seen_by(&app, &caller, path.chat, given).await?;
    let (me, now) = (caller.id(), app.now());
    let sent = app.store.write(move |tx| messages::append(tx, path.chat, me, &words, client_id.as_ref(), now)).await?;
    let message = MessageBody::from(&sent.message);
    if sent.first { Reply::created(&message) } else { Reply::ok(&message) }
}

/// `DELETE /api/message/{message}/` — its sender takes a message back, and gets it as it was.
pub(crate) async fn delete(app: App, caller: Caller, path: MessagePath) -> ApiResult<Reply> {
    let now = app.now();
    let was = app.store.write(move |tx| messages::delete(tx, path.message, caller.id(), now)).await?;
    Reply::ok(&MessageBody::from(&was))
}
