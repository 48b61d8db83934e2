//! What clients send in confidence does not come out of the program again: not into its log at the most talkative
//! level, whatever the request looks like that it came in, and into no answer but the one that hands it out.
#![cfg(test)]

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// What stands in every password, key and word here, also where its first letter is percent-encoded.
const CANARY: &str = "anary";

/// How long an answer may take that is bound to come, and one that perhaps is not.
const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(500);

/// The program, as its users start it, and everything that it says.
struct Program {
    child: Child,
    address: String,
    /// Held, for who says something to nobody dies of it.
    _out: BufReader<ChildStdout>,
}

impl Program {
    fn start(home: &Path, log: &Path) -> Self {
        let settings = [
            ("GIGLINE_LISTEN", "127.0.0.1:0"),
            ("GIGLINE_LOG", "trace"),
            ("RUST_LOG", "trace"),
            ("RUST_BACKTRACE", "full"),
            ("GIGLINE_BCRYPT_COST", "4"),
            ("GIGLINE_RATE_LIMIT", "off"),
        ];
        let mut program = Command::new(env!("CARGO_BIN_EXE_gigline"));
        program.env("GIGLINE_DATA_DIR", home).envs(settings).current_dir(home);
        let mut child = program.stdout(Stdio::piped()).stderr(File::create(log).unwrap()).spawn().unwrap();
        let (mut first, mut out) = (String::new(), BufReader::new(child.stdout.take().unwrap()));
        out.read_line(&mut first).unwrap();
        let address = first.trim().strip_prefix("gigline listens on http://").expect("where it listens").to_owned();
        Self { child, address, _out: out }
    }

    /// Sends these bytes and gives all that comes until the connection ends, or nothing is said for so long.
    fn sends(&self, bytes: &[u8], patience: Duration) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(patience)).unwrap();
        // It may refuse before it has read all.
        drop(stream.write_all(bytes));
        let (mut answer, mut chunk) = (Vec::new(), [0; 4096]);
        while let Ok(read @ 1..) = stream.read(&mut chunk) {
            answer.extend_from_slice(&chunk[..read]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A request by itself.
    fn asks(&self, line: &str, headers: &str, body: &str) -> String {
        let standard = format!("Host: localhost\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        self.sends(format!("{line} HTTP/1.1\r\n{standard}{headers}\r\n{body}").as_bytes(), LONG)
    }

    /// Opens a WebSocket, says one thing and goes.
    fn talks(&self, path: &str, headers: &str, text: &str) -> String {
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{headers}\r\n"
        );
        // Masked with zeros, so that what is said stands in the bytes as it is; and then a goodbye.
        let frame = [&[0x81, 0xfe][..], &u16::try_from(text.len()).unwrap().to_be_bytes(), &[0; 4], text.as_bytes()];
        self.sends(&[head.as_bytes(), &frame.concat(), &[0x88, 0x80, 0, 0, 0, 0]].concat(), LONG)
    }

    /// Ends it in good order.
    fn stops(mut self) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Of a test that failed before its end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The text after `key` in an answer, up to the next quotation mark or semicolon.
fn told<'a>(answer: &'a str, key: &str) -> &'a str {
    let (_, rest) = answer.split_once(key).unwrap_or_else(|| panic!("no {key} in {answer}"));
    rest.split(['"', ';']).next().unwrap()
}

