//! Who comes back is told exactly what was missed, whatever happens in that moment.

use std::cell::Cell;

use gigline_testkit::{Backend, Client, TestApp, on_both};
use serde_json::json;

use super::{ann_and_bob, attached, come_back, follow, message, numbers, open, path, say};

/// Numbers that look like chance, and are the same each time.
struct Chance(u64);

impl Chance {
    /// One of the first `count` numbers.
    fn below(&mut self, count: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % count
    }
}

on_both! {
    async fn a_stream_goes_on_after_what_was_seen(app) {
        let (ann, bob, chat) = ann_and_bob(&app).await;
        for text in ["one", "two", "three"] {
            let _ = say(&ann, chat, text).await;
        }
        let (mut stream, after) = open(&bob, &path(chat)).await;
        assert_eq!(after, 3, "it begins with what comes next");
        let _ = say(&ann, chat, "four").await;
        assert_eq!(message(&mut stream).await["message"], "four");
        let (mut stream, after) = open(&bob, &format!("{}?after=1", path(chat))).await;
        assert_eq!((after, numbers(&mut stream, 3).await), (1, vec![2, 3, 4]));
        let _ = say(&ann, chat, "five").await;
        assert_eq!(message(&mut stream).await["message"], "five");
        drop(stream);
        let _ = say(&ann, chat, "six").await;
        let mut stream = come_back(&bob, chat, 5).await;
        assert_eq!(message(&mut stream).await["message"], "six");
        let _ = say(&ann, chat, "seven").await;
        assert_eq!(message(&mut stream).await["message"], "seven");
        // What a browser says wins over the address that it was once given.
        let (mut stream, after) = open(&bob.with("last-event-id", "6"), &format!("{}?after=1", path(chat))).await;
        assert_eq!((after, numbers(&mut stream, 1).await), (6, vec![7]));
        let (mut stream, after) = open(&bob.with("last-event-id", "900"), &path(chat)).await;
        assert_eq!(after, 7, "nobody has seen what is yet to come");
        let _ = say(&ann, chat, "eight").await;
        assert_eq!(message(&mut stream).await["message"], "eight");
    }

    async fn a_long_absence_is_made_up_for_page_by_page(app) {
        let (ann, bob, chat) = ann_and_bob(&app).await;
        for number in 1..=230 {
            let _ = say(&ann, chat, &number.to_string()).await;
        }
        let mut stream = come_back(&bob, chat, 0).await;
        let speaks = async {
            for number in 231..=260 {
                let _ = say(&ann, chat, &number.to_string()).await;
            }
        };
        let (told, ()) = tokio::join!(numbers(&mut stream, 260), speaks);
        assert_eq!(told, (1..=260).collect::<Vec<_>>());
    }

    async fn a_message_in_the_very_moment_of_a_connect_is_told_once(app) {
        let (ann, bob, chat) = ann_and_bob(&app).await;
        for round in 1..=150 {
            let ((mut stream, from), said) = tokio::join!(
                async {
                    match round % 2 {
                        0 => open(&bob.with("last-event-id", &(round - 1).to_string()), &path(chat)).await,
                        _ => open(&bob, &path(chat)).await,
                    }
                },
                say(&ann, chat, "now"),
            );
            assert_eq!(said["seq"], round);
            assert!(from == round - 1 || (round % 2 == 1 && from == round), "{from} in round {round}");
            if from < round {
                assert_eq!(message(&mut stream).await["seq"], round);
            }
            drop(stream);
            attached(&app, 0).await;
        }
    }

    async fn who_comes_and_goes_while_much_is_said_is_told_each_message_once(app) {
        const MESSAGES: usize = 300;
        let (ann, bob, chat) = ann_and_bob(&app).await;
        let said = Cell::new(0);
        let speaks = async {
            while said.get() < MESSAGES {
                let _ = say(&ann, chat, "more").await;
                said.set(said.get() + 1);
            }
        };
        let comes_and_goes = async {
            let mut told = Vec::new();
            while told.len() < MESSAGES {
                let mut stream = come_back(&bob, chat, told.last().copied().unwrap_or(0)).await;
                // At least one, so that it goes on where things happen.
                told.extend(numbers(&mut stream, said.get().saturating_sub(told.len()).max(1)).await);
                drop(stream);
                attached(&app, 0).await;
            }
            told
        };
        let ((), told) = tokio::join!(speaks, comes_and_goes);
        assert!(told.into_iter().eq((1..).take(MESSAGES)));
    }

    async fn whoever_breaks_off_whenever_ends_with_the_log(app) {
        let (ann, bob, chat) = ann_and_bob(&app).await;
        for seed in 1..=4_u64 {
            let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let first = say(&ann, chat, "begin").await["seq"].as_i64().unwrap();
            let (mut stream, mut told, mut said) = (come_back(&bob, chat, first).await, Vec::new(), first);
            for _ in 0..120 {
                match chance.below(8) {
                    0..4 => said = say(&ann, chat, "more").await["seq"].as_i64().unwrap(),
                    4..7 => {
                        let waiting = usize::try_from(said - first).unwrap() - told.len();
                        told.extend(numbers(&mut stream, waiting.min(2)).await);
                    }
                    _ => {
                        drop(stream);
                        attached(&app, 0).await;
                        stream = come_back(&bob, chat, told.last().copied().unwrap_or(first)).await;
                    }
                }
            }
            let waiting = usize::try_from(said - first).unwrap() - told.len();
            told.extend(numbers(&mut stream, waiting).await);
            assert_eq!(told, (first + 1..=said).collect::<Vec<_>>(), "seed {seed}");
            drop(stream);
            attached(&app, 0).await;
        }
    }
}

#[actix_rt::test]
async fn what_another_server_writes_is_told_too() {
    let Some(app) = TestApp::start(Backend::Postgres) else { return };
    let (ann, bob, chat) = ann_and_bob(&app).await;
    let beside = app.beside();
    let there = Client::new(beside.address()).with("authorization", &format!("Bearer {}", bob.token));
    let mut stream = follow(&there, chat).await;
    for number in 1..=20 {
        let said = say(&ann, chat, &number.to_string()).await;
        assert_eq!(message(&mut stream).await, said);
    }
    drop(stream);
    let _ = say(&ann, chat, "21").await;
    let mut stream = come_back(&there, chat, 20).await;
    assert_eq!(message(&mut stream).await["seq"], 21);
    let _ = bob.post_empty("/api/logout/").await.expect(200);
    let last = stream.next().await;
    assert_eq!((last.name.as_str(), &last.data["code"]), ("failure", &json!("unauthorized")));
}
