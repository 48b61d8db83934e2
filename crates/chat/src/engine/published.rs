//! An event of the log made ready to be told: what it is called, and who is to hear it.

use gigline_domain::{ChatId, EventId, Seq, SessionId, UserId};
use gigline_persistence::log::{Happening, LogEvent};
use gigline_persistence::records::{Chat, Message};
use gigline_persistence::{StoreError, StoreResult};

use super::Event;
use super::audience::Users;
use super::event::json;
use super::source::Source;
use crate::wire::{ChatBody, ids};

/// An event of the log and its receivers.
pub(super) struct Published {
    pub(super) eid: EventId,
    /// What they hear; none for what only the engine has to know.
    pub(super) event: Option<Event>,
    pub(super) to: Receivers,
    /// Its place in its chat, if it is a message.
    pub(super) message: Option<(ChatId, Seq)>,
    /// Whose sockets end with it.
    pub(super) ends: Ends,
    text_len: usize,
}

/// Who is to hear something.
#[derive(Clone)]
pub(super) struct Receivers {
    /// In ascending order.
    pub(super) users: Users,
    pub(super) but: Option<UserId>,
    /// Sockets that listen to one chat alone hear what is of that chat.
    pub(super) of: Option<ChatId>,
}

/// Sockets that end with an event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Ends {
    #[default]
    None,
    Sessions(Vec<SessionId>),
    User(UserId),
}

impl Receivers {
    pub(super) fn nobody() -> Self {
        Self { users: Users::from([]), but: None, of: None }
    }

    pub(super) fn one(user: UserId) -> Self {
        Self { users: Users::from([user]), but: None, of: None }
    }

    fn contains(&self, user: UserId) -> bool {
        self.but != Some(user) && self.users.binary_search(&user).is_ok()
    }
}

impl Published {
    /// Makes `happened` ready; `members` tells who is in a chat.
    pub(super) fn of(
        happened: &LogEvent,
        members: &dyn Fn(ChatId) -> StoreResult<Users>,
        source: &dyn Source,
    ) -> StoreResult<Self> {
        let everyone = |chat| Ok::<_, StoreError>(Receivers { users: members(chat)?, but: None, of: Some(chat) });
        let new = Self::silent(happened.eid);
        Ok(match &happened.what {
            Happening::Message(message) => new.message(message, everyone(message.chat_id)?),
            Happening::MessageDeleted { chat, message_id, seq } => {
                let data = ids(&[("id", message_id.get()), ("chat_id", chat.get()), ("seq", seq.get())]);
                new.told("message_deleted", data, everyone(*chat)?)
            }
            Happening::Read { chat, user, seq } => {
                let data = ids(&[("chat_id", chat.get()), ("seq", seq.get()), ("user_id", user.get())]);
                new.told("read", data, Receivers { but: Some(*user), ..everyone(*chat)? })
            }
            Happening::ChatCreated { chat } => {
                new.opened(*chat, happened, Receivers { of: None, ..everyone(*chat)? }, source)?
            }
            Happening::Joined { chat, user } => {
                let room = source.chat(*chat, *user)?.map(|room| as_of(room, happened));
                new.chat(room, Receivers::one(*user))
            }
            Happening::ChatDeleted { chat, participants } => {
                let mut users = participants.clone();
                users.sort_unstable();
                let to = Receivers { users: users.into(), but: None, of: Some(*chat) };
                new.told("chat_deleted", ids(&[("chat_id", chat.get())]), to)
            }
            Happening::SessionsEnded { sessions } => Self { ends: Ends::Sessions(sessions.clone()), ..new },
            Happening::UserErased { user, .. } => Self { ends: Ends::User(*user), ..new },
        })
    }

    fn silent(eid: EventId) -> Self {
        Self { eid, event: None, to: Receivers::nobody(), message: None, ends: Ends::None, text_len: 0 }
    }

    fn told(self, name: &'static str, data: String, to: Receivers) -> Self {
        Self { text_len: data.len(), event: Some(Event::of_json(name, data)), to, ..self }
    }

    fn message(self, message: &Message, to: Receivers) -> Self {
        let place = (message.chat_id, message.seq);
        Self { event: Some(Event::message(message)), to, message: Some(place), text_len: message.text.len(), ..self }
    }

    /// A chat as it was when it was opened: what was said since comes after this.
    fn opened(self, chat: ChatId, happened: &LogEvent, to: Receivers, source: &dyn Source) -> StoreResult<Self> {
        let Some(anyone) = to.users.first() else { return Ok(self) };
        let found = source.chat(chat, *anyone)?;
        let empty = found.map(|chat| Chat {
            last_at: happened.at,
            last_seq: Seq::NONE,
            read_seq: Seq::NONE,
            unread: 0,
            messages: Vec::new(),
            ..chat
        });
        Ok(self.chat(empty, to))
    }

    /// A chat that is gone again is not told of.
    fn chat(self, chat: Option<Chat>, to: Receivers) -> Self {
        match chat {
            Some(chat) => self.told("chat_created", json(&ChatBody::from(chat)), to),
            None => self,
        }
    }

    pub(super) fn is_for(&self, user: UserId) -> bool {
        self.event.is_some() && self.to.contains(user)
    }

    /// The number before this one.
    pub(super) fn before(&self) -> EventId {
        EventId::new(self.eid.get() - 1)
    }

    pub(super) fn text_len(&self) -> usize {
        self.text_len
    }
}

/// A chat as it was when its reader came in: what was said since comes after this, each message once.
fn as_of(chat: Chat, joined: &LogEvent) -> Chat {
    let before = |message: &Message| message.id.get() < joined.eid.get();
    let Some(next) = chat.messages.iter().find(|message| !before(message)) else { return chat };
    let last_seq = Seq::parse(next.seq.get() - 1).unwrap_or(Seq::NONE);
    let messages: Vec<_> = chat.messages.iter().filter(|message| before(message)).cloned().collect();
    Chat { last_at: joined.at, last_seq, read_seq: last_seq, unread: 0, messages, ..chat }
}
