//! A client that has joined, and how to look at what comes out.

use std::time::{Duration, Instant};

use gigline_chat::frame::Frame;
use gigline_chat::socketio::{Config, Connection, Incoming, Violation};
use serde_json::value::RawValue;

pub(crate) struct Client {
    pub(crate) connection: Connection,
    pub(crate) now: Instant,
}

impl Client {
    /// Somebody who has joined nothing.
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self { connection: Connection::new(Config::default(), now), now }
    }

    /// Somebody who is in the main namespace.
    pub(crate) fn joined() -> Self {
        let mut client = Self::new();
        client.join("/");
        client
    }

    pub(crate) fn join(&mut self, ns: &str) -> String {
        let asked = self.says(&format!("0{ns},"));
        assert!(matches!(asked, Ok(Some(Incoming::Connect { .. }))), "{asked:?}");
        text(&self.connection.accept(ns, "S").expect("the client waits"))
    }

    pub(crate) fn says(&mut self, text: &str) -> Result<Option<Incoming>, Violation> {
        self.connection.text(text, self.now)
    }

    pub(crate) fn sends(&mut self, data: &[u8]) -> Result<Option<Incoming>, Violation> {
        self.connection.binary(data, self.now)
    }

    pub(crate) fn waits(&mut self, seconds: u64) -> Result<Vec<Incoming>, Violation> {
        self.now += Duration::from_secs(seconds);
        self.connection.tick(self.now)
    }

    pub(crate) fn event_args(&mut self, said: &str) -> String {
        match self.says(said) {
            Ok(Some(Incoming::Event { args, .. })) => joined(&args),
            other => panic!("{said}: {other:?}"),
        }
    }
}

pub(crate) fn joined(args: &[Box<RawValue>]) -> String {
    args.iter().map(|arg| arg.get()).collect::<Vec<_>>().join(",")
}

pub(crate) fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).expect("JSON")
}

pub(crate) fn text(frame: &Frame) -> String {
    assert!(!frame.is_binary());
    String::from_utf8(frame.payload().to_vec()).expect("UTF-8")
}
