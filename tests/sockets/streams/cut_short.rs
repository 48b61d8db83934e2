//! What ends a stream while it still tells what was missed: the session's end at once, the chat's as the last word.

use futures_util::future::join_all;
use gigline_testkit::{Actor, Backend, TestApp};

use super::slow::Unread;
use super::{ann_and_bob, attached, say};

/// More than fits on its way between two programs.
const MESSAGES: i64 = 1_000;

/// A stream of all that was said, of which nothing has been read yet.
async fn missed_all(app: &TestApp) -> (Actor, Actor, i64, Unread) {
    let (ann, bob, chat) = ann_and_bob(app).await;
    let text = "\u{1f4ac}".repeat(4_000);
    for _ in 0..MESSAGES / 50 {
        let _ = join_all((0..50).map(|_| say(&ann, chat, &text))).await;
    }
    let stream = Unread::open(app, &bob, chat, 0);
    attached(app, 1).await;
    (ann, bob, chat, stream)
}

/// Some messages in their order, not all of them; then this and a good end.
fn ends_with(stream: Unread, name: &str) {
    let rest = stream.rest();
    assert_eq!((rest.last.as_str(), rest.whole), (name, true));
    let told = i64::try_from(rest.numbers.len()).unwrap();
    assert!(told < MESSAGES, "it was over before that");
    assert!(rest.numbers.into_iter().eq(1..=told));
}

#[test]
fn who_signs_out_is_told_so_instead_of_what_was_missed() {
    let app = TestApp::start(Backend::Sqlite).expect("SQLite is always there");
    actix_rt::System::new().block_on(async {
        let (_ann, bob, _chat, stream) = missed_all(&app).await;
        let _ = bob.post_empty("/api/logout/").await.expect(200);
        attached(&app, 0).await;
        ends_with(stream, "failure");
    });
}

#[test]
fn a_chat_that_is_deleted_is_told_instead_of_what_was_missed() {
    let app = TestApp::start(Backend::Sqlite).expect("SQLite is always there");
    actix_rt::System::new().block_on(async {
        let (ann, _bob, chat, stream) = missed_all(&app).await;
        let _ = ann.delete(&format!("/api/chat/{chat}/")).await.expect(200);
        ends_with(stream, "chat_deleted");
    });
}
