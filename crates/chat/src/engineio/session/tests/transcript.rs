//! A tiny language for what a session hears (`>`) and says (`<`). Everything that it says must be written down: what
//! is missing fails as well as what is wrong.
//!
//! ```text
//! poll > open                # or `ws > open`: by what the session begins
//! poll > get                 # it waits …
//! app  > send a b
//! poll < 4a|4b               # … and is answered; `|` stands for the separator
//! time > 25s                 # deadlines on the way are kept
//! session < ping timeout     # it ended; `session < over` when it may be forgotten
//! ```

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::engineio::{Config, Get, Incoming, Pop, Refusal, Sent, Session, Sid, Transport, WsId, WsOpen, message};
use crate::{CloseReason, Frame};

/// Plays `script` against a new session.
pub(super) fn play(script: &str) {
    play_with(Config::default(), script);
}

pub(super) fn play_with(config: Config, script: &str) {
    let mut scene = Scene::new(config);
    for (number, line) in script.lines().enumerate() {
        scene.place = format!("line {}: {}", number + 1, line.trim());
        let line = line.split('#').next().unwrap().trim();
        match line.split_once(char::is_whitespace).map(|(who, rest)| (who, rest.trim())) {
            None => assert!(line.is_empty(), "{}", scene.place),
            Some((who, rest)) => match rest.split_at(1) {
                (">", what) => scene.hear(who, what.trim()),
                ("<", what) => scene.expect(who, what.trim()),
                _ => panic!("neither > nor <: {}", scene.place),
            },
        }
    }
    "the end".clone_into(&mut scene.place);
    scene.expect_silence();
}

struct Scene {
    config: Config,
    session: Option<Session>,
    now: Instant,
    said: VecDeque<(String, String)>,
    sockets: Vec<(String, WsId)>,
    ended: bool,
    over: bool,
    place: String,
}

impl Scene {
    fn new(config: Config) -> Self {
        let now = Instant::now();
        let (said, sockets, place) = (VecDeque::new(), Vec::new(), String::new());
        Self { config, session: None, now, said, sockets, ended: false, over: false, place }
    }

    fn expect(&mut self, who: &str, what: &str) {
        let at = self.said.iter().position(|(by, _)| by == who);
        let (_, said) = at.and_then(|at| self.said.remove(at)).unwrap_or_else(|| panic!("silence at {}", self.place));
        assert_eq!(said, what, "{}", self.place);
    }

    fn expect_silence(&self) {
        assert_eq!(self.said, [], "said, but not written down before {}", self.place);
    }

    fn say(&mut self, who: &str, what: impl Into<String>) {
        self.said.push_back((who.to_owned(), what.into()));
    }

    fn hear(&mut self, who: &str, what: &str) {
        self.expect_silence();
        match (who, what) {
            ("poll", "open") => self.open(Transport::Polling),
            ("poll", _) => self.poll(what),
            ("post", _) => self.post(what),
            ("app", _) => self.app(what),
            ("time", _) => self.pass(what),
            (_, "open") if self.session.is_none() => {
                self.sockets.push((who.to_owned(), WsId::FIRST));
                self.open(Transport::WebSocket);
            }
            _ => self.socket(who, what),
        }
        self.settle();
    }

    fn session(&mut self) -> &mut Session {
        self.session.as_mut().expect("a script opens a session first")
    }

    fn open(&mut self, transport: Transport) {
        self.session = Some(Session::open(Sid::generate(), transport, self.config, self.now));
    }

    fn poll(&mut self, what: &str) {
        let now = self.now;
        match what {
            "get" => match self.session().get(now) {
                Get::Answer(body) => self.say("poll", readable(&body)),
                Get::Refuse(refusal) => self.say("poll", refused(refusal)),
                Get::Park => {}
            },
            "hang up" => self.session().get_dropped(now),
            _ => panic!("{}", self.place),
        }
    }

    fn post(&mut self, what: &str) {
        let now = self.now;
        let answer = match what {
            "begin" => self.session().post_begin(now).err(),
            "hang up" => return self.session().post_dropped(now),
            "too large" => Some(self.session().post_too_large()),
            _ => {
                let body = what.strip_prefix("body ");
                let begun = if body.is_none() { self.session().post_begin(now) } else { Ok(()) };
                let body = body.unwrap_or(what).replace('|', "\u{1e}").replace("EMPTY", "");
                let came = begun.and_then(|()| self.session().post(body.as_bytes(), now));
                came.map(|came| came.for_each(|incoming| self.deliver(incoming))).map(|()| self.say("post", "ok")).err()
            }
        };
        if let Some(refusal) = answer {
            self.say("post", refused(refusal));
        }
    }

