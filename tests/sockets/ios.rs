//! The first app on iOS, byte by byte: by cookie alone, without a cache-buster, and waiting for its open poll before it
//! moves to the WebSocket.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use gigline_testkit::{Actor, TestApp, on_both};
use serde_json::{Value, json};

const POLL: &str = "/socket.io/?transport=polling&b64=1&EIO=4";
const MOVE: &str = "/socket.io/?transport=websocket&EIO=4";

/// One connection of the phone's.
struct Wire(TcpStream);

/// The phone: what its system and its libraries put into each request.
struct Phone<'a> {
    app: &'a TestApp,
    cookie: String,
}

impl Phone<'_> {
    fn connects(&self) -> Wire {
        let stream = TcpStream::connect(self.app.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Wire(stream)
    }

    fn gets(&self, wire: &mut Wire, path: &str) {
        wire.sends(&format!("GET {path} HTTP/1.1\r\n{}\r\n", self.common()));
    }

    fn posts(&self, wire: &mut Wire, path: &str, body: &str) {
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

    fn upgrades(&self, wire: &mut Wire, sid: &str) {
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
    fn shakes_hands(&self, wire: &mut Wire) -> String {
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

    fn answer(&mut self) -> (String, String) {
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
    fn says(&mut self, text: &str) {
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
    fn hears(&mut self) -> String {
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
    fn becomes_one(&mut self) {
        let head = self.head();
        assert!(head.starts_with("http/1.1 101 "), "{head}");
        assert!(head.contains("sec-websocket-accept: hsmrc0smlyukagmm5oppg2hagwk=\r\n"), "{head}");
        // It would take the offer that it made for accepted if it were even named.
        assert!(!head.contains("sec-websocket-extensions"), "{head}");
    }
}

fn packets(body: &str) -> Vec<String> {
    body.split('\u{1e}').filter(|packet| *packet != "6").map(ToOwned::to_owned).collect()
}

fn is_in(heard: &[String]) {
    assert!(heard[0].starts_with(r#"40/api/chat/,{"sid":""#), "it drops what comes before: {heard:?}");
    assert_eq!(heard[1], r#"42/api/chat/,["connection_succeeded","connected!"]"#);
}

/// What the app does with its socket. It never joins, and its first ack has the number 0.
fn talks(socket: &mut Wire, me: &Actor, other: &Actor) {
    let both = format!(r#""sender_id":{},"receiver_id":{}"#, me.id, other.id);
    socket.says(&format!(r#"42/api/chat/,["new_chat",{{{both}}}]"#));
    let created = socket.hears();
    assert!(created.starts_with(r#"42/api/chat/,["chat_created",{"#), "{created}");
    socket.says(&format!(r#"42/api/chat/,0["private_message",{{{both},"msg":"hello"}}]"#));
    let mut heard = [socket.hears(), socket.hears()];
    heard.sort();
    let message: Value = serde_json::from_str(heard[0].strip_prefix("42/api/chat/,").unwrap()).unwrap();
    assert_eq!((&message[0], &message[1]["message"]), (&json!("private_message"), &json!("hello")));
    // The fields and types that it decodes.
    assert!(["id", "sender_id", "chat_id"].iter().all(|key| message[1][key].is_i64()), "{message}");
    assert_eq!(message[1]["time"].as_str().unwrap().len(), 26);
    assert!(heard[1].starts_with(r#"43/api/chat/,0[{"ok":true,"#), "{heard:?}");
    // As it stands in the first version: somebody who is not there speaks to somebody who is not there.
    socket.says(
        r#"42/api/chat/,["private_message",{"sender_id":100000000000,"receiver_id":20000000000,"msg":"feiosfji"}]"#,
    );
    let failure = socket.hears();
    assert!(
        failure.starts_with(r#"42/api/chat/,["failure",{"event":"private_message","code":"forbidden","#),
        "{failure}"
    );
    socket.says(&format!(r#"42/api/chat/,1["private_message",{{{both},"msg":"still here"}}]"#));
    let _ = [socket.hears(), socket.hears()];
}

on_both! {
    async fn the_phone_moves_to_the_web_socket_once_its_open_poll_is_released(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let phone = Phone { app: &app, cookie: format!("session={}", ann.token) };
        let [mut polls, mut posts, mut socket] = [phone.connects(), phone.connects(), phone.connects()];
        let sid = phone.shakes_hands(&mut polls);
        let path = format!("{POLL}&sid={sid}");
        phone.posts(&mut posts, &path, "40/api/chat/,");
        assert_eq!(posts.answer().1, "ok");
        let mut heard = Vec::new();
        while heard.len() < 2 {
            phone.gets(&mut polls, &path);
            heard.extend(packets(&polls.answer().1));
        }
        is_in(&heard);
        // This one finds nothing, and without it being released the phone would not go on.
        phone.gets(&mut polls, &path);
        phone.upgrades(&mut socket, &sid);
        socket.becomes_one();
        socket.says("2probe");
        assert_eq!(socket.hears(), "3probe");
        assert_eq!(polls.answer().1, "6");
        socket.says("5");
        talks(&mut socket, &ann, &bob);
    }

    async fn the_phone_does_it_all_at_once(app) {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let phone = Phone { app: &app, cookie: format!("session={}", ann.token) };
        let [mut polls, mut posts, mut socket] = [phone.connects(), phone.connects(), phone.connects()];
        let sid = phone.shakes_hands(&mut polls);
        let path = format!("{POLL}&sid={sid}");
        phone.upgrades(&mut socket, &sid);
        phone.gets(&mut polls, &path);
        phone.posts(&mut posts, &path, "40/api/chat/,");
        socket.becomes_one();
        socket.says("2probe");
        assert_eq!(posts.answer().1, "ok");
        assert_eq!(socket.hears(), "3probe");
        let mut heard = packets(&polls.answer().1);
        socket.says("5");
        while heard.len() < 2 {
            heard.push(socket.hears());
        }
        is_in(&heard);
        talks(&mut socket, &ann, &bob);
    }
}
