//! Bytes to the server and back, without a client in between that would mend them.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longer than anything here may take.
const PATIENCE: Duration = Duration::from_secs(25);

/// A connection of one's own.
pub(crate) struct Raw(TcpStream);

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl RawAnswer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The code of an error in the contract's shape; fails the test if it has another shape.
    #[track_caller]
    pub(crate) fn code(&self) -> String {
        let json = self.json();
        let text = |key: &str| json[key].as_str().unwrap_or_default().to_owned();
        let told = self.head.to_lowercase();
        assert!(told.contains("content-type: application/json"), "{self:?}");
        assert!(!text("error").is_empty() && text("error") == text("message"), "{json}");
        assert!(text("code").chars().all(|c| c.is_ascii_lowercase() || c == '_') && !text("code").is_empty(), "{json}");
        assert!(told.contains(&format!("x-request-id: {}", text("request_id"))), "{json} {told}");
        text("code")
    }
}

impl Raw {
    pub(crate) fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    /// Sends bytes; false if the other end does not take them any more.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.write_all(bytes).is_ok()
    }

    /// The next answer; none if the connection is closed without one.
    pub(crate) fn answer(&mut self) -> Option<RawAnswer> {
        let mut bytes = Vec::new();
        loop {
            if let Some(answer) = whole(&bytes) {
                return Some(answer);
            }
            let mut chunk = [0; 4096];
            match self.0.read(&mut chunk) {
                Ok(0) => return None,
                Ok(read) => bytes.extend_from_slice(&chunk[..read]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return None,
                Err(error) => panic!("no answer and no end: {error}"),
            }
        }
    }

    /// Sends so much each time until an answer or the end comes, at most for `limit`; then the answer.
    pub(crate) fn trickle(&mut self, piece: &[u8], pause: Duration, limit: Duration) -> Option<RawAnswer> {
        let until = Instant::now() + limit;
        while Instant::now() < until && self.send(piece) {
            // A read with a deadline is the pause: it ends at once when the server answers.
            self.0.set_read_timeout(Some(pause)).unwrap();
            match self.0.peek(&mut [0; 1]) {
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                _ => break,
            }
        }
        assert!(Instant::now() < until, "neither an answer nor an end within {limit:?}");
        self.0.set_read_timeout(Some(PATIENCE)).unwrap();
        self.answer()
    }

    /// All that comes until the server closes the connection.
    pub(crate) fn rest(mut self) -> String {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// Whether the server closes the connection, whatever it still says before.
    pub(crate) fn is_closed(&mut self) -> bool {
        loop {
            match self.0.read(&mut [0; 4096]) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(error) => return error.kind() == ErrorKind::ConnectionReset,
            }
        }
    }

    /// Goes away at once.
    pub(crate) fn hang_up(self) {
        drop(self.0.shutdown(Shutdown::Both));
    }
}

/// The first answer in `bytes`, once all of it is there; interim ones (1xx) are skipped.
fn whole(bytes: &[u8]) -> Option<RawAnswer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status: u16 = head.split(' ').nth(1)?.parse().ok()?;
    if status < 200 {
        return whole(&bytes[end..]);
    }
    let length =
        head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
    let length: usize = length.unwrap_or(0);
    (bytes.len() >= end + length).then(|| RawAnswer { status, head, body: bytes[end..end + length].to_vec() })
}

/// A request's head with a session, up to and without the empty line.
pub(crate) fn head(method: &str, path: &str, token: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: gigline.test\r\nAuthorization: Bearer {token}\r\n")
}