    fn app(&mut self, what: &str) {
        let now = self.now;
        if let Some(texts) = what.strip_prefix("send ") {
            for text in texts.split(' ') {
                match self.session().send(&[message(&[text])]) {
                    Sent::Queued => {}
                    refused => self.say("app", format!("{refused:?}")),
                }
            }
        } else if let Some(data) = what.strip_prefix("send-binary ") {
            assert_eq!(self.session().send(&[Frame::binary(data.as_bytes())]), Sent::Queued);
        } else {
            let reasons = [("close", CloseReason::Finished), ("shut down", CloseReason::GoingAway)];
            let (_, reason) = reasons.into_iter().find(|(name, _)| *name == what).expect("a way to close");
            self.session().close(reason, now);
        }
    }

    fn pass(&mut self, what: &str) {
        let millis = what.strip_suffix("ms").map(|number| number.parse().unwrap());
        let time = millis.unwrap_or_else(|| 1000 * what.trim_end_matches('s').parse::<u64>().unwrap());
        let until = self.now + Duration::from_millis(time);
        while let Some(deadline) = self.session().next_deadline().filter(|deadline| *deadline <= until) {
            self.now = deadline;
            self.session().tick(deadline);
            self.settle();
        }
        self.now = until;
    }

    fn socket(&mut self, who: &str, what: &str) {
        let now = self.now;
        if what == "open" {
            return match self.session().ws_open(now) {
                WsOpen::Accept(ws) => self.sockets.push((who.to_owned(), ws)),
                WsOpen::Refuse(refusal) => self.say(who, refused(refusal)),
            };
        }
        let ws = self.sockets.iter().find(|(name, _)| name == who).expect("an open WebSocket").1;
        if let Some(data) = what.strip_prefix("binary ") {
            let data = Bytes::copy_from_slice(data.as_bytes());
            self.session().ws_binary(ws, &data, now).into_iter().for_each(|incoming| self.deliver(incoming));
        } else if let Some(reason) = what.strip_prefix("fault ") {
            let known = [CloseReason::TooBig, CloseReason::NotUtf8, CloseReason::Protocol];
            let reason = known.into_iter().find(|known| known.as_str() == reason).expect("a fault");
            self.session().ws_closed(ws, reason, now);
        } else if what == "hang up" {
            self.sockets.retain(|(name, _)| name != who);
            self.session().ws_closed(ws, CloseReason::TransportClosed, now);
        } else {
            let text = what.replace("EMPTY", "");
            self.session().ws_text(ws, &text, now).into_iter().for_each(|incoming| self.deliver(incoming));
        }
    }

    fn deliver(&mut self, incoming: Incoming<'_>) {
        match incoming {
            Incoming::Text(text) => self.say("app", text),
            Incoming::Binary(data) => self.say("app", format!("binary {}", String::from_utf8_lossy(&data))),
        }
    }

    /// What a door does after every call.
    fn settle(&mut self) {
        if let Some(body) = self.session().take_parked() {
            self.say("poll", readable(&body));
        }
        for (name, ws) in self.sockets.clone() {
            self.drain(&name, ws);
        }
        let (closed, done) = (self.session().closed(), self.session().is_done());
        if let (Some(reason), false) = (closed, self.ended) {
            self.ended = true;
            self.say("session", reason.as_str());
        }
        if done && !self.over {
            self.over = true;
            self.say("session", "over");
        }
        assert_eq!(done, self.session().next_deadline().is_none(), "a timer {}", self.place);
    }

    fn drain(&mut self, name: &str, ws: WsId) {
        loop {
            match self.session().pop_ws(ws) {
                Pop::Empty => return,
                Pop::Frame(frame) => self.say(name, shown(&frame)),
                Pop::Close => {
                    self.sockets.retain(|(_, other)| *other != ws);
                    return self.say(name, "end");
                }
            }
        }
    }
}

fn refused(refusal: Refusal) -> String {
    refusal.code().map_or_else(|| refusal.status().to_string(), |code| format!("{} code {code}", refusal.status()))
}

fn readable(body: &[u8]) -> String {
    String::from_utf8(body.to_vec()).unwrap().replace('\u{1e}', "|")
}

fn shown(frame: &Frame) -> String {
    let payload = frame.payload();
    if frame.is_close() {
        format!("close {}", u16::from_be_bytes([payload[0], payload[1]]))
    } else if frame.is_binary() {
        format!("binary {}", readable(&payload))
    } else if payload.starts_with(b"0{") {
        "open".to_owned()
    } else {
        readable(&payload)
    }
}
