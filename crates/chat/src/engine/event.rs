//! Something that sockets hear of, with every encoding made at most once however many hear of it.

use std::fmt;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use gigline_domain::Seq;
use gigline_persistence::records::Message;
use serde::Serialize;

use crate::frame::Frame;
use crate::wire::MessageBody;

/// The namespace, as the first clients name it.
pub const NAMESPACE: &str = "/api/chat/";
/// The same namespace without the slash at its end.
pub const NAMESPACE_BARE: &str = "/api/chat";

/// A name and data, as JSON. Clones share the encodings.
#[derive(Clone)]
pub struct Event(Arc<Encodings>);

struct Encodings {
    name: &'static str,
    data: Data,
    /// A message's number in its chat.
    seq: Option<Seq>,
    namespace: OnceLock<Frame>,
    namespace_bare: OnceLock<Frame>,
    plain: OnceLock<Frame>,
    block: OnceLock<Bytes>,
}

enum Data {
    Ready(String),
    Later { made: OnceLock<String>, make: Box<dyn Fn() -> String + Send + Sync> },
}

impl Event {
    /// An event whose data is written now.
    pub fn new(name: &'static str, data: &impl Serialize) -> Self {
        Self::of_json(name, json(data))
    }

    /// What every socket hears first.
    pub fn connected() -> Self {
        Self::new("connection_succeeded", &"connected!")
    }

    /// The same on a stream that goes on after the message of this number.
    pub fn connected_after(seq: Seq) -> Self {
        Self::with("connection_succeeded", Data::Ready(json(&"connected!")), Some(seq))
    }

    /// What was said. Its data is written when the first one wants it: most messages go to nobody who is there.
    pub fn message(message: &Message) -> Self {
        let (seq, message) = (message.seq, message.clone());
        Self::later("private_message", Some(seq), move || json(&MessageBody::from(&message)))
    }

    /// An event whose data is JSON already.
    pub(crate) fn of_json(name: &'static str, data: String) -> Self {
        Self::with(name, Data::Ready(data), None)
    }

    fn later(name: &'static str, seq: Option<Seq>, make: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self::with(name, Data::Later { made: OnceLock::new(), make: Box::new(make) }, seq)
    }

    fn with(name: &'static str, data: Data, seq: Option<Seq>) -> Self {
        let (namespace, namespace_bare) = (OnceLock::new(), OnceLock::new());
        let (plain, block) = (OnceLock::new(), OnceLock::new());
        Self(Arc::new(Encodings { name, data, seq, namespace, namespace_bare, plain, block }))
    }

    /// The event's name: `private_message` and so on.
    pub fn name(&self) -> &'static str {
        self.0.name
    }

    /// If it is a message, its number in its chat.
    pub fn seq(&self) -> Option<Seq> {
        self.0.seq
    }

    /// The event's data as JSON.
    pub fn data(&self) -> &str {
        match &self.0.data {
            Data::Ready(data) => data,
            Data::Later { made, make } => made.get_or_init(make),
        }
    }

    /// The Engine.IO message that holds the Socket.IO event of `namespace`: `42/api/chat/,["name",data]`.
    ///
    /// For [`NAMESPACE`] and [`NAMESPACE_BARE`] it is made once and shared. Not for the namespace `/`, which is left out
    /// on the wire.
    pub fn socketio(&self, namespace: &str) -> Frame {
        let encode = || Frame::text_of(&["42", namespace, ",[\"", self.name(), "\",", self.data(), "]"]);
        match namespace {
            NAMESPACE => self.0.namespace.get_or_init(encode).clone(),
            NAMESPACE_BARE => self.0.namespace_bare.get_or_init(encode).clone(),
            _ => encode(),
        }
    }

    /// The plain WebSocket's frame: `{"event":"name","data":data}`. Made once and shared.
    pub fn plain(&self) -> Frame {
        let encode = || Frame::text_of(&["{\"event\":\"", self.name(), "\",\"data\":", self.data(), "}"]);
        self.0.plain.get_or_init(encode).clone()
    }

    /// The block of an event stream (HTML, "Server-sent events"). A message's `id` is its number; JSON has no line
    /// breaks of its own, so one line of data is enough. Made once and shared.
    pub fn block(&self) -> Bytes {
        let encode = || {
            let id = self.seq().map(|seq| format!("id: {seq}\n")).unwrap_or_default();
            Bytes::from([&id, "event: ", self.name(), "\ndata: ", self.data(), "\n\n"].concat())
        };
        self.0.block.get_or_init(encode).clone()
    }

    /// The plain frame's text: a part of the same buffer.
    pub fn json(&self) -> Bytes {
        self.plain().payload()
    }
}

/// What it is called, and not what people say in it.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Event").field(&self.0.name).finish()
    }
}

/// JSON of what always can be written: structures of ours, whose keys are texts.
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| {
        log::error!("something could not be written as JSON: {error}");
        "null".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::socketio::encode_event;

    fn text(frame: &Frame) -> String {
        String::from_utf8(frame.payload().to_vec()).unwrap()
    }

    #[test]
    fn every_door_has_its_own_words_for_one_event() {
        let event = Event::new("read", &7);
        assert_eq!(text(&event.socketio("/api/chat/")), r#"42/api/chat/,["read",7]"#);
        assert_eq!(text(&event.socketio("/api/chat")), r#"42/api/chat,["read",7]"#);
        assert_eq!(text(&event.plain()), r#"{"event":"read","data":7}"#);
        assert_eq!(event.json(), r#"{"event":"read","data":7}"#);
        assert_eq!(event.block(), "event: read\ndata: 7\n\n");
        let connected = Event::connected_after(Seq::parse(7).unwrap());
        assert_eq!(connected.block(), "id: 7\nevent: connection_succeeded\ndata: \"connected!\"\n\n");
    }

    #[test]
    fn an_event_is_encoded_as_the_protocol_does_it() {
        let event = Event::new("typing", &serde_json::json!({"user_id": 1, "text": "\"é\n"}));
        let data = serde_json::value::RawValue::from_string(event.data().to_owned()).unwrap();
        for namespace in [NAMESPACE, NAMESPACE_BARE, "/other"] {
            let encoded = encode_event(namespace, "typing", None, std::slice::from_ref(&data), &[]);
            assert_eq!(text(&encoded[0]), text(&event.socketio(namespace)));
        }
    }

    #[test]
    fn an_encoding_is_made_once_and_shared() {
        let made = Arc::new(AtomicUsize::new(0));
        let event = Event::later("read", None, {
            let made = Arc::clone(&made);
            move || (made.fetch_add(1, Ordering::SeqCst) + 1).to_string()
        });
        assert_eq!(made.load(Ordering::SeqCst), 0, "nobody wants it yet");
        let (one, other) = (event.socketio(NAMESPACE), event.clone().socketio(NAMESPACE));
        assert_eq!(one.bytes().as_ptr(), other.bytes().as_ptr());
        assert_eq!(event.block().as_ptr(), event.clone().block().as_ptr());
        assert_eq!((event.data(), text(&event.plain())), ("1", r#"{"event":"read","data":1}"#.to_owned()));
        assert_eq!(made.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn printing_tells_nothing_of_what_was_said() {
        assert_eq!(format!("{:?}", Event::new("private_message", &"secret")), "Event(\"private_message\")");
    }
}
