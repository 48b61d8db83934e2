//! The servers that are measured, and how each is spoken to.

use super::frames::Frame;

/// A server, or one of our two doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Ours on the plain WebSocket.
    Plain,
    /// Ours by Socket.IO.
    SocketIo,
    /// An actix endpoint that passes on what it hears.
    Bare,
    /// A server of the crate of this name.
    Socketioxide,
    /// The reference server, on node.
    Node,
    /// Flask-SocketIO on gevent.
    Flask,
}

/// What a server said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Somebody's message.
    Message,
    /// The answer to ours.
    Ack,
    /// It asks for a sign of life, in its own words.
    Ping,
    /// It asks for one in the words of every WebSocket.
    Control,
    /// It has let us in.
    Welcome,
    /// It asks who we are.
    Opened,
    /// The connection ends.
    End,
    /// Anything else.
    Other,
}

/// How long a message's text is.
const TEXT: usize = 100;

impl Side {
    /// In the tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "gigline, plain",
            Self::SocketIo => "gigline, Socket.IO",
            Self::Bare => "bare actix-ws",
            Self::Socketioxide => "socketioxide",
            Self::Node => "node socket.io",
            Self::Flask => "Flask-SocketIO",
        }
    }

    /// Whether it keeps what is said.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::Plain | Self::SocketIo)
    }

    /// The path of the handshake.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Plain => "/api/chat/",
            Self::Bare => "/",
            _ => "/socket.io/?EIO=4&transport=websocket",
        }
    }

    /// What to say to be let in, once it has asked.
    pub(crate) fn greeting(self, token: &str) -> String {
        if self == Self::SocketIo { format!("40/api/chat/,{{\"token\":\"{token}\"}}") } else { "40".to_owned() }
    }

    /// Whether it lets us in without a word.
    pub(crate) fn is_open_at_once(self) -> bool {
        self == Self::Bare
    }

    /// A message, and for ours the number under which it is to be acknowledged.
    ///
    /// The others pass on what they are given, so they are given all that we tell of a message.
    pub(crate) fn message(self, chat: i64, ack: Option<u32>) -> String {
        let text = "x".repeat(TEXT);
        let ours = format!("{{\"chat_id\":{chat},\"msg\":\"{text}\"}}");
        let theirs = format!(
            "{{\"id\":123456,\"chat_id\":1,\"seq\":123456,\"sender_id\":1,\"message\":\"{text}\",\
             \"time\":\"2026-11-21T15:00:00.00000Z\",\"client_id\":null}}"
        );
        match self {
            Self::Plain => {
                let id = ack.map_or_else(String::new, |ack| format!(",\"id\":{ack}"));
                format!("{{\"event\":\"private_message\",\"data\":{ours}{id}}}")
            }
            Self::SocketIo => {
                let id = ack.map_or_else(String::new, |ack| ack.to_string());
                format!("42/api/chat/,{id}[\"private_message\",{ours}]")
            }
            Self::Bare => format!("{{\"event\":\"private_message\",\"data\":{theirs}}}"),
            _ => format!("42[\"private_message\",{theirs}]"),
        }
    }

    /// What a frame is, by how it begins.
    pub(crate) fn heard(self, frame: &Frame<'_>) -> Heard {
        const TEXT: u8 = 1;
        const CLOSE: u8 = 8;
        const PING: u8 = 9;
        let words: &[(&[u8], Heard)] = match self {
            Self::Plain | Self::Bare => &[
                (b"{\"event\":\"private_message\"", Heard::Message),
                (b"{\"event\":\"ack\"", Heard::Ack),
                (b"{\"event\":\"connection_succeeded\"", Heard::Welcome),
            ],
            Self::SocketIo => &[
                (b"42/api/chat/,[\"private_message\"", Heard::Message),
                (b"43/api/chat/,", Heard::Ack),
                (b"42/api/chat/,[\"connection_succeeded\"", Heard::Welcome),
                (b"0{", Heard::Opened),
            ],
            _ => &[(b"42[\"private_message\"", Heard::Message), (b"40{", Heard::Welcome), (b"0{", Heard::Opened)],
        };
        match frame.opcode {
            TEXT if frame.payload == b"2" => Heard::Ping,
            TEXT => {
                words.iter().find(|(word, _)| frame.payload.starts_with(word)).map_or(Heard::Other, |found| found.1)
            }
            CLOSE => Heard::End,
            PING => Heard::Control,
            _ => Heard::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_is_understood_in_its_own_words() {
        let heard = |side: Side, text: &str| side.heard(&Frame { opcode: 1, payload: text.as_bytes() });
        assert_eq!(heard(Side::Plain, &Side::Bare.message(1, None)), Heard::Message);
        assert_eq!(heard(Side::Bare, &Side::Bare.message(1, None)), Heard::Message);
        assert_eq!(heard(Side::Node, &Side::Node.message(1, None)), Heard::Message);
        assert_eq!(heard(Side::SocketIo, &Side::SocketIo.message(1, None)), Heard::Message);
        assert_eq!(heard(Side::SocketIo, "43/api/chat/,7[{\"ok\":true}]"), Heard::Ack);
        assert_eq!(heard(Side::SocketIo, "0{\"sid\":\"x\"}"), Heard::Opened);
        assert_eq!(heard(Side::Flask, "40{\"sid\":\"x\"}"), Heard::Welcome);
        assert_eq!(heard(Side::Flask, "2"), Heard::Ping);
        assert_eq!(heard(Side::Plain, "{\"event\":\"presence\"}"), Heard::Other);
        assert_eq!(Side::Plain.heard(&Frame { opcode: 8, payload: b"" }), Heard::End);
    }
}
