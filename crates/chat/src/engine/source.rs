//! What the engine's own threads read of the database: the log, and who is to hear what.

use gigline_domain::{ChatId, EventId, UserId};
use gigline_persistence::log::{self, LogEvent};
use gigline_persistence::records::Chat;
use gigline_persistence::{Store, StoreError, StoreResult, chats};

/// Reads that block. Tests put failures here that no database has on demand.
pub(super) trait Source: Send + Sync {
    /// The newest event.
    fn head(&self) -> StoreResult<EventId>;

    /// The first `limit` events after `after`.
    fn read_after(&self, after: EventId, limit: u16) -> StoreResult<Vec<LogEvent>>;

    /// What `user` is to hear of the `window` events after `after`, and up to where that is all.
    fn read_for(&self, user: UserId, after: EventId, window: u32) -> StoreResult<(Vec<LogEvent>, EventId)>;

    /// Who is in a chat; nobody if there is none.
    fn members(&self, chat: ChatId) -> StoreResult<Vec<UserId>>;

    /// Those who share a chat with `user`, at most `limit`.
    fn contacts(&self, user: UserId, limit: u16) -> StoreResult<Vec<UserId>>;

    /// A chat as `viewer` sees it; none if it is gone or not theirs.
    fn chat(&self, chat: ChatId, viewer: UserId) -> StoreResult<Option<Chat>>;
}

impl Source for Store {
    fn head(&self) -> StoreResult<EventId> {
        self.read_in_background(log::head)
    }

    fn read_after(&self, after: EventId, limit: u16) -> StoreResult<Vec<LogEvent>> {
        self.read_in_background(|conn| log::read_after(conn, after, limit))
    }

    fn read_for(&self, user: UserId, after: EventId, window: u32) -> StoreResult<(Vec<LogEvent>, EventId)> {
        self.read_in_background(|conn| log::read_for(conn, user, after, window))
    }

    fn members(&self, chat: ChatId) -> StoreResult<Vec<UserId>> {
        self.read_in_background(|conn| chats::members(conn, chat))
    }

    fn contacts(&self, user: UserId, limit: u16) -> StoreResult<Vec<UserId>> {
        self.read_in_background(|conn| chats::contacts(conn, user, limit))
    }

    fn chat(&self, chat: ChatId, viewer: UserId) -> StoreResult<Option<Chat>> {
        match self.read_in_background(|conn| chats::get(conn, chat, viewer)) {
            Err(StoreError::NotFound(_)) => Ok(None),
            read => read.map(Some),
        }
    }
}
