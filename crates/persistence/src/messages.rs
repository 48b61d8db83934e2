//! Messages: each is on the disk once it is answered, has the next number of its chat, and is said once.

mod history;
mod rows;

use diesel::dsl::exists;
use diesel::prelude::*;
use gigline_domain::{ChatId, ClientId, EventId, MessageId, MessageText, Seq, Timestamp, UserId};

pub use self::history::{History, Range, history, newest_for};
pub(crate) use self::history::{newest_of_chat, newest_sent};
pub(crate) use self::rows::{MESSAGE, MessageRow, message, seq};
use crate::any::AnyConn;
use crate::fixed::run_fixed;
use crate::kept::{fixed, kept_in_order, named};
use crate::log::{Happening, LogEvent};
use crate::records::Message;
use crate::schema::{chats, messages, participants};
use crate::{Entity, StoreError, StoreResult, WriteTx, locks, log};

named!(SentAs, ReadCount, SetCount, InsertMessage);

/// What came of sending a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The message, or the one that was sent under its client id before.
    pub message: Message,
    /// Whether this call is the one that sent it.
    pub first: bool,
}

/// Says something in a chat. Of several calls of one sender with one `client_id` exactly one does so, and all get the
/// same message.
///
/// Errors: `NotFound(Chat)`, also for who is not in it.
pub fn append(
    tx: &mut WriteTx<'_>,
    chat: ChatId,
    sender: UserId,
    text: &MessageText,
    client_id: Option<&ClientId>,
    now: Timestamp,
) -> StoreResult<Appended> {
    if tx.is_postgres() {
        // The row will point to its sender, so the account is asked to stay before anything is held that its going needs.
        locks::user_stays(tx, sender).map_err(|error| error.of(Entity::Chat))?;
    }
    if let Some(client_id) = client_id {
        locks::chat(tx, chat)?;
        if let Some(message) = sent_as(tx, chat, sender, client_id)? {
            return Ok(Appended { message, first: false });
        }
    }
    let seq = next_seq(tx, chat, sender, now)?;
    let message = Message {
        id: MessageId::new(log::number(tx)?),
        chat_id: chat,
        seq,
        sender: Some(sender),
        text: text.as_str().to_owned(),
        at: now,
        client_id: client_id.map(|id| id.as_str().to_owned()),
        deleted: false,
    };
    insert(tx, &message)?;
    let eid = EventId::new(message.id.get());
    tx.events().gather(LogEvent { eid, at: now, what: Happening::Message(message.clone()) });
    Ok(Appended { message, first: true })
}

/// Takes back what `by` has said: the text is gone, the number stays. Gives the message as it was; again changes nothing.
///
/// Errors: `NotFound(Message)`, also for who is not its sender.
pub fn delete(tx: &mut WriteTx<'_>, id: MessageId, by: UserId, now: Timestamp) -> StoreResult<Message> {
    let query =
        messages::table.filter(messages::id.eq(id.get())).filter(messages::sender_id.eq(by.get())).select(MESSAGE);
    let row: Option<MessageRow> = match tx.db() {
        AnyConn::Pg(conn) => query.for_no_key_update().get_result(conn).optional()?,
        AnyConn::Sqlite(conn) => query.get_result(conn).optional()?,
    };
    let was = message(row.ok_or(StoreError::NotFound(Entity::Message))?)?;
    if was.deleted {
        return Ok(was);
    }
    diesel::update(messages::table.filter(messages::id.eq(id.get())))
        .set((messages::text.eq(""), messages::deleted.eq(true)))
        .execute(tx.db())?;
    let what = Happening::MessageDeleted { chat: was.chat_id, message_id: id, seq: was.seq };
    log::record(tx, what, now)?;
    Ok(was)
}

/// Notes that `who` has read a chat up to `upto`, or up to its end if that is nearer; never back. Gives how far they have.
///
/// Errors: `NotFound(Chat)`, also for who is not in it.
pub fn mark_read(tx: &mut WriteTx<'_>, chat: ChatId, who: UserId, upto: Seq, now: Timestamp) -> StoreResult<Seq> {
    let (read, last) = history::marks(tx, chat, who)?;
    let upto = upto.min(last);
    if upto <= read {
        return Ok(read);
    }
    let behind = participants::table
        .filter(participants::chat_id.eq(chat.get()))
        .filter(participants::user_id.eq(who.get()))
        .filter(participants::read_seq.lt(upto.get()));
    let moved = diesel::update(behind).set(participants::read_seq.eq(upto.get())).execute(tx.db())?;
    if moved == 0 {
        // Another device of theirs was faster.
        return history::marks(tx, chat, who).map(|(read, _)| read);
    }
    log::record(tx, Happening::Read { chat, user: who, seq: upto }, now)?;
    Ok(upto)
}

