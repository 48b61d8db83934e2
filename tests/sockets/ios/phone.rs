//! The phone's requests and frames, as its system and its libraries write them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use gigline_testkit::{Actor, TestApp};
use serde_json::{Value, json};

/// Where it polls.
pub(super) const POLL: &str = "/socket.io/?transport=polling&b64=1&EIO=4";
const MOVE: &str = "/socket.io/?transport=websocket&EIO=4";

/// One connection of the phone's.
pub(super) struct Wire(TcpStream);

/// The phone: what its system and its libraries put into each request.
pub(super) struct Phone<'a> {
    app: &'a TestApp,
    cookie: String,
}

impl<'a> Phone<'a> {
    pub(super) fn of(app: &'a TestApp, owner: &Actor) -> Self {
        Self { app, cookie: format!("session={}", owner.token) }
    }

    pub(super) fn connects(&self) -> Wire {
        let stream = TcpStream::connect(self.app.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Wire(stream)
    }

    pub(super) fn gets(&self, wire: &mut Wire, path: &str) {
        wire.sends(&format!("GET {path} HTTP/1.1\r\n{}\r\n", self.common()));
    }

    pub(super) fn posts(&self, wire: &mut Wire, path: &str, body: &str) {
        let common = self.common();
        let length = body.len();
        wire.sends(&format!(
            "POST {path} HTTP/1.1\r\n{common}Content-Type: text/plain; charset=UTF-8\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        ));
    }

    fn common(&self) -> String {
        format!(
            "Host: {}\r\nAccept: */*\r\nCookie: {}\r\nUser-Agent: sidequest1/1 CFNetwork/1404.0.5 Darwin/22.3.0\r\n\
             Accept-Language: en-US,en;q=0.9\r\nAccept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n",
            self.app.address(),
            self.cookie
        )
    }

    pub(super) fn upgrades(&self, wire: &mut Wire, sid: &str) {
        let host = self.app.address();
        wire.sends(&format!(
            "GET {MOVE}&sid={sid} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nOrigin: ws://{host}\r\n\
             Cookie: {}\r\n\
             Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits=15\r\n\r\n",
            self.cookie
        ));
    }

    /// Opens a session; gives its sid.
    pub(super) fn shakes_hands(&self, wire: &mut Wire) -> String {
        self.gets(wire, POLL);
        let (head, body) = wire.answer();
        // Its system keeps what it may; nothing tells one poll of this path from another.
        assert!(head.contains("cache-control: no-store\r\n"), "{head}");
        let opened: Value = serde_json::from_str(body.strip_prefix('0').unwrap()).unwrap();
        assert_eq!(opened["upgrades"], json!(["websocket"]));
        opened["sid"].as_str().unwrap().to_owned()
    }
}

impl Wire {
    fn sends(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).unwrap();
    }

    fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.extend(self.bytes(1));
        }
        String::from_utf8(head).unwrap().to_lowercase()
    }

    pub(super) fn answer(&mut self) -> (String, String) {
        let head = self.head();
        assert!(head.starts_with("http/1.1 200 ok\r\n"), "{head}");
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        let body = self.bytes(length.unwrap().parse().unwrap());
        (head, String::from_utf8(body).unwrap())
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.0.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// Sends a text in a frame, masked as clients must.
    pub(super) fn says(&mut self, text: &str) {
        let mask = [0x37, 0xfa, 0x21, 0x3d];
        let mut frame = match u8::try_from(text.len()) {
            Ok(short @ 0..126) => vec![0x81, 0x80 | short],
            _ => [&[0x81, 0xfe][..], &u16::try_from(text.len()).unwrap().to_be_bytes()].concat(),
        };
        frame.extend(mask);
        frame.extend(text.bytes().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        self.0.write_all(&frame).unwrap();
    }

    /// The next text.
    pub(super) fn hears(&mut self) -> String {
        let head = self.bytes(2);
        assert_eq!(head[0], 0x81, "a whole text, and not compressed");
        let length = match head[1] {
            126 => usize::from(u16::from_be_bytes(self.bytes(2).try_into().unwrap())),
            127 => usize::try_from(u64::from_be_bytes(self.bytes(8).try_into().unwrap())).unwrap(),
            short => usize::from(short),
        };
        String::from_utf8(self.bytes(length)).unwrap()
    }

    /// Becomes a WebSocket.
    pub(super) fn becomes_one(&mut self) {
        let head = self.head();
        assert!(head.starts_with("http/1.1 101 "), "{head}");
        assert!(head.contains("sec-websocket-accept: hsmrc0smlyukagmm5oppg2hagwk=\r\n"), "{head}");
        // It would take the offer that it made for accepted if it were even named.
        assert!(!head.contains("sec-websocket-extensions"), "{head}");
    }
}
