//! People with sessions, and the chats that they talk in, put into the store without a request.

use gigline_auth::Sessions;
use gigline_domain::{ChatId, UserId};
use gigline_persistence::{Store, WriteTx, chats};

use crate::Failure;
use crate::data::{Failed, now, person};

/// People in one transaction.
const BATCH: i64 = 500;

/// Somebody each, with the token of a session.
pub(super) fn move_in(store: &Store, sessions: &Sessions, count: i64) -> Result<Vec<(UserId, String)>, Failure> {
    let mut all = Vec::new();
    for begin in (0..count).step_by(usize::try_from(BATCH)?) {
        let sessions = sessions.clone();
        let some = store.write_blocking(move |tx| {
            (begin..count.min(begin + BATCH)).map(|number| one(tx, &sessions, number)).collect::<Result<Vec<_>, _>>()
        });
        all.append(&mut some.map_err(|error: Failed| error.0)?);
    }
    Ok(all)
}

fn one(tx: &mut WriteTx<'_>, sessions: &Sessions, number: i64) -> Result<(UserId, String), Failed> {
    let user = person(tx, number)?;
    Ok((user, sessions.open(tx, user)?.session_token.reveal()))
}

/// A room for all of them; the first is its admin.
pub(super) fn room(store: &Store, people: &[UserId]) -> Result<ChatId, Failure> {
    let people = people.to_vec();
    let made = store.write_blocking(move |tx| {
        let Some((admin, others)) = people.split_first() else { return Err(Failed("a room for nobody".into())) };
        let room = chats::create_room(tx, *admin, now())?;
        for person in others {
            chats::add_participant(tx, room, *admin, *person, now())?;
        }
        Ok(room)
    });
    made.map_err(|error| error.0)
}

/// Rooms of ten: the room of each.
pub(super) fn tens(store: &Store, people: &[UserId]) -> Result<Vec<ChatId>, Failure> {
    let mut rooms = Vec::with_capacity(people.len());
    for ten in people.chunks(10) {
        let room = room(store, ten)?;
        rooms.extend(ten.iter().map(|_| room));
    }
    Ok(rooms)
}

/// A direct chat of each with one more person, who is never there.
pub(super) fn direct(store: &Store, people: &[UserId]) -> Result<Vec<ChatId>, Failure> {
    let people = people.to_vec();
    let made = store.write_blocking(move |tx| {
        let Some((absent, present)) = people.split_last() else { return Err(Failed("a chat of nobody".into())) };
        present.iter().map(|one| Ok(chats::open_direct(tx, *one, *absent, now())?.chat.id)).collect()
    });
    made.map_err(|error: Failed| error.0)
}

/// People and the chat of each.
pub(crate) type Couples = Vec<(UserId, ChatId)>;

/// So many people in a store, each with a direct chat.
pub(crate) fn couples(store: &Store, count: i64) -> Result<Couples, Failure> {
    let made = store.write_blocking(move |tx| (0..=count).map(|number| person(tx, number)).collect());
    let people: Vec<UserId> = made.map_err(|error: Failed| error.0)?;
    let chats = direct(store, &people)?;
    Ok(people.into_iter().zip(chats).collect())
}
