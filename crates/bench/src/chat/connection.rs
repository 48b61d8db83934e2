//! One client's WebSocket: opened, let in, read without a look at what is said.

use std::cell::RefCell;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::ready;

use tokio::io::{AsyncRead as _, AsyncReadExt as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Mutex;

use super::frames;
use super::side::{Heard, Side};
use crate::Failure;

/// How much is read at once.
const CHUNK: usize = 64 * 1024;

thread_local! {
    /// All connections are read on one thread, into one place.
    static READ: RefCell<Vec<u8>> = RefCell::new(vec![0; CHUNK]);
}

/// The side of a connection that writes. Clones write to the same.
#[derive(Clone)]
pub(crate) struct Writer(Rc<Mutex<OwnedWriteHalf>>);

/// A connection that was let in.
pub(crate) struct Connection {
    pub(crate) writer: Writer,
    reader: OwnedReadHalf,
    side: Side,
    /// The beginning of a frame whose end has not come.
    rest: Vec<u8>,
}

/// What came, beside what was given away.
#[derive(Default)]
struct Came {
    rest: Vec<u8>,
    pings: usize,
    controls: usize,
    ended: bool,
}

impl Writer {
    /// Sends a frame.
    pub(crate) async fn send(&self, frame: &[u8]) -> Result<(), Failure> {
        Ok(self.0.lock().await.write_all(frame).await?)
    }
}

impl Connection {
    /// Opens a connection and waits until it is let in.
    pub(crate) async fn open(side: Side, address: SocketAddr, token: &str) -> Result<Self, Failure> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let authorised = if side == Side::Plain { format!("Authorization: Bearer {token}\r\n") } else { String::new() };
        let path = side.path();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{authorised}\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let rest = head(&mut stream).await?;
        let (reader, writer) = stream.into_split();
        let mut connection = Self { writer: Writer(Rc::new(Mutex::new(writer))), reader, side, rest };
        if !side.is_open_at_once() {
            connection.be_let_in(token).await?;
        }
        Ok(connection)
    }

    async fn be_let_in(&mut self, token: &str) -> Result<(), Failure> {
        let (mut greeted, mut welcome) = (false, false);
        while !welcome {
            let mut opened = false;
            let take = |heard| {
                opened |= heard == Heard::Opened;
                welcome |= heard == Heard::Welcome;
            };
            self.hear_the_rest(take).await?;
            if opened && !greeted {
                greeted = true;
                self.writer.send(&frames::text(&self.side.greeting(token))).await?;
            }
        }
        Ok(())
    }

    /// Waits for something to come and gives it to `take`, frame by frame. Pings are answered.
    pub(crate) async fn hear(&mut self, mut take: impl FnMut(Heard)) -> Result<(), Failure> {
        let came = self.read(&mut take).await?;
        self.note(came).await
    }

    /// The same, beginning with what came along with something else.
    async fn hear_the_rest(&mut self, mut take: impl FnMut(Heard)) -> Result<(), Failure> {
        let before = self.rest.len();
        let came = take_apart(self.side, &self.rest, &mut take);
        self.note(came).await?;
        if self.rest.len() == before { self.hear(take).await } else { Ok(()) }
    }

    async fn read(&mut self, take: &mut impl FnMut(Heard)) -> std::io::Result<Came> {
        let Self { reader, side, rest, .. } = self;
        poll_fn(|cx| {
            READ.with_borrow_mut(|chunk| {
                let mut chunk = ReadBuf::new(chunk);
                ready!(Pin::new(&mut *reader).poll_read(cx, &mut chunk))?;
                let came = chunk.filled();
                if came.is_empty() {
                    return Ok(Came { ended: true, ..Came::default() }).into();
                }
                if rest.is_empty() {
                    return Ok(take_apart(*side, came, take)).into();
                }
                rest.extend_from_slice(came);
                Ok(take_apart(*side, rest, take)).into()
            })
        })
        .await
    }

    async fn note(&mut self, came: Came) -> Result<(), Failure> {
        if came.ended {
            return Err(format!("{} has closed a connection", self.side.name()).into());
        }
        self.rest = came.rest;
        for _ in 0..came.pings {
            self.writer.send(&frames::text("3")).await?;
        }
        for _ in 0..came.controls {
            self.writer.send(&frames::PONG).await?;
        }
        Ok(())
    }
}

/// Gives the frames of `bytes` to `take`.
fn take_apart(side: Side, mut bytes: &[u8], take: &mut impl FnMut(Heard)) -> Came {
    let mut came = Came::default();
    while let Some((frame, rest)) = frames::split(bytes) {
        match side.heard(&frame) {
            Heard::Ping => came.pings += 1,
            Heard::Control => came.controls += 1,
            Heard::End => came.ended = true,
            heard => take(heard),
        }
        bytes = rest;
    }
    came.rest = bytes.to_vec();
    came
}

/// Reads the head of the answer; gives what came after it.
async fn head(stream: &mut TcpStream) -> Result<Vec<u8>, Failure> {
    let (mut came, mut chunk) = (Vec::new(), vec![0; 4096]);
    loop {
        if let Some(end) = came.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = came.split_off(end + 4);
            let first = String::from_utf8_lossy(&came);
            let status = first.lines().next().unwrap_or_default();
            return if status.contains(" 101 ") { Ok(rest) } else { Err(format!("no WebSocket: {status}").into()) };
        }
        match stream.read(&mut chunk).await? {
            0 => return Err("the server hung up during the handshake".into()),
            read => came.extend_from_slice(chunk.get(..read).unwrap_or_default()),
        }
    }
}
