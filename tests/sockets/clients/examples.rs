//! The examples of the documentation, run as their readers run them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use gigline_testkit::{Actor, TestApp, on_both};
use serde_json::{Value, json};

use super::kit;

/// A script of `docs/examples/` that runs.
struct Example {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Example {
    fn start(program: &mut Command, script: &str, app: &TestApp, who: &Actor, more: &[String]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples").join(script);
        // A proxy of this machine's has no business between a client and a server on it.
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            program.env_remove(name);
        }
        program.arg(script).arg(format!("http://{}", app.address())).arg(&who.token).args(more);
        let piped = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    fn javascript(kit: &Path, script: &str, app: &TestApp, who: &Actor, more: &[String]) -> Self {
        Self::start(Command::new("node").env("NODE_PATH", kit.join("node_modules")), script, app, who, more)
    }

    fn say(mut self, lines: &str) -> Self {
        self.child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
        self
    }

    /// The next line that it prints.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The data of the next frame with this event.
    fn heard(&mut self, event: &str) -> Value {
        loop {
            let frame: Value = serde_json::from_str(&self.line()).unwrap();
            if frame["event"] == event {
                return frame["data"].clone();
            }
        }
    }

    /// What else it prints until it ends, and what it says of the end.
    fn rest(mut self) -> (String, String) {
        let (mut said, mut fault) = (String::new(), String::new());
        self.out.read_to_string(&mut said).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut fault).unwrap();
        self.child.wait().unwrap();
        (said, fault)
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        // One whose test failed would else wait for ever.
        drop(self.child.kill());
    }
}

on_both! {
    async fn the_examples_of_the_documentation_talk_to_one_another(app) {
        let (Some(javascript), Some(python)) = (kit::javascript(), kit::python()) else { return };
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let pair = |me: &Actor, other: &Actor| [me.id.to_string(), other.id.to_string()];

        let mut listens = Example::javascript(javascript, "listen.js", &app, &bob, &[]);
        assert_eq!(listens.heard("connection_succeeded"), "connected!");
        let said = Example::javascript(javascript, "chat.js", &app, &ann, &pair(&ann, &bob)).say("one\n\ntwo\n").rest();
        assert_eq!(said, ("1 me: one\n2 me: two\n".to_owned(), String::new()));
        let mut program = Command::new(python.join("bin/python"));
        let (said, fault) = Example::start(&mut program, "chat.py", &app, &bob, &pair(&bob, &ann)).say("three\n").rest();
        assert_eq!(said, "1 them: one\n2 them: two\n3 me: three\n", "{fault}");
        for (seq, text) in [(1, "one"), (2, "two"), (3, "three")] {
            let message = listens.heard("private_message");
            assert_eq!((&message["seq"], &message["message"]), (&seq.into(), &text.into()));
        }

        let _ = bob.post_empty("/api/logout/").await.expect(200);
        assert_eq!(listens.rest().1, "the session has ended: sign in again\n");
    }

    async fn the_examples_say_so_when_their_session_is_over(app) {
        let (Some(javascript), Some(python)) = (kit::javascript(), kit::python()) else { return };
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let pair = [ann.id.to_string(), bob.id.to_string()];
        let mut program = Command::new(python.join("bin/python"));
        let mut chats = [
            Example::javascript(javascript, "chat.js", &app, &ann, &pair),
            Example::start(&mut program, "chat.py", &app, &ann, &pair),
        ];
        for chat in &mut chats {
            chat.child.stdin.as_mut().unwrap().write_all(b"here\n").unwrap();
            assert_eq!(chat.line(), "1 me: here");
        }
        let _ = ann.post_empty("/api/logout/").await.expect(200);
        for chat in chats {
            let (_, fault) = chat.rest();
            assert!(fault.starts_with("the session has ended"), "{fault}");
        }
    }

    async fn the_example_of_a_room_shows_and_says_everything_once(app) {
        let Some(kit) = kit::javascript() else { return };
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let room = app.db_room(ann.id, bob.id).await;
        let said = |text: String| json!({ "chatroomid": room, "message": text });
        for seq in 1..=60 {
            let _ = ann.post("/message/sendMessage/", &said(format!("early {seq}"))).await.expect(200);
        }
        let mut example = Example::javascript(kit, "room.js", &app, &bob, &[room.to_string()]);
        for seq in 1..=60 {
            assert_eq!(example.line(), format!("{seq} ann.tester: early {seq}"));
        }
        example.child.stdin.as_mut().unwrap().write_all(b"here\n\nand there\n").unwrap();
        assert_eq!([example.line(), example.line()], ["61 bob.tester: here", "62 bob.tester: and there"]);
        let _ = ann.post("/message/sendMessage/", &said("late".to_owned())).await.expect(200);
        assert_eq!(example.line(), "63 ann.tester: late");
        let _ = bob.post_empty("/logout/").await.expect(200);
        assert_eq!(example.rest(), (String::new(), "a live session is needed\n".to_owned()));
    }
}
