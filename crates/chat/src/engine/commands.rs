//! What clients ask for: parsed, allowed, written or read, and answered.
//!
//! Nobody speaks as another: an id that claims to be the sender must be the caller's. Who is no part of a chat hears
//! that there is none. The rules of a write are decided by the write itself.

mod input;
mod join;
mod write;

use std::sync::Arc;

use gigline_domain::{ChatId, UserId};
use gigline_persistence::{Conn, Entity, StoreError, StoreResult, chats};
use serde_json::value::RawValue;

use self::input::{Fields, Request};
use super::Event;
use super::announce::Announcement;
use super::audience::Users;
use super::published::Receivers;
use super::refusal::{Ack, Refusal};
use super::shared::Shared;
use super::socket::Socket;
use crate::wire::ids;

/// Which chat is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    /// This one.
    Chat(ChatId),
    /// The one with this person.
    With(UserId),
}

impl Target {
    /// The chat's id; whether the caller is in it is for what comes next to say.
    fn find(self, conn: &mut Conn, me: UserId) -> StoreResult<ChatId> {
        match self {
            Self::Chat(chat) => Ok(chat),
            Self::With(other) => chats::find_direct(conn, me, other)?.ok_or(StoreError::NotFound(Entity::Chat)),
        }
    }
}

/// Does what `event` with `data` asks for, and tells the socket if it is refused.
pub(super) async fn run(shared: &Shared, socket: &Arc<Socket>, event: &str, data: Option<&RawValue>) -> Ack {
    let done = match admit(shared, socket, event, data) {
        Ok(request) => perform(shared, socket, request).await,
        Err(refusal) => Err(refusal),
    };
    done.unwrap_or_else(|refusal| {
        shared.then(socket, socket.answer(&refusal.event(event)));
        Ack::from(&refusal)
    })
}

fn admit(shared: &Shared, socket: &Socket, event: &str, data: Option<&RawValue>) -> Result<Request, Refusal> {
    if socket.is_closed() {
        return Err(Refusal::new("unauthorized", "the session has ended"));
    }
    if !shared.allowance.take(socket.user, shared.clock.now()) {
        return Err(Refusal::new("too_many_requests", "too many events; wait a few seconds"));
    }
    Request::parse(event, &Fields::parse(data)?, socket.user)
}

async fn perform(shared: &Shared, socket: &Arc<Socket>, request: Request) -> Result<Ack, Refusal> {
    match request {
        Request::NewChat { with } => shared.open_chat(socket, with).await,
        Request::Say { target, text, client_id } => shared.say(socket.user, target, text, client_id).await,
        Request::Join { target, after } => shared.join(socket, target, after).await,
        Request::Typing { chat } => shared.typing(socket.user, chat).await,
        Request::Read { chat, seq } => shared.mark_read(socket.user, chat, seq).await,
    }
}

impl Shared {
    async fn typing(&self, user: UserId, chat: ChatId) -> Result<Ack, Refusal> {
        let users = self.members_of(chat).await?;
        if users.binary_search(&user).is_err() {
            return Err(Refusal::not_found());
        }
        let data = ids(&[("chat_id", chat.get()), ("user_id", user.get())]);
        let said = Announcement::Said {
            event: Event::of_json("typing", data),
            to: Receivers { users, but: Some(user), of: Some(chat) },
        };
        // Where there is no room, nobody hears of it: the next letter comes soon.
        let _dropped = self.announcements.put(said);
        Ok(Ack::done(&serde_json::Map::new()))
    }

    async fn members_of(&self, chat: ChatId) -> StoreResult<Users> {
        if let Some(users) = self.audience.get(chat) {
            return Ok(users);
        }
        let begun = self.audience.begin(chat);
        let read = self.store.read_point(move |conn| chats::members(conn, chat)).await?;
        Ok(self.audience.put(chat, read, begun))
    }
}
