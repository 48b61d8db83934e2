//! Reading the log: all of it, or what concerns one person, a bounded stretch at a time.

use diesel::prelude::*;
use gigline_domain::{ChatId, EventId, UserId};

use super::notices::NoticeRow;
use super::{Happening, LogEvent};
use crate::any::capped;
use crate::messages::{MESSAGE, MessageRow, message};
use crate::schema::{event_clock, messages, notices, participants};
use crate::{Conn, StoreResult};

/// The newest event's number; [`EventId::NONE`] before the first.
pub fn head(conn: &mut Conn) -> StoreResult<EventId> {
    // A transaction that writes on SQLite has not written the row yet.
    if let Some(last) = conn.clock().0.last() {
        return Ok(EventId::new(last));
    }
    let last: i64 = event_clock::table.filter(event_clock::id.eq(1)).select(event_clock::last).get_result(conn.db())?;
    Ok(EventId::new(last))
}

/// The first `limit` events after `after`; fewer only if there are no more.
pub fn read_after(conn: &mut Conn, after: EventId, limit: u16) -> StoreResult<Vec<LogEvent>> {
    let said = messages::table.filter(messages::id.gt(after.get())).order(messages::id).select(MESSAGE);
    let noted = notices::table.filter(notices::eid.gt(after.get())).order(notices::eid);
    let most = Some(i64::from(limit));
    let (said, noted) = conn.snapshot(|conn| {
        let said: Vec<MessageRow> = capped(said, most).load(conn.db())?;
        let noted: Vec<NoticeRow> = capped(noted, most).load(conn.db())?;
        StoreResult::Ok((said, noted))
    })?;
    let mut events = merged(said, noted)?;
    events.truncate(usize::from(limit));
    Ok(events)
}

/// The events of the chats that `user` is in, and of those that were taken from them, among the `window` numbers after
/// `after`; and how far it has looked, where the next call goes on. That is the newest event's number at the end.
pub fn read_for(conn: &mut Conn, user: UserId, after: EventId, window: u32) -> StoreResult<(Vec<LogEvent>, EventId)> {
    conn.snapshot(|conn| {
        let upto = head(conn)?.get().min(after.get().saturating_add(i64::from(window))).max(after.get());
        let theirs = || participants::table.filter(participants::user_id.eq(user.get())).select(participants::chat_id);
        let said: Vec<MessageRow> = messages::table
            .filter(messages::id.gt(after.get()).and(messages::id.le(upto)))
            // The sum keeps SQLite from going through all that was ever said in these chats.
            .filter((messages::chat_id + 0).eq_any(theirs()))
            .order(messages::id)
            .select(MESSAGE)
            .load(conn.db())?;
        // Those without a place in a chat that is there name the people or chats that they concern.
        let noted: Vec<NoticeRow> = notices::table
            .filter(notices::eid.gt(after.get()).and(notices::eid.le(upto)))
            .filter(
                notices::kind.eq_any(["chat_deleted", "user_erased"]).or(notices::chat_id.eq_any(theirs().nullable())),
            )
            .order(notices::eid)
            .load(conn.db())?;
        let mut events = merged(said, noted)?;
        keep_own(conn, user, &mut events)?;
        Ok((events, EventId::new(upto)))
    })
}

/// Leaves out chats that were deleted and accounts that were erased without `user` having shared a chat with them.
fn keep_own(conn: &mut Conn, user: UserId, events: &mut Vec<LogEvent>) -> StoreResult<()> {
    let left: Vec<i64> = events.iter().flat_map(|event| chats_left(&event.what)).map(|chat| chat.get()).collect();
    let shared: Vec<i64> = if left.is_empty() {
        Vec::new()
    } else {
        participants::table
            .filter(participants::user_id.eq(user.get()))
            .filter(participants::chat_id.eq_any(left))
            .select(participants::chat_id)
            .load(conn.db())?
    };
    events.retain(|event| match &event.what {
        Happening::ChatDeleted { participants, .. } => participants.contains(&user),
        erased @ Happening::UserErased { .. } => chats_left(erased).iter().any(|chat| shared.contains(&chat.get())),
        _ => true,
    });
    Ok(())
}

fn chats_left(what: &Happening) -> &[ChatId] {
    if let Happening::UserErased { chats, .. } = what { chats } else { &[] }
}

fn merged(said: Vec<MessageRow>, noted: Vec<NoticeRow>) -> StoreResult<Vec<LogEvent>> {
    let said = said.into_iter().map(|row| {
        let message = message(row)?;
        Ok(LogEvent { eid: EventId::new(message.id.get()), at: message.at, what: Happening::Message(message) })
    });
    let mut events: Vec<LogEvent> = said.chain(noted.into_iter().map(NoticeRow::event)).collect::<StoreResult<_>>()?;
    events.sort_by_key(|event| event.eid);
    Ok(events)
}
