//! Closed-loop clients: each connection sends its next request when the answer to the last one is there.
//!
//! One thread drives all of them and reads no more of an answer than its status and length, so that the clients take
//! as little as they can of the cores that they share with the server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Failure;

/// What is asked, and for how long.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) turn: Duration,
    /// Whole requests, asked in a circle.
    pub(crate) requests: Arc<[Vec<u8>]>,
    /// Any other status fails the run.
    pub(crate) status: u16,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// Answers a second.
    pub(crate) rate: f64,
    /// Microseconds.
    pub(crate) p50: u64,
    /// Microseconds.
    pub(crate) p99: u64,
}

impl Measured {
    /// From how long each took, in microseconds, and how many were done when the time was up.
    pub(crate) fn of(mut took: Vec<u64>, in_time: u32, turn: Duration) -> Self {
        took.sort_unstable();
        let at = |percent: usize| took.get(took.len() * percent / 100).copied().unwrap_or_default();
        Self { rate: f64::from(in_time) / turn.as_secs_f64(), p50: at(50), p99: at(99) }
    }
}

/// A GET request.
pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes()
}

/// A POST request of JSON by whoever has this token.
pub(crate) fn post(path: &str, token: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Asks once and gives the length of the answer's body.
pub(crate) fn ask(address: SocketAddr, request: &[u8], status: u16) -> Result<usize, Failure> {
    runtime()?.block_on(async { Connection::open(address).await?.exchange(request, status).await })
}

/// Keeps all connections busy until the time is up.
pub(crate) fn run(load: &Load) -> Result<Measured, Failure> {
    runtime()?.block_on(async {
        let mut open = Vec::with_capacity(load.connections);
        for _ in 0..load.connections {
            open.push(Connection::open(load.address).await?);
        }
        let start = Instant::now();
        let clients = open.into_iter().enumerate().map(|(number, connection)| {
            let load = load.clone();
            tokio::spawn(async move { one_client(connection, number, &load, start).await })
        });
        let (mut took, mut in_time) = (Vec::new(), 0);
        for client in clients.collect::<Vec<_>>() {
            let (mut each, done) = client.await??;
            took.append(&mut each);
            in_time += done;
        }
        Ok(Measured::of(took, in_time, load.turn))
    })
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_io().build()
}

async fn one_client(
    mut connection: Connection,
    number: usize,
    load: &Load,
    start: Instant,
) -> Result<(Vec<u64>, u32), Failure> {
    let (mut took, mut in_time) = (Vec::new(), 0);
    // Each begins elsewhere, so that they do not all ask for the same.
    let begin = load.requests.len() * number / load.connections;
    for request in load.requests.iter().cycle().skip(begin) {
        let before = Instant::now();
        connection.exchange(request, load.status).await?;
        took.push(u64::try_from(before.elapsed().as_micros()).unwrap_or(u64::MAX));
        if start.elapsed() > load.turn {
            break;
        }
        in_time += 1;
    }
    Ok((took, in_time))
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 256 * 1024] })
    }

    /// Sends a request and reads the whole answer; gives the length of its body.
    async fn exchange(&mut self, request: &[u8], status: u16) -> Result<usize, Failure> {
        self.stream.write_all(request).await?;
        let mut filled = self.more(0).await?;
        let head = loop {
            if let Some(head) = Head::find(self.buffer.get(..filled).unwrap_or_default())? {
                break head;
            }
            filled += self.more(filled).await?;
        };
        let mut missing = (head.length + head.body).saturating_sub(filled);
        while missing > 0 {
            missing = missing.saturating_sub(self.more(0).await?);
        }
        if head.status == status {
            return Ok(head.body);
        }
        let shown = String::from_utf8_lossy(self.buffer.get(..filled).unwrap_or_default()).into_owned();
        Err(format!("an answer of {} instead of {status}: {shown}", head.status).into())
    }

    async fn more(&mut self, at: usize) -> Result<usize, Failure> {
        let room = self.buffer.get_mut(at..).unwrap_or_default();
        match self.stream.read(room).await? {
            0 => Err("the server hung up, or its head is too long".into()),
            read => Ok(read),
        }
    }
}

/// What the head of an answer says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// Of the head itself, in bytes.
    pub(crate) length: usize,
    /// Of the body, in bytes.
    pub(crate) body: usize,
}

impl Head {
    /// The head at the beginning of `bytes`; none if it is not all there yet.
    pub(crate) fn find(bytes: &[u8]) -> Result<Option<Self>, Failure> {
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
        let text = std::str::from_utf8(bytes.get(..end).unwrap_or_default())?;
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or("no status line")?.parse()?;
        let length = |line: &str| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
        };
        let body = lines.find_map(length).ok_or("an answer without a length")??;
        Ok(Some(Self { status, length: end + 4, body }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let text = b"HTTP/1.1 201 Created\r\nX: y\r\nContent-Length: 12\r\n\r\nbody";
        assert_eq!(Head::find(text).unwrap(), Some(Head { status: 201, length: 50, body: 12 }));
        assert_eq!(Head::find(&text[..40]).unwrap(), None);
        assert!(Head::find(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }

    #[test]
    fn a_rate_counts_what_was_done_in_time() {
        let measured = Measured::of(vec![30, 10, 20], 2, Duration::from_millis(500));
        assert!((measured.rate - 4.0).abs() < f64::EPSILON);
        assert_eq!((measured.p50, measured.p99), (20, 30));
    }
}
