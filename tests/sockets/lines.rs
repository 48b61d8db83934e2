//! One way to talk on every door: Socket.IO by polling and by WebSocket, and the plain WebSocket.

use std::collections::{HashMap, VecDeque};

use gigline_testkit::{Client, WebSocket};
use serde_json::{Value, json};

use crate::polling::Polling;

/// Where a connection comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Polling,
    SocketIo,
    Plain,
}

pub(crate) const DOORS: [Door; 3] = [Door::Polling, Door::SocketIo, Door::Plain];

enum Wire {
    Polling(Polling),
    SocketIo(WebSocket),
    Plain(WebSocket),
}

/// An open connection, told that it is in.
pub(crate) struct Line {
    wire: Wire,
    asked: u64,
    heard: VecDeque<(String, Value)>,
    answers: HashMap<u64, Value>,
}

impl Line {
    pub(crate) async fn open(who: &Client, door: Door) -> Self {
        let wire = match door {
            Door::Polling => {
                let session = Polling::open(who).await;
                session.post("40/api/chat/,").await;
                Wire::Polling(session)
            }
            Door::SocketIo => {
                let mut socket = who.web_socket("/socket.io/?EIO=4&transport=websocket").await.unwrap();
                socket.say("40/api/chat/,").await;
                Wire::SocketIo(socket)
            }
            Door::Plain => Wire::Plain(who.web_socket("/api/chat/").await.unwrap()),
        };
        let mut line = Self { wire, asked: 0, heard: VecDeque::new(), answers: HashMap::new() };
        assert_eq!(line.next().await.0, "connection_succeeded");
        line
    }

    /// Sends an event and gives the number of its acknowledgement.
    pub(crate) async fn say(&mut self, event: &str, data: &Value) -> u64 {
        let id = self.asked;
        self.asked += 1;
        let packet = || format!("42/api/chat/,{id}{}", json!([event, data]));
        match &mut self.wire {
            Wire::Polling(session) => session.post(&packet()).await,
            Wire::SocketIo(socket) => socket.say(&packet()).await,
            Wire::Plain(socket) => socket.say(&json!({ "event": event, "data": data, "id": id }).to_string()).await,
        }
        id
    }

    /// Sends an event and waits for its acknowledgement.
    pub(crate) async fn ask(&mut self, event: &str, data: &Value) -> Value {
        let id = self.say(event, data).await;
        loop {
            if let Some(answer) = self.answers.remove(&id) {
                return answer;
            }
            self.read().await;
        }
    }

    /// The next event: its name and its data.
    pub(crate) async fn next(&mut self) -> (String, Value) {
        loop {
            if let Some(event) = self.heard.pop_front() {
                return event;
            }
            self.read().await;
        }
    }

    /// The data of the next event of a name; others are passed by.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        loop {
            let (of, data) = self.next().await;
            if of == name {
                return data;
            }
        }
    }

    /// Goes without a further word, and without reading what is still to come.
    pub(crate) async fn hang_up(self) {
        // The others are gone with their connection; between two polls there is none.
        if let Wire::Polling(session) = self.wire {
            session.post("1").await;
        }
    }

    /// Reads one message, or what one poll brings.
    async fn read(&mut self) {
        match &mut self.wire {
            Wire::Polling(session) => {
                for packet in session.packets(1).await {
                    if packet == "2" {
                        session.post("3").await;
                    }
                    Self::take_packet(&packet, &mut self.heard, &mut self.answers);
                }
            }
            Wire::SocketIo(socket) => {
                let packet = socket.text().await;
                if packet == "2" {
                    socket.say("3").await;
                }
                Self::take_packet(&packet, &mut self.heard, &mut self.answers);
            }
            Wire::Plain(socket) => {
                let said = socket.json().await;
                match said["id"].as_u64() {
                    Some(id) => drop(self.answers.insert(id, said["data"].clone())),
                    None => self.heard.push_back((text(&said["event"]), said["data"].clone())),
                }
            }
        }
    }

    fn take_packet(packet: &str, heard: &mut VecDeque<(String, Value)>, answers: &mut HashMap<u64, Value>) {
        let args = |rest: &str| serde_json::from_str::<Value>(rest).unwrap();
        if let Some(event) = packet.strip_prefix("42/api/chat/,") {
            let args = args(event);
            heard.push_back((text(&args[0]), args[1].clone()));
        } else if let Some(ack) = packet.strip_prefix("43/api/chat/,") {
            let (id, rest) = ack.split_at(ack.find('[').unwrap());
            answers.insert(id.parse().unwrap(), args(rest)[0].clone());
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
