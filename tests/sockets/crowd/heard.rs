//! What somebody in the crowd has heard: of each room in order, each message once, and the same whichever way it comes.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use gigline_domain::ChatId;
use serde_json::{Value, json};

use crate::lines::Line;

/// All that has come on all of their lines.
#[derive(Default)]
pub(super) struct Heard {
    rooms: Vec<ChatId>,
    in_all: usize,
    messages: BTreeMap<(i64, i64), Value>,
    /// On this line: the last that was told of each room, and what came as history.
    told: HashMap<i64, i64>,
    shown: HashSet<(i64, i64)>,
}

impl Heard {
    /// Nothing yet of these rooms, in each of which so much will be said.
    pub(super) fn new(rooms: Vec<ChatId>, in_all: usize) -> Self {
        Self { rooms, in_all, ..Self::default() }
    }

    pub(super) fn count(&self) -> usize {
        self.messages.len()
    }

    /// How far it goes in a room without a gap.
    fn end(&self, room: i64) -> i64 {
        let mut end = 0;
        while self.messages.contains_key(&(room, end + 1)) {
            end += 1;
        }
        end
    }

    pub(super) fn is_whole(&self) -> bool {
        self.messages.len() == self.rooms.len() * self.in_all
    }

    /// On a new line: asks for what was missed.
    pub(super) async fn resumes(&mut self, line: &mut Line) {
        self.told.clear();
        self.shown.clear();
        for room in self.rooms.clone() {
            let _ = line.say("join", &json!({ "chat_id": room.get(), "after": self.end(room.get()) })).await;
        }
    }

    pub(super) async fn hears(&mut self, line: &mut Line, until: usize) {
        while self.messages.len() < until && !self.is_whole() {
            match line.next().await {
                (name, message) if name == "private_message" => self.is_told(message),
                (name, page) if name == "past_history" => self.is_shown(&page),
                _ => {}
            }
        }
    }

    /// In order, each once, and what is left out has come as history.
    fn is_told(&mut self, message: Value) {
        let (room, seq) = place(&message);
        if let Some(last) = self.told.insert(room, seq) {
            assert!(last < seq, "{seq} after {last}");
            assert!((last + 1..seq).all(|missing| self.shown.contains(&(room, missing))), "{seq} after {last}");
        }
        self.keep(message);
    }

    fn is_shown(&mut self, page: &Value) {
        let messages = page["chat"].as_array().unwrap();
        let seqs: Vec<i64> = messages.iter().map(|message| place(message).1).collect();
        assert!(seqs.windows(2).all(|two| two[0] + 1 == two[1]), "{seqs:?}");
        for message in messages {
            self.shown.insert(place(message));
            self.keep(message.clone());
        }
    }

    fn keep(&mut self, message: Value) {
        match self.messages.entry(place(&message)) {
            Entry::Occupied(before) => assert_eq!(*before.get(), message, "the same, whichever way it comes"),
            Entry::Vacant(place) => {
                place.insert(message);
            }
        }
    }

    pub(super) fn of(&self, room: ChatId) -> Vec<(i64, i64, String)> {
        let of_room = self.messages.iter().filter(|((of, _), _)| *of == room.get());
        of_room.map(|((_, seq), message)| (*seq, message["sender_id"].as_i64().unwrap(), text(message))).collect()
    }
}

fn place(message: &Value) -> (i64, i64) {
    (message["chat_id"].as_i64().unwrap(), message["seq"].as_i64().unwrap())
}

fn text(message: &Value) -> String {
    message["message"].as_str().unwrap().to_owned()
}
