//! Rooms as their clients know them: people by usernames alone.

use gigline_auth::Issued;
use gigline_domain::ChatId;
use gigline_persistence::chats::Named;
use serde::Serialize;
use utoipa::ToSchema;

use crate::shapes::SessionBody;

/// Somebody who has registered by username.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomAccount {
    pub(crate) id: i64,
    pub(crate) username: String,
}

/// The same with the tokens of a new login.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomSignedIn {
    #[serde(flatten)]
    account: RoomAccount,
    #[serde(flatten)]
    session: SessionBody,
}

impl RoomSignedIn {
    pub(crate) fn new(account: RoomAccount, issued: &Issued) -> Self {
        Self { account, session: issued.into() }
    }
}

/// A new room.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoomId {
    pub(crate) chatroomid: i64,
}

/// A room and who is in it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Room)]
pub(crate) struct RoomBody {
    chatroomid: i64,
    /// Whose room it is; empty if that account is erased.
    admin: String,
    /// Usernames, in the order in which they came.
    participants: Vec<String>,
}

impl RoomBody {
    pub(crate) fn new(room: ChatId, named: Named) -> Self {
        Self { chatroomid: room.get(), admin: named.admin.unwrap_or_default(), participants: named.participants }
    }
}
