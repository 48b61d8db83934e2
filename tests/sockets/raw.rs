//! WebSockets byte by byte, where a client library would not do what a bad client does.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use gigline_testkit::{TestApp, on_both};

/// An open WebSocket, its 101 read.
pub(crate) struct Raw(TcpStream);

impl Raw {
    pub(crate) fn open(app: &TestApp, path: &str, token: &str) -> Self {
        let mut stream = TcpStream::connect(app.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
             Authorization: Bearer {token}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let (mut answer, mut byte) = (Vec::new(), [0]);
        while !answer.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            answer.push(byte[0]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&answer));
        Self(stream)
    }

    /// Sends these bytes and nothing more.
    pub(crate) fn begin(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// Sends these bytes and gives the code of the close frame that comes; none if the connection ends without one.
    fn ends_after(mut self, bytes: &[u8]) -> Option<u16> {
        self.begin(bytes);
        loop {
            let [first, length] = self.read()?;
            assert!(length < 126, "nothing long is said here");
            let payload = (0..length).map(|_| self.read().map(|[byte]| byte)).collect::<Option<Vec<u8>>>()?;
            if first == 0x88 {
                return Some(u16::from_be_bytes([payload[0], payload[1]]));
            }
        }
    }

    fn read<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        self.0.read_exact(&mut bytes).ok().map(|()| bytes)
    }
}

/// The doors, and one byte more than each takes.
pub(crate) const DOORS: [(&str, u64); 2] =
    [("/api/chat/", 65_537), ("/socket.io/?EIO=4&transport=websocket", 1_000_001)];

on_both! {
    async fn who_only_announces_too_much_is_closed_at_once(app) {
        let ann = app.user("ann").await;
        for (path, too_much) in DOORS {
            for first in [0x81, 0x82, 0x01] {
                let head = [&[first, 0xff][..], &too_much.to_be_bytes()].concat();
                let raw = Raw::open(&app, path, &ann.token);
                // Nothing of the message itself is ever sent.
                assert_eq!(raw.ends_after(&head), Some(1009), "{path} {first}");
            }
        }
    }

    async fn what_is_no_frame_is_a_protocol_error(app) {
        let ann = app.user("ann").await;
        let bad: [&[u8]; 4] = [&[0x81, 0x01, b'x'], &[0xc1, 0x80, 0, 0, 0, 0], &[0x83, 0x80, 0, 0, 0, 0], &[0x80, 0x80, 0, 0, 0, 0]];
        for (path, _) in DOORS {
            for bytes in bad {
                assert_eq!(Raw::open(&app, path, &ann.token).ends_after(bytes), Some(1002), "{path} {bytes:?}");
            }
        }
    }

    async fn bad_text_is_told_so(app) {
        let ann = app.user("ann").await;
        for (path, _) in DOORS {
            let raw = Raw::open(&app, path, &ann.token);
            assert_eq!(raw.ends_after(&[0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]), Some(1007), "{path}");
        }
    }
}
