//! People who talk, each in a room of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gigline_domain::{ChatId, MessageText, UserId, Username};

use super::made_up::{nobody, now};
use crate::{Entity, StoreError, StoreResult, WriteTx, accounts, chats, messages};

/// People who say something one after the other. Clones share whose turn it is.
#[derive(Debug, Clone)]
pub struct Talkers(Arc<(Vec<(UserId, ChatId)>, AtomicUsize)>);

impl Talkers {
    /// So many new people.
    pub fn of(tx: &mut WriteTx<'_>, count: usize) -> StoreResult<Self> {
        let people = (0..count).map(|number| talker(tx, number)).collect::<StoreResult<_>>()?;
        Ok(Self(Arc::new((people, AtomicUsize::new(0)))))
    }

    /// What sends the next one's message.
    pub fn next(&self) -> impl FnOnce(&mut WriteTx<'_>) -> StoreResult<()> + Send + 'static + use<> {
        let (people, turn) = &*self.0;
        let next = people.get(turn.fetch_add(1, Ordering::Relaxed) % people.len().max(1)).copied();
        move |tx| {
            let (who, room) = next.ok_or(StoreError::NotFound(Entity::User))?;
            let text = MessageText::parse(super::BODY).map_err(|fault| StoreError::Corrupt(fault.to_string()))?;
            messages::append(tx, room, who, &text, None, now()).map(drop)
        }
    }
}

fn talker(tx: &mut WriteTx<'_>, number: usize) -> StoreResult<(UserId, ChatId)> {
    let corrupt = |fault: gigline_domain::Fault| StoreError::Corrupt(fault.to_string());
    let (new, name) = (nobody().map_err(corrupt)?, Username::parse(&format!("talker{number}")).map_err(corrupt)?);
    let who = accounts::insert(tx, &new, &name)?;
    Ok((who, chats::create_room(tx, who, now())?))
}
