//! What is in no log: who is online, who is typing. One thread tells it, in order; what finds no room is dropped.

use gigline_domain::UserId;
use serde::Serialize;

use super::Event;
use super::published::Receivers;
use super::registry::Sockets;
use super::shared::Shared;

/// How many of those who know somebody are told of them.
const CONTACTS: u16 = 1_000;

/// Something to tell.
pub(super) enum Announcement {
    Presence { user: UserId, online: bool },
    Said { event: Event, to: Receivers },
}

/// Tells until the end.
pub(super) fn run(shared: &Shared) {
    while let Some(announcement) = shared.announcements.take() {
        match announcement {
            Announcement::Presence { user, online } => shared.tell_of_presence(user, online),
            Announcement::Said { event, to } => shared.whisper(&event, &to),
        }
    }
}

impl Shared {
    fn tell_of_presence(&self, user: UserId, online: bool) {
        #[derive(Serialize)]
        struct Presence {
            user_id: i64,
            online: bool,
        }
        match self.source.contacts(user, CONTACTS) {
            Ok(users) => {
                let event = Event::new("presence", &Presence { user_id: user.get(), online });
                self.whisper(&event, &Receivers { users: users.into(), but: Some(user), of: None });
            }
            Err(error) => log::warn!("nobody hears of who has come or gone: {error}"),
        }
    }

    fn whisper(&self, event: &Event, to: &Receivers) {
        let mut receivers: Vec<Sockets> = Vec::new();
        let users = to.users.iter().copied().filter(|user| to.but != Some(*user));
        self.registry.of_users(users, &mut receivers);
        for socket in receivers.iter().flat_map(|sockets| sockets.iter()) {
            self.then(socket, socket.whisper(event, to.of));
        }
    }
}
