//! Who does not read is cut off, holds nobody up, and loses nothing by it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use gigline_testkit::{Actor, Backend, TestApp};

use super::{ann_and_bob, attached, come_back, follow, message, numbers, path, say};

const MESSAGES: usize = 1_200;

/// A stream that is read when the test says so, byte by byte as it comes.
pub(super) struct Unread(TcpStream);

/// What such a stream said until it was over.
pub(super) struct Rest {
    /// The numbers of all messages that came whole.
    pub(super) numbers: Vec<i64>,
    /// The name of the last event that came whole.
    pub(super) last: String,
    /// Whether the answer came to its end.
    pub(super) whole: bool,
}

impl Unread {
    pub(super) fn open(app: &TestApp, who: &Actor, chat: i64, seen: i64) -> Self {
        let mut stream = TcpStream::connect(app.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!(
            "GET {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nLast-Event-ID: {seen}\r\n\
             Connection: close\r\n\r\n",
            path(chat),
            who.token
        );
        stream.write_all(head.as_bytes()).unwrap();
        Self(stream)
    }

    /// All that there is still to come.
    pub(super) fn rest(mut self) -> Rest {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let (head, chunks) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        // Blocks may be divided among chunks; what stands at their ends is no part of them.
        let blocks = whole(&bytes[bytes.len() - chunks.len()..]);
        let told = blocks.split_inclusive("\n\n").filter(|block| block.ends_with("\n\n"));
        let names = told.clone().flat_map(str::lines).filter_map(|line| line.strip_prefix("event: "));
        let last = names.last().unwrap_or_default().to_owned();
        let ids = told.filter(|block| block.contains("event: private_message\n"));
        let ids = ids.map(|block| block.lines().next().unwrap().strip_prefix("id: ").unwrap().parse().unwrap());
        Rest { numbers: ids.collect(), last, whole: text.ends_with("\r\n0\r\n\r\n") }
    }
}

/// What chunks hold, as far as they came.
fn whole(mut chunks: &[u8]) -> String {
    let mut all = Vec::new();
    while let Some(end) = chunks.windows(2).position(|pair| pair == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&chunks[..end]).unwrap(), 16).unwrap();
        let rest = &chunks[end + 2..];
        all.extend_from_slice(&rest[..size.min(rest.len())]);
        chunks = rest.get(size + 2..).unwrap_or_default();
    }
    String::from_utf8_lossy(&all).into_owned()
}

#[test]
fn who_reads_too_slowly_is_cut_off_and_loses_nothing() {
    let app = TestApp::start(Backend::Sqlite).expect("SQLite is always there");
    actix_rt::System::new().block_on(async {
        let (ann, bob, chat) = ann_and_bob(&app).await;
        let (stalled, mut awake) = (Unread::open(&app, &bob, chat, 0), follow(&bob, chat).await);
        attached(&app, 2).await;
        let text = "\u{1f4ac}".repeat(4_000);
        for number in 1..=MESSAGES {
            assert_eq!(say(&ann, chat, &text).await["seq"], number);
            assert_eq!(message(&mut awake).await["seq"], number, "nobody is held up");
        }
        // This one has all of it to make up for, and does not read that either.
        let absent = Unread::open(&app, &bob, chat, 0);
        attached(&app, 3).await;
        for _ in 0..100 {
            if app.app().engine.sockets() == 1 {
                break;
            }
            app.clock().advance(Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(app.app().engine.sockets(), 1, "nothing of two of them has moved");
        for stream in [stalled, absent] {
            let Rest { numbers: told, whole, .. } = stream.rest();
            assert!(!whole, "it is to see that this is not all");
            let seen = i64::try_from(told.len()).unwrap();
            assert!(told.into_iter().eq(1..=seen));
            let missed = MESSAGES - usize::try_from(seen).unwrap();
            assert!(missed > 0);
            let mut back = come_back(&bob, chat, seen).await;
            assert!(numbers(&mut back, missed).await.into_iter().eq(seen + 1..=i64::try_from(MESSAGES).unwrap()));
        }
        let said = say(&ann, chat, "there?").await;
        assert_eq!(message(&mut awake).await, said);
    });
}
