//! Somebody who polls or talks on a connection of their own, and looks at nothing of an answer but its newest number.

use std::cell::RefCell;
use std::io::ErrorKind;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::Failure;
use crate::chat::child::Child;
use crate::client::{Head, post};

/// How much is read at once.
const CHUNK: usize = 64 * 1024;
/// How long a message is.
const TEXT: usize = 100;

thread_local! {
    /// All connections are read on one thread, into one place.
    static READ: RefCell<Vec<u8>> = RefCell::new(vec![0; CHUNK]);
}

/// A person in a room of a server.
pub(super) struct Person {
    stream: TcpStream,
    token: String,
    room: i64,
    /// The beginning of an answer whose end has not come.
    begun: Vec<u8>,
}

/// What an answer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shown {
    /// The number of the newest message; zero for none.
    pub(super) newest: u64,
    /// How long the answer's body is.
    pub(super) bytes: usize,
}

impl Person {
    /// Connects the person of this number.
    pub(super) async fn connect(server: &Child, number: usize) -> Result<Self, Failure> {
        let stream = TcpStream::connect(server.address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, token: server.token(number).to_owned(), room: server.chat(number), begun: Vec::new() })
    }

    /// Asks for what was said after this number, and waits for as long as the server does.
    pub(super) async fn poll(&mut self, after: u64) -> Result<Shown, Failure> {
        self.ask(after).await?;
        self.hear().await
    }

    /// The first half of a poll.
    pub(super) async fn ask(&mut self, after: u64) -> Result<(), Failure> {
        let request = format!(
            "GET /message/longpoll/?chatroomid={}&after={after} HTTP/1.1\r\nHost: localhost\r\n\
             Authorization: Bearer {}\r\n\r\n",
            self.room, self.token
        );
        Ok(self.stream.write_all(request.as_bytes()).await?)
    }

    /// Says something.
    pub(super) async fn say(&mut self) -> Result<Shown, Failure> {
        let body = format!("{{\"chatroomid\":{},\"message\":\"{}\"}}", self.room, "x".repeat(TEXT));
        self.stream.write_all(&post("/message/sendMessage/", &self.token, &body)).await?;
        self.hear().await
    }

    /// Waits for the answer.
    pub(super) async fn hear(&mut self) -> Result<Shown, Failure> {
        loop {
            self.stream.readable().await?;
            if let Some(shown) = READ.with_borrow_mut(|chunk| self.read(chunk))? {
                self.begun = Vec::new();
                return Ok(shown);
            }
        }
    }

    fn read(&mut self, chunk: &mut [u8]) -> Result<Option<Shown>, Failure> {
        let read = match self.stream.try_read(chunk) {
            Ok(0) => return Err("the server hung up".into()),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let came = chunk.get(..read).unwrap_or_default();
        if self.begun.is_empty()
            && let Some(shown) = shown(came)?
        {
            return Ok(Some(shown));
        }
        self.begun.extend_from_slice(came);
        shown(&self.begun)
    }
}

/// What an answer shows; nothing if it is not all there yet.
fn shown(answer: &[u8]) -> Result<Option<Shown>, Failure> {
    let Some(head) = Head::find(answer)? else { return Ok(None) };
    let Some(body) = answer.get(head.length..head.length + head.body) else { return Ok(None) };
    if head.status != 200 {
        return Err(format!("an answer of {}: {}", head.status, String::from_utf8_lossy(body)).into());
    }
    Ok(Some(Shown { newest: newest(body), bytes: body.len() }))
}

/// The last number in a list of messages.
fn newest(body: &[u8]) -> u64 {
    const NUMBER: &[u8] = b"\"seq\":";
    let Some(at) = body.windows(NUMBER.len()).rposition(|word| word == NUMBER) else { return 0 };
    let digits = body.iter().skip(at + NUMBER.len()).take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_understood_once_it_is_whole() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 38\r\n\r\n[{\"id\":3,\"seq\":12},{\"id\":5,\"seq\":130}]";
        assert_eq!(shown(answer).unwrap(), Some(Shown { newest: 130, bytes: 38 }));
        assert!((0..answer.len()).all(|end| shown(&answer[..end]).unwrap().is_none()));
        assert_eq!(newest(b"[]"), 0);
        assert!(shown(b"HTTP/1.1 503 Busy\r\ncontent-length: 2\r\n\r\nno").is_err());
    }
}