/// Takes text and sender from all that somebody has said; the numbers stay.
pub(crate) fn forget(tx: &mut WriteTx<'_>, sender: UserId) -> StoreResult<()> {
    diesel::update(messages::table.filter(messages::sender_id.eq(sender.get())))
        .set((
            messages::text.eq(""),
            messages::deleted.eq(true),
            messages::client_id.eq(None::<String>),
            messages::sender_id.eq(None::<i64>),
        ))
        .execute(tx.db())?;
    Ok(())
}

fn sent_as(tx: &mut WriteTx<'_>, chat: ChatId, sender: UserId, client_id: &ClientId) -> StoreResult<Option<Message>> {
    let named_so = messages::table
        .filter(messages::chat_id.eq(chat.get()))
        .filter(messages::sender_id.eq(sender.get()))
        .filter(messages::client_id.eq(client_id.as_str()))
        .select(MESSAGE);
    let row: Option<MessageRow> = run_fixed!(tx.look(), SentAs, named_so, get_result).optional()?;
    row.map(message).transpose()
}

/// Counts one more message of a chat that `sender` is in.
fn next_seq(tx: &mut WriteTx<'_>, chat: ChatId, sender: UserId, now: Timestamp) -> StoreResult<Seq> {
    let is_in = exists(
        participants::table.filter(participants::chat_id.eq(chat.get())).filter(participants::user_id.eq(sender.get())),
    );
    let mine = chats::table.filter(chats::id.eq(chat.get())).filter(is_in);
    let next: Option<i64> = match tx.look() {
        AnyConn::Pg(conn) => diesel::update(mine)
            .set((chats::last_seq.eq(chats::last_seq + 1), chats::last_at.eq(now.micros())))
            .returning(chats::last_seq)
            .get_result(conn)
            .optional()?,
        AnyConn::Sqlite(conn) => {
            let count = fixed(ReadCount, mine.select((chats::last_seq, chats::last_at))).get_result(conn).optional()?;
            count.map(|count| counted_on(tx, chat, count, now)).transpose()?
        }
    };
    seq(next.ok_or(StoreError::NotFound(Entity::Chat))?)
}

/// Moves a chat's counter on, on SQLite: it is at `was`, and that much was said then.
fn counted_on(tx: &mut WriteTx<'_>, chat: ChatId, was: (i64, i64), now: Timestamp) -> QueryResult<i64> {
    let next = was.0 + 1;
    if let AnyConn::Sqlite(conn) = tx.undoable(move |conn| set_count(conn, chat, was)) {
        set_count(conn, chat, (next, now.micros()))?;
    }
    Ok(next)
}

fn set_count(conn: &mut SqliteConnection, chat: ChatId, (last_seq, last_at): (i64, i64)) -> QueryResult<()> {
    let set = diesel::update(chats::table.filter(chats::id.eq(chat.get())))
        .set((chats::last_seq.eq(last_seq), chats::last_at.eq(last_at)));
    kept_in_order(SetCount, [last_seq, last_at, chat.get()], set).execute(conn).map(drop)
}

fn insert(tx: &mut WriteTx<'_>, message: &Message) -> StoreResult<()> {
    let id = message.id.get();
    let row = diesel::insert_into(messages::table).values((
        messages::id.eq(id),
        messages::chat_id.eq(message.chat_id.get()),
        messages::seq.eq(message.seq.get()),
        messages::sender_id.eq(message.sender.map(UserId::get)),
        messages::client_id.eq(message.client_id.as_deref()),
        messages::text.eq(&message.text),
        messages::created_at.eq(message.at.micros()),
        messages::deleted.eq(false),
    ));
    let unsaid = move |conn: &mut SqliteConnection| {
        diesel::delete(messages::table.filter(messages::id.eq(id))).execute(conn).map(drop)
    };
    run_fixed!(tx.undoable(unsaid), InsertMessage, row, execute)?;
    Ok(())
}