/// Passwords, each in another request; the status that each is answered with.
fn requests_with_passwords() -> Vec<(u16, String, &'static str, String)> {
    let (entry, long) = ("?username=ann&password=", "canary".repeat(20));
    let json = "Content-Type: application/json\r\n";
    let query = |status: u16, line: &str| (status, line.to_owned(), "", String::new());
    let body = |status: u16, line: &str, headers: &'static str, body: &str| {
        (status, line.to_owned(), headers, body.to_owned())
    };
    vec![
        query(201, &format!("POST /register/{entry}canary-right")),
        query(400, &format!("POST /register{entry}canary-taken")),
        query(400, "POST /register/?username=canary+is+no+name&password=canary-of-nobody"),
        query(401, &format!("POST /login/{entry}canary-wrong")),
        query(401, "POST /login?username=canary&password=canary-of-nobody"),
        query(400, "POST /register/?username=bob&password=canary"),
        query(400, &format!("POST /register/?username=bob&password={long}")),
        query(401, &format!("POST /login/{entry}{long}")),
        query(401, &format!("POST /login/{entry}%zz%63anary%ff%0d%0a%00%")),
        query(401, &format!("POST /login/{entry}%22canary%5C%0A&password=canary-twice&&=canary")),
        query(401, &format!("POST http://localhost/login/{entry}canary-absolute")),
        query(404, &format!("POST /logins/{entry}canary-elsewhere")),
        query(404, &format!("GET /message/nowhere{entry}canary-elsewhere")),
        query(404, &format!("POST /api/canary/{entry}canary-elsewhere")),
        query(405, &format!("GET /login/{entry}canary-method")),
        query(405, &format!("DELETE /register/{entry}canary-method")),
        query(405, &format!("BREW /register/{entry}canary-method")),
        query(401, &format!("GET /message/longpoll/{entry}canary-there&chatroomid=canary")),
        body(401, "POST /login/", json, r#"{"username":"ann","password":"canary-flat"}"#),
        body(401, "POST /login/", "", "username=ann&password=canary-form"),
        body(401, "POST /login/", json, r#"{"params":{"username":"ann"},"data":{"password":"canary-wrapped"}}"#),
        body(400, "POST /login/", json, r#"{"username":"ann","password":["canary"]}"#),
        body(400, "POST /login/", json, r#"{"username":"ann","password":"canary"#),
        body(400, "POST /login/", json, r#"["canary"]"#),
        body(403, &format!("POST /login/{entry}canary-right"), "Origin: https://evil.example\r\n", ""),
        body(401, &format!("POST /login/{entry}canary-keyed"), "Idempotency-Key: canary-key\r\n", ""),
    ]
}

/// Bytes that are no request, with a password in them.
fn broken_requests() -> Vec<Vec<u8>> {
    let good = "POST /login/?username=ann&password=canary-first HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    let huge = "canary".repeat(20_000);
    [
        format!("{good}{good}\0canary-garbage\r\n\r\n"),
        format!("{good}username=ann&password=canary-behind HTTP/1.1\r\n\r\n"),
        format!("POST /login/?username=ann&password={huge} HTTP/1.1\r\nHost: a\r\n\r\n"),
        "POST /login/?username=ann&password=canary-\u{1} HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "POST /login/?username=ann&password=canary with spaces HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "POST /login/?username=ann&password=canary HTTP/9.9\r\nHost: a\r\n\r\n".to_owned(),
        "POST /login/?username=ann&password=c\u{e4}canary HTTP/1.1\r\n\r\n".to_owned(),
        "POST ?username=ann&password=canary HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "POST /login/?password=canary HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n".to_owned(),
        "POST /login/?password=canary HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\ncanary\r\n".to_owned(),
        "POST /login/?password=canary HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n{\"password\":\"canary"
            .to_owned(),
    ]
    .map(String::into_bytes)
    .into()
}

/// The status of an answer.
fn status(answer: &str) -> Option<u16> {
    answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

/// Follows a chat, with a session in each of its places and where it does not belong.
fn follows(program: &Program, room: &str, session: &str, shown: [&str; 2]) {
    let path = format!("/api/chat/{room}/events/");
    let asks = |query: &str, headers: &str| {
        let head = format!("GET {path}{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
        // It would never end.
        program.sends(head.as_bytes(), SHORT)
    };
    for headers in shown {
        let told = asks("?after=0&token=canary", headers);
        assert!(status(&told) == Some(200) && told.contains("event: private_message\n"), "{told}");
        let refused = asks("", &format!("{headers}Last-Event-ID: canary\r\n"));
        assert!(status(&refused) == Some(400) && !refused.contains(CANARY), "{refused}");
    }
    assert_eq!(status(&asks(&format!("?token={session}"), "")), Some(401));
    assert_eq!(status(&asks("?after=canary", shown[0])), Some(400));
}

/// Uses a session's tokens, and an Engine.IO session, in each of their places; gives the `sid`.
fn uses(program: &Program, session: &str, update: &str) -> String {
    let (bearer, cookie) = (format!("Authorization: Bearer {session}\r\n"), format!("Cookie: session={session}\r\n"));
    let room = program.asks("POST /message/newChatroom/", &bearer, "");
    let room = told(&room, "\"chatroomid\":").trim_end_matches('}').to_owned();
    for line in [
        format!("POST /message/sendMessage/?chatroomid={room}&message=canary-said"),
        format!("GET /message/longpoll/?chatroomid={room}&after=0"),
        "GET /message/longpoll/?chatroomid=0&secret=canary".to_owned(),
        format!("GET /message/endpoll/?chatroomid={room}"),
        "GET /message/getUser/?name=canary".to_owned(),
    ] {
        for shown in [&bearer, &cookie] {
            assert!(matches!(status(&program.asks(&line, shown, "")), Some(200 | 500)), "{line}");
        }
    }
    follows(program, &room, session, [&bearer, &cookie]);
    for scheme in ["bearer", "Basic", "Bearer Bearer", "Bearer canary"] {
        let _ = program.asks("GET /api/secret/", &format!("Authorization: {scheme} {session}\r\n"), "");
    }
    let _ = program.asks(&format!("GET /api/secret/?token={session}"), "", "");
    let _ = program.asks("POST /api/logout/", &format!("{cookie}Origin: https://evil.example\r\n"), "");

    let said =
        format!(r#"{{"event":"private_message","data":{{"chat_id":{room},"msg":"{}"}},"id":1}}"#, "canary ".repeat(30));
    let refused = said.replace("private_message", "canary");
    for (path, headers) in [
        (format!("/api/chat/?token={session}"), ""),
        ("/api/chat/".to_owned(), &*bearer),
        ("/api/chat".to_owned(), &*cookie),
    ] {
        for text in [&said, &refused, &refused.replace('}', "")] {
            assert_eq!(status(&program.talks(&path, headers, text)), Some(101));
        }
    }
    let opened = program.asks(&format!("GET /socket.io/?EIO=4&transport=polling&token={session}"), "", "");
    let sid = told(&opened, "\"sid\":\"").to_owned();
    let polling = format!("/socket.io/?EIO=4&transport=polling&sid={sid}");
    let auth = format!(r#"40/api/chat/,{{"token":"{session}"}}"#);
    assert_eq!(status(&program.asks(&format!("POST {polling}"), "", &auth)), Some(200));
    assert!(program.asks(&format!("GET {polling}"), "", "").contains("connected!"));
    let event = format!(r#"42/api/chat/,0["private_message",{{"chat_id":{room},"msg":"canary"}}]"#);
    assert_eq!(status(&program.asks(&format!("POST {polling}"), "", &event)), Some(200));
    let _ = program.talks(&polling.replace("=polling", "=websocket"), "", &"2probe".repeat(30));
    let _ = program.asks(&format!("DELETE {polling}"), "", "");
    let _ = program.asks(&format!("GET {}", polling.replace("EIO=4", "EIO=canary")), "", "");
    assert_eq!(status(&program.asks(&format!("POST {polling}"), "", "canary")), Some(200));
    let traded = program.asks("POST /api/session/", &format!("Authorization: Bearer {update}\r\n"), "");
    assert_eq!(status(&traded), Some(200));
    let _ = program.asks(
        "POST /logout/",
        &format!("Authorization: Bearer {}\r\n", told(&traded, "\"session_token\":\"")),
        "",
    );
    sid
}

#[test]
fn nothing_confidential_is_logged_at_any_level_or_told_to_anybody_else() {
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join("said.log");
    let program = Program::start(home.path(), &log);
    for (expected, line, headers, body) in requests_with_passwords() {
        let answer = program.asks(&line, headers, &body);
        assert_eq!(status(&answer), Some(expected), "{line}: {answer}");
        assert!(!answer.contains(CANARY), "{line}: {answer}");
    }
    for bytes in broken_requests() {
        let answer = program.sends(&bytes, SHORT);
        assert!(!answer.contains(CANARY), "{answer}");
    }
    let signed_in = program.asks("POST /login/?username=ann&password=%63anary-right", "", "");
    assert!(!signed_in.contains(CANARY), "{signed_in}");
    let (session, update) = (told(&signed_in, "\"session_token\":\""), told(&signed_in, "\"update_token\":\""));
    let sid = uses(&program, session, update);
    program.stops();

    let said = std::fs::read_to_string(&log).unwrap();
    for whole in [
        "TRACE",
        "route=/login status=401",
        "route=/message/longpoll",
        "socket door=plain",
        "socket door=stream",
        "stopping",
    ] {
        assert!(said.contains(whole), "the log is not all there: no {whole}");
    }
    for (what, secret) in
        [("a password", CANARY), ("a session", session), ("an update token", update), ("a sid", &*sid)]
    {
        let line = said.lines().find(|line| line.to_lowercase().contains(&secret.to_lowercase()));
        assert_eq!(line, None, "{what} is in the log");
    }
}
