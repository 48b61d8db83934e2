//! Which sockets have joined which chats: what is shown to one of them of a chat is shown to the others too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use gigline_domain::ChatId;

use super::socket::Socket;

/// How many chats a socket may have joined; the oldest make room.
const CHATS: usize = 64;
/// Up to how many sockets of a chat get what one of them asked for.
const TOGETHER: usize = 20;

/// Chats and the sockets that have joined them.
#[derive(Default)]
pub(super) struct Joined(Mutex<State>);

#[derive(Default)]
struct State {
    chats: HashMap<ChatId, Vec<(u64, Weak<Socket>)>>,
    sockets: HashMap<u64, Vec<ChatId>>,
}

impl Joined {
    /// Notes that `socket` has joined `chat`, and gives the others that have; none if they are many.
    pub(super) fn join(&self, chat: ChatId, socket: &Arc<Socket>) -> Vec<Arc<Socket>> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.note(chat, socket);
        let members = state.chats.get(&chat).map_or(&[][..], |members| members);
        if members.len() > TOGETHER {
            return Vec::new();
        }
        members.iter().filter(|(id, _)| *id != socket.id).filter_map(|(_, member)| member.upgrade()).collect()
    }

    /// Forgets a socket.
    pub(super) fn leave(&self, socket: u64) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for chat in state.sockets.remove(&socket).unwrap_or_default() {
            state.part(chat, socket);
        }
    }
}

impl State {
    fn note(&mut self, chat: ChatId, socket: &Arc<Socket>) {
        let chats = self.sockets.entry(socket.id).or_default();
        if chats.contains(&chat) {
            return;
        }
        chats.push(chat);
        let oldest = (chats.len() > CHATS).then(|| chats.remove(0));
        self.chats.entry(chat).or_default().push((socket.id, Arc::downgrade(socket)));
        if let Some(oldest) = oldest {
            self.part(oldest, socket.id);
        }
    }

    fn part(&mut self, chat: ChatId, socket: u64) {
        let Some(members) = self.chats.get_mut(&chat) else { return };
        members.retain(|(id, _)| *id != socket);
        if members.is_empty() {
            self.chats.remove(&chat);
        }
    }
}
