//! Rooms: whose they are, who is in them, and who could be.

use actix_web::HttpRequest;
use gigline_domain::{ChatId, Fault, UserId, Username};
use gigline_persistence::{Conn, Entity, StoreError, StoreResult, chats};
use serde_json::json;

use crate::app::App;
use crate::body::Body;
use crate::caller::Caller;
use crate::error::{ApiError, ApiResult};
use crate::fields::{Fields, Given, text, whole};
use crate::handlers::entry::params;
use crate::reply::Reply;
use crate::shapes::{RoomBody, RoomId};

/// How many usernames are found at once.
const FOUND: u16 = 50;

/// The room that a request is about.
pub(crate) fn chatroom(fields: &mut Fields) -> Option<ChatId> {
    fields.required("chatroomid", whole(|id| Ok(ChatId::new(id))))
}

/// `GET /message/chatrooms/` — the rooms that the caller is in.
pub(crate) async fn list(app: App, caller: Caller) -> ApiResult<Reply> {
    let me = caller.id();
    let rooms = app.store.read(move |conn| chats::rooms_of(conn, me)).await?;
    Reply::ok(&rooms.into_iter().map(ChatId::get).collect::<Vec<_>>())
}

/// `GET /message/getUser/` — usernames with a text in them; where there are none, an object without anything.
pub(crate) async fn find_users(app: App, _: Caller, request: HttpRequest, body: Body) -> ApiResult<Reply> {
    let mut fields = params(&request, body).await?;
    let name = fields.required("name", text(|name| Ok(name.trim().to_owned())));
    let name = fields.finish(name)?;
    let _place = app.searches().enter().await.ok_or(ApiError::Busy)?;
    let found = app.store.read(move |conn| chats::usernames_with(conn, &name, FOUND)).await?;
    if found.is_empty() { Reply::ok(&json!({})) } else { Reply::ok(&found) }
}

/// `POST /message/newChatroom/` — a room of the caller's.
pub(crate) async fn create(app: App, caller: Caller) -> ApiResult<Reply> {
    let (me, now) = (caller.id(), app.now());
    let room = app.store.write(move |tx| chats::create_room(tx, me, now)).await;
    // Who is not there any more has no session either.
    let room = room.map_err(|error: StoreError| match error {
        StoreError::NotFound(_) => ApiError::Unauthorized,
        error => error.into(),
    })?;
    Reply::ok(&RoomId { chatroomid: room.get() })
}

/// Who is to come into a room.
enum Whom {
    Id(UserId),
    Name(Username),
    Nobody,
}

impl Whom {
    /// An id, or a username: these are never digits alone.
    fn read(given: Given<'_>) -> Result<Self, Fault> {
        if let Ok(id) = given.whole() {
            return Ok(Self::Id(UserId::new(id)));
        }
        let name = given.text().map_err(|_| Fault::new("must be an id or a username"))?;
        Ok(Username::parse(name.trim()).map_or(Self::Nobody, Self::Name))
    }

    fn find(&self, conn: &mut Conn) -> StoreResult<UserId> {
        match self {
            Self::Id(id) => Ok(*id),
            Self::Name(name) => chats::who_is(conn, name),
            Self::Nobody => Err(StoreError::NotFound(Entity::User)),
        }
    }
}

/// `POST /message/addToChatroom/` — lets somebody in.
pub(crate) async fn add(app: App, caller: Caller, request: HttpRequest, body: Body) -> ApiResult<Reply> {
    let mut fields = params(&request, body).await?;
    let room = chatroom(&mut fields);
    let whom = fields.required("usertoadd", Whom::read);
    let (room, whom) = fields.finish(room.zip(whom))?;
    let (me, now) = (caller.id(), app.now());
    let added = app.store.write(move |tx| {
        let whom = whom.find(tx)?;
        let _new = chats::add_participant(tx, room, me, whom, now)?;
        chats::named(tx, room, me)
    });
    Reply::ok(&RoomBody::new(room, added.await.map_err(not_theirs)?))
}

/// `GET /message/chatroomParticipants/` — who is in a room.
pub(crate) async fn participants(app: App, caller: Caller, request: HttpRequest, body: Body) -> ApiResult<Reply> {
    let mut fields = params(&request, body).await?;
    let room = chatroom(&mut fields);
    let (room, me) = (fields.finish(room)?, caller.id());
    let named = app.store.read_point(move |conn| chats::named(conn, room, me)).await.map_err(not_theirs)?;
    Reply::ok(&named.participants)
}

/// A room that is not there is one that the caller is not in.
fn not_theirs(error: StoreError) -> ApiError {
    match error {
        StoreError::NotFound(Entity::Chat) => ApiError::Forbidden,
        error => error.into(),
    }
}
