//! A WebSocket as tests speak it: text by text, with every wait bounded.

use std::time::Duration;

use awc::error::WsProtocolError;
use awc::ws::{CloseCode, Frame, Message};
use bytes::Bytes;
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use serde_json::Value;

use crate::Client;

/// How long something that is bound to come is waited for.
const SOON: Duration = Duration::from_secs(20);

/// How large a message may be: as large as the server makes them.
const LARGEST: usize = 1_000_000;

trait Wire: Stream<Item = Result<Frame, WsProtocolError>> + Sink<Message, Error = WsProtocolError> + Unpin {}

impl<T: Stream<Item = Result<Frame, WsProtocolError>> + Sink<Message, Error = WsProtocolError> + Unpin> Wire for T {}

/// An open WebSocket.
pub struct WebSocket(Box<dyn Wire>);

impl Client {
    /// Opens a WebSocket. Errors: the status that it was refused with.
    #[expect(clippy::panic, reason = "a server that does not answer fails the test")]
    pub async fn web_socket(&self, path: &str) -> Result<WebSocket, u16> {
        let client = awc::Client::builder().timeout(SOON).finish();
        let mut request = client.ws(self.address(path)).max_frame_size(LARGEST);
        for (name, value) in self.headers() {
            request = request.header(name.as_str(), value.as_str());
        }
        match request.connect().await {
            Ok((_, framed)) => Ok(WebSocket(Box::new(framed))),
            Err(awc::error::WsClientError::InvalidResponseStatus(status)) => Err(status.as_u16()),
            Err(error) => panic!("{path}: {error}"),
        }
    }
}

impl WebSocket {
    /// Sends a text.
    pub async fn say(&mut self, text: &str) {
        self.send(Message::Text(text.to_owned().into())).await;
    }

    /// Sends bytes.
    pub async fn say_bytes(&mut self, data: &[u8]) {
        self.send(Message::Binary(Bytes::copy_from_slice(data))).await;
    }

    /// Sends a message. The other side may be gone already: what it says then is read all the same.
    pub async fn send(&mut self, message: Message) {
        drop(self.0.send(message).await);
    }

    /// The next text. Pings are answered in passing.
    #[expect(clippy::panic, reason = "a text that does not come fails the test")]
    pub async fn text(&mut self) -> String {
        match self.next().await {
            Some(Frame::Text(text)) => String::from_utf8_lossy(&text).into_owned(),
            other => panic!("no text but {other:?}"),
        }
    }

    /// The next message, if it is bytes.
    #[expect(clippy::panic, reason = "a message that does not come fails the test")]
    pub async fn bytes(&mut self) -> Bytes {
        match self.next().await {
            Some(Frame::Binary(data)) => data,
            other => panic!("no bytes but {other:?}"),
        }
    }

    /// The next text as JSON.
    #[expect(clippy::panic, reason = "a text that is no JSON fails the test")]
    pub async fn json(&mut self) -> Value {
        let text = self.text().await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// The next text that begins so; others are passed by.
    pub async fn text_that_begins(&mut self, start: &str) -> String {
        loop {
            let text = self.text().await;
            if text.starts_with(start) {
                return text;
            }
        }
    }

    /// The next event of this name on the plain socket; others are passed by.
    pub async fn event(&mut self, name: &str) -> Value {
        loop {
            let said = self.json().await;
            if said.get("event").is_some_and(|event| event == name) {
                return said;
            }
        }
    }

    /// Waits for the end, and gives the code of the close frame if there was one. Texts are passed by.
    pub async fn closed(&mut self) -> Option<u16> {
        self.rest().await.1
    }

    /// Every text until the end, and the code of the close frame if there was one.
    pub async fn rest(&mut self) -> (Vec<String>, Option<u16>) {
        let mut texts = Vec::new();
        loop {
            match self.next().await {
                Some(Frame::Close(reason)) => {
                    // As the protocol wants it; the server need not wait for more.
                    drop(self.0.send(Message::Close(None)).await);
                    return (texts, reason.map(|reason| code(reason.code)));
                }
                Some(Frame::Text(text)) => texts.push(String::from_utf8_lossy(&text).into_owned()),
                Some(_) => {}
                None => return (texts, None),
            }
        }
    }

    /// The next message, in time; none at the end of the connection.
    #[expect(clippy::panic, reason = "waiting in vain fails the test")]
    async fn next(&mut self) -> Option<Frame> {
        loop {
            let next = tokio::time::timeout(SOON, self.0.next()).await;
            match next.unwrap_or_else(|_| panic!("nothing comes")) {
                Some(Ok(Frame::Ping(data))) => self.send(Message::Pong(data)).await,
                Some(Ok(Frame::Pong(_))) => {}
                Some(Ok(frame)) => return Some(frame),
                Some(Err(_)) | None => return None,
            }
        }
    }
}

fn code(code: CloseCode) -> u16 {
    code.into()
}
