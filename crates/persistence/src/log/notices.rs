//! How events are numbered and written, and how long those that are no messages are kept.

use std::time::Duration;

use diesel::prelude::*;
use gigline_domain::{ChatId, EventId, MessageId, SessionId, Timestamp, UserId};

use super::{Happening, LogEvent};
use crate::any::AnyConn;
use crate::messages::seq;
use crate::schema::{event_clock, notices};
use crate::{StoreError, StoreResult, WriteTx};

/// How long a notice is kept: whoever was away for longer starts anew.
pub const KEPT_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The next event's number.
///
/// On PostgreSQL nobody else gets one before this transaction ends. So it comes after all that could make it wait, and
/// a transaction that has a number asks for no row any more that others hold.
pub(crate) fn number(tx: &mut WriteTx<'_>) -> StoreResult<i64> {
    let tick = diesel::update(event_clock::table.filter(event_clock::id.eq(1)))
        .set(event_clock::last.eq(event_clock::last + 1))
        .returning(event_clock::last);
    Ok(match tx.clock() {
        (clock, AnyConn::Sqlite(conn)) => clock.tick(conn)?,
        (_, AnyConn::Pg(conn)) => tick.get_result(conn)?,
    })
}

/// Writes an event that is no message; the same rule as for [`number`].
pub(crate) fn record(tx: &mut WriteTx<'_>, what: Happening, now: Timestamp) -> StoreResult<()> {
    let note = Note::of(&what)?;
    let eid = number(tx)?;
    diesel::insert_into(notices::table)
        .values((
            notices::eid.eq(eid),
            notices::kind.eq(note.kind),
            notices::chat_id.eq(note.chat.map(ChatId::get)),
            notices::user_id.eq(note.user.map(UserId::get)),
            notices::number.eq(note.number),
            notices::payload.eq(note.payload),
            notices::created_at.eq(now.micros()),
        ))
        .execute(tx.db())?;
    tx.events().gather(LogEvent { eid: EventId::new(eid), at: now, what });
    Ok(())
}

/// Deletes notices that are older than a week, looking at the oldest `limit`; how many. As long as that is `limit` there
/// may be more.
pub fn prune(tx: &mut WriteTx<'_>, now: Timestamp, limit: u16) -> StoreResult<usize> {
    let oldest: Vec<(i64, i64)> = notices::table
        .order(notices::eid)
        .select((notices::eid, notices::created_at))
        .limit(i64::from(limit))
        .load(tx.db())?;
    let cutoff = now.minus(KEPT_FOR).micros();
    let old: Vec<i64> = oldest.into_iter().filter(|(_, at)| *at <= cutoff).map(|(eid, _)| eid).collect();
    Ok(diesel::delete(notices::table.filter(notices::eid.eq_any(old))).execute(tx.db())?)
}

/// An event as its row tells it.
struct Note {
    kind: &'static str,
    chat: Option<ChatId>,
    user: Option<UserId>,
    number: i64,
    payload: String,
}

impl Note {
    fn of(what: &Happening) -> StoreResult<Self> {
        let note = |kind, chat: Option<&ChatId>, user: Option<&UserId>, number, payload| Self {
            kind,
            chat: chat.copied(),
            user: user.copied(),
            number,
            payload,
        };
        let none = String::new;
        Ok(match what {
            Happening::Message(_) => return Err(StoreError::Corrupt("a message is no notice".to_owned())),
            Happening::MessageDeleted { chat, message_id, seq } => {
                note("message_deleted", Some(chat), None, seq.get(), message_id.to_string())
            }
            Happening::ChatCreated { chat } => note("chat_created", Some(chat), None, 0, none()),
            Happening::ChatDeleted { chat, participants } => {
                note("chat_deleted", Some(chat), None, 0, list(participants.iter().map(|user| user.get())))
            }
            Happening::Joined { chat, user } => note("joined", Some(chat), Some(user), 0, none()),
            Happening::Read { chat, user, seq } => note("read", Some(chat), Some(user), seq.get(), none()),
            Happening::SessionsEnded { sessions } => {
                note("sessions_ended", None, None, 0, list(sessions.iter().map(|session| session.get())))
            }
            Happening::UserErased { user, chats } => {
                note("user_erased", None, Some(user), 0, list(chats.iter().map(|chat| chat.get())))
            }
        })
    }
}

fn list(ids: impl Iterator<Item = i64>) -> String {
    ids.map(|id| id.to_string()).collect::<Vec<_>>().join(",")
}

#[derive(Queryable)]
pub(super) struct NoticeRow {
    eid: i64,
    kind: String,
    chat_id: Option<i64>,
    user_id: Option<i64>,
    number: i64,
    payload: String,
    created_at: i64,
}

impl NoticeRow {
    pub(super) fn event(self) -> StoreResult<LogEvent> {
        let what = self.what().ok_or_else(|| StoreError::Corrupt(format!("event {} cannot be read", self.eid)))?;
        Ok(LogEvent { eid: EventId::new(self.eid), at: Timestamp::from_micros(self.created_at), what })
    }

    fn what(&self) -> Option<Happening> {
        let (chat, user) = (self.chat_id.map(ChatId::new), self.user_id.map(UserId::new));
        Some(match self.kind.as_str() {
            "message_deleted" => Happening::MessageDeleted {
                chat: chat?,
                message_id: MessageId::new(self.payload.parse().ok()?),
                seq: seq(self.number).ok()?,
            },
            "chat_created" => Happening::ChatCreated { chat: chat? },
            "chat_deleted" => Happening::ChatDeleted { chat: chat?, participants: self.ids(UserId::new)? },
            "joined" => Happening::Joined { chat: chat?, user: user? },
            "read" => Happening::Read { chat: chat?, user: user?, seq: seq(self.number).ok()? },
            "sessions_ended" => Happening::SessionsEnded { sessions: self.ids(SessionId::new)? },
            "user_erased" => Happening::UserErased { user: user?, chats: self.ids(ChatId::new)? },
            _ => return None,
        })
    }

    fn ids<T>(&self, name: impl Fn(i64) -> T) -> Option<Vec<T>> {
        self.payload.split(',').filter(|id| !id.is_empty()).map(|id| id.parse().ok().map(&name)).collect()
    }
}
