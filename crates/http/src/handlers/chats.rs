//! Chats: looking at one's own, deleting them, and how far one has read. Sockets hear of it from the log.

use actix_web::HttpRequest;
use gigline_chat::wire::ChatBody;
use gigline_domain::{ChatId, Fault, Seq};
use gigline_persistence::{chats, messages};

use crate::app::App;
use crate::body::Body;
use crate::caller::Caller;
use crate::error::{ApiError, ApiResult};
use crate::fields::{Fields, whole};
use crate::paging::page;
use crate::path::ChatPath;
use crate::reply::Reply;
use crate::shapes::{ChatList, ReadBody};

/// `GET /api/chat/` — a page of the caller's chats, each with its last message.
pub(crate) async fn list(app: App, caller: Caller, request: HttpRequest) -> ApiResult<Reply> {
    let mut fields = Fields::from_query(request.query_string());
    let page = page(&mut fields);
    let page = fields.finish(Some(page))?;
    let found = app.store.read(move |conn| chats::list(conn, caller.id(), page)).await?;
    Reply::ok(&ChatList::from(found))
}

/// `GET /api/chat/{chat}/` — one chat with its newest messages.
pub(crate) async fn get(app: App, caller: Caller, path: ChatPath) -> ApiResult<Reply> {
    let chat = app.store.read(move |conn| chats::get(conn, path.chat, caller.id())).await?;
    Ok(Reply::ok(&ChatBody::from(chat))?.tagged())
}

/// `DELETE /api/chat/{chat}/` — deletes a chat for everybody, and gives it as it was.
pub(crate) async fn delete(app: App, caller: Caller, path: ChatPath) -> ApiResult<Reply> {
    let now = app.now();
    let was = app.store.write(move |tx| chats::delete(tx, path.chat, caller.id(), now)).await?;
    Reply::ok(&ChatBody::from(was))
}

/// `POST /api/chat/{chat}/read/` — the caller has read up to a message.
pub(crate) async fn mark_read(app: App, caller: Caller, path: ChatPath, body: Body) -> ApiResult<Reply> {
    let mut fields = body.fields().await?;
    let upto = fields.required("seq", whole(seq));
    let upto = seen_by(&app, &caller, path.chat, fields.finish(upto)).await?;
    let now = app.now();
    let read = app.store.write(move |tx| messages::mark_read(tx, path.chat, caller.id(), upto, now)).await?;
    Reply::ok(&ReadBody { read_seq: read.get() })
}

/// A message's number.
pub(super) fn seq(number: i64) -> Result<Seq, Fault> {
    Seq::parse(number).ok_or(Fault::new("must not be negative"))
}

/// Tells faults of the input to participants only: for others there is no chat, whatever they send.
pub(super) async fn seen_by<T>(app: &App, caller: &Caller, chat: ChatId, parsed: ApiResult<T>) -> ApiResult<T> {
    let me = caller.id();
    if parsed.is_err() && !app.store.read_point(move |conn| chats::is_participant(conn, chat, me)).await? {
        return Err(ApiError::NotFound);
    }
    parsed
}
