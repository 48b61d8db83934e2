//! A stream of server-sent events as tests read it: as the standard says, block by block, with every wait bounded.

use std::pin::Pin;
use std::time::Duration;

use awc::error::PayloadError;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use serde_json::Value;

use crate::client::{Answer, Client};

/// How long something that is bound to come is waited for.
const SOON: Duration = Duration::from_secs(20);

/// An open stream. Dropping it hangs up.
pub struct EventStream {
    body: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>,
    unread: Vec<u8>,
    last_id: String,
}

/// An event of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamEvent {
    /// Its name.
    pub name: String,
    /// The last id that was told, with it or before it; `""` before any.
    pub id: String,
    /// Its data.
    pub data: Value,
}

impl Client {
    /// Opens a stream. Errors: the answer that it was refused with.
    #[expect(clippy::panic, reason = "a server that does not answer fails the test")]
    pub async fn events(&self, path: &str) -> Result<EventStream, Answer> {
        let client = awc::Client::builder().disable_timeout().disable_redirects().finish();
        let mut request = client.get(self.address(path));
        for (name, value) in self.headers() {
            request = request.insert_header((name.as_str(), value.as_str()));
        }
        match tokio::time::timeout(SOON, request.send()).await {
            Ok(Ok(answer)) if answer.status() == 200 => {
                Ok(EventStream { body: Box::pin(answer), unread: Vec::new(), last_id: String::new() })
            }
            Ok(Ok(mut refusal)) => {
                let body = refusal.body().await.unwrap_or_default().to_vec();
                Err(Answer::new(refusal.status().as_u16(), refusal.headers(), body, format!("GET {path}")))
            }
            Ok(Err(error)) => panic!("{path}: {error}"),
            Err(late) => panic!("{path}: {late}"),
        }
    }
}

impl EventStream {
    /// The next event; the test fails if the stream ends instead.
    #[expect(clippy::panic, reason = "an event that does not come fails the test")]
    pub async fn next(&mut self) -> StreamEvent {
        self.try_next().await.unwrap_or_else(|| panic!("the stream is over"))
    }

    /// The next event of this name; others are passed by.
    pub async fn event(&mut self, name: &str) -> StreamEvent {
        loop {
            let event = self.next().await;
            if event.name == name {
                return event;
            }
        }
    }

    /// Every event until the end.
    pub async fn rest(&mut self) -> Vec<StreamEvent> {
        let mut events = Vec::new();
        while let Some(event) = self.try_next().await {
            events.push(event);
        }
        events
    }

    /// The next event, in time; none at the end. A comment is no event: a stream that says nothing else is waited for in vain.
    #[expect(clippy::panic, reason = "waiting in vain fails the test")]
    async fn try_next(&mut self) -> Option<StreamEvent> {
        let next = async {
            loop {
                let block = self.block().await?;
                if let Some(event) = self.dispatch(&block) {
                    return Some(event);
                }
            }
        };
        tokio::time::timeout(SOON, next).await.unwrap_or_else(|late| panic!("nothing comes: {late}"))
    }

    /// The next lines up to an empty one. What comes after the last of these is no block.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.unread.drain(..end + 2).collect();
                return Some(String::from_utf8_lossy(&block).into_owned());
            }
            // Whether it ended or broke off, the library does not tell.
            let bytes = self.body.next().await?.ok()?;
            self.unread.extend_from_slice(&bytes);
        }
    }

    /// The event that a block makes; none without data.
    fn dispatch(&mut self, block: &str) -> Option<StreamEvent> {
        let (mut name, mut data) = (String::new(), String::new());
        for line in block.lines().filter(|line| !line.starts_with(':')) {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut name),
                "data" => data.push_str(value),
                "id" => value.clone_into(&mut self.last_id),
                _ => {}
            }
        }
        let data = serde_json::from_str(&data).ok()?;
        Some(StreamEvent { name, id: self.last_id.clone(), data })
    }
}
