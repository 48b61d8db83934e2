//! What an account leaves behind in its chats, and the word of its going.

use gigline_domain::{ChatId, Timestamp, UserId};

use crate::log::Happening;
use crate::sessions::{self, EndedSession};
use crate::{StoreResult, WriteTx, chats, log, messages};

/// An account's chats and sessions just before it goes.
pub(super) struct Farewell {
    user: UserId,
    chats: Vec<ChatId>,
    ended: Vec<EndedSession>,
}

/// Ends the sessions of a locked account and takes its words back. The chats stay with the others in them.
pub(super) fn prepare(tx: &mut WriteTx<'_>, user: UserId) -> StoreResult<Farewell> {
    // No message is sent or chat deleted beside this: their rows are waited for in order, and then held.
    let chats = chats::lock_all_of(tx, user)?;
    messages::forget(tx, user)?;
    let ended = sessions::close_all(tx, user)?;
    Ok(Farewell { user, chats, ended })
}

impl Farewell {
    /// Tells the log once the account is gone, as nothing may be waited for after that.
    pub(super) fn tell(self, tx: &mut WriteTx<'_>, now: Timestamp) -> StoreResult<Vec<EndedSession>> {
        sessions::tell(tx, &self.ended, now)?;
        log::record(tx, Happening::UserErased { user: self.user, chats: self.chats }, now)?;
        Ok(self.ended)
    }
}
