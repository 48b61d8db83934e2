//! What POSTs may bring while the application is slow: one at a time, in the order in which they came.

use actix_web::test::TestRequest;
use futures_util::future::{LocalBoxFuture, join_all, ready};
use futures_util::{FutureExt as _, poll};
use gigline_chat::CloseReason;

use super::super::link::Work;
use super::*;
use crate::sockets::peer::Message;

/// What each brings: more than may lie there.
const LARGE: usize = 70_000;

type Posted = LocalBoxFuture<'static, Result<HttpResponse, Refusal>>;

/// A POST on a connection of its own, which brings one message that begins with this number.
fn brings(link: &Link, number: usize) -> Posted {
    brings_when(link, number, ready(()))
}

/// The same, but of its body nothing comes before this.
fn brings_when(link: &Link, number: usize, then: impl Future<Output = ()> + 'static) -> Posted {
    let (link, body) = (link.clone(), format!("4{number:06}{}", "x".repeat(LARGE)));
    let payload = Payload::Stream { payload: then.map(|()| Ok(body.into())).into_stream().boxed_local() };
    let posted = async move {
        let request = TestRequest::post().to_http_request();
        post(&request, payload, &link, 1_000_000, Duration::from_secs(10)).await
    };
    posted.boxed_local()
}

fn next(link: &Link) -> Option<usize> {
    match link.next_work() {
        Work::Receive(Message::Text(text)) => text.get(..6)?.parse().ok(),
        _ => None,
    }
}

/// So many POSTs that came one after the other, none of which waited for the answer of the one before it.
async fn came(link: &Link, count: usize) -> Vec<Posted> {
    let mut posts: Vec<_> = (0..count).map(|number| brings(link, number)).collect();
    for post in &mut posts {
        assert!(poll!(post).is_pending(), "the inbox is full");
    }
    posts
}

#[actix_rt::test]
async fn who_sends_on_without_waiting_for_answers_waits_and_all_of_it_arrives_in_order() {
    let link = Link::polled();
    let mut posts = came(&link, 5).await;
    for number in 0..5 {
        assert_eq!((next(&link), next(&link)), (Some(number), None), "one lies there, and no more");
        let answered = posts.remove(0).now_or_never().expect("there is room again").unwrap();
        assert_eq!(answered.status(), 200);
        for post in &mut posts {
            assert!(poll!(post).is_pending(), "the next one has taken the room");
        }
    }
}

#[actix_rt::test]
async fn who_waits_for_room_is_told_when_the_session_ends() {
    let link = Link::polled();
    let posts = came(&link, 3).await;
    link.close(CloseReason::SignedOut);
    let answers = join_all(posts).now_or_never().expect("nobody waits any more");
    let refused: Vec<_> = answers.iter().map(|answer| answer.as_ref().err()).collect();
    assert_eq!(refused, [None, Some(&Refusal::UnknownSid), Some(&Refusal::UnknownSid)]);
}

#[actix_rt::test]
async fn bodies_that_overlap_end_the_session() {
    let link = Link::polled();
    link.post_begin().unwrap();
    assert_eq!(brings(&link, 0).await.map(|answer| answer.status()), Err(Refusal::BadRequest));
    assert_eq!(link.ended(), Some(CloseReason::Protocol));
}

#[actix_rt::test]
async fn one_that_hangs_up_while_it_waits_lets_the_next_one_pass() {
    let link = Link::polled();
    let mut posts = came(&link, 3).await;
    drop(posts.remove(1));
    assert_eq!(next(&link), Some(0));
    for post in &mut posts {
        let _answered = poll!(post);
    }
    assert_eq!((next(&link), link.ended()), (Some(2), None), "it had brought nothing yet, so the session goes on");
}

#[actix_rt::test]
async fn while_the_body_of_one_that_waited_is_on_its_way_the_others_wait_on() {
    let link = Link::polled();
    let (arrives, arrived) = tokio::sync::oneshot::channel::<()>();
    let mut first = brings(&link, 0);
    let mut slow = brings_when(&link, 1, arrived.map(|_| ()));
    let mut quick = brings(&link, 2);
    assert!(poll!(&mut first).is_pending() && poll!(&mut slow).is_pending() && poll!(&mut quick).is_pending());
    assert_eq!(next(&link), Some(0));
    assert!(poll!(&mut slow).is_pending() && poll!(&mut quick).is_pending());
    assert_eq!((next(&link), link.ended()), (None, None));
    arrives.send(()).unwrap();
    assert!(poll!(&mut slow).is_pending() && poll!(&mut quick).is_pending());
    assert_eq!(next(&link), Some(1));
    assert!(poll!(&mut quick).is_pending());
    assert_eq!((next(&link), link.ended()), (Some(2), None));
}
