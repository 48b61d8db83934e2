//! Many at once: people by the dozen, requests side by side, and what is counted of their answers.

use std::pin::Pin;

use futures_util::future::join_all;
use gigline_testkit::{Actor, Answer, TestApp};
use serde_json::Value;

/// As many as each race has.
pub(crate) const FIFTY: usize = 50;

/// A request that has not been sent yet.
pub(crate) type Request<'a> = Pin<Box<dyn Future<Output = Answer> + 'a>>;

/// Sends all requests at once; their answers in order. None of them may be a failure of the server's.
pub(crate) async fn all_at_once<'a>(requests: impl IntoIterator<Item = Request<'a>>) -> Vec<Answer> {
    let answers = join_all(requests).await;
    for answer in &answers {
        assert!(answer.status < 500, "{}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    }
    answers
}

/// Sends two kinds of requests at once, one of each kind in turn, so that neither kind is always the first.
pub(crate) async fn mixed<'a>(
    one: impl IntoIterator<Item = Request<'a>>,
    other: impl IntoIterator<Item = Request<'a>>,
) -> (Vec<Answer>, Vec<Answer>) {
    let pairs = one.into_iter().zip(other).flat_map(|(one, other)| [one, other]);
    let mut turns = all_at_once(pairs).await.into_iter();
    let (mut ones, mut others) = (Vec::new(), Vec::new());
    while let (Some(one), Some(other)) = (turns.next(), turns.next()) {
        ones.push(one);
        others.push(other);
    }
    (ones, others)
}

/// How many answers have this status.
pub(crate) fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// Exactly one answer has the status `won`, and all others the status and the code `lost`.
#[track_caller]
pub(crate) fn one_wins(answers: &[Answer], won: u16, lost: (u16, &str)) {
    assert_eq!(count(answers, won), 1, "{}", statuses(answers));
    for answer in answers.iter().filter(|answer| answer.status != won) {
        assert_eq!((answer.status, answer.code().as_str()), lost, "{}", statuses(answers));
    }
}

/// All answers have this status.
#[track_caller]
pub(crate) fn all_are(answers: &[Answer], status: u16) {
    assert_eq!(count(answers, status), answers.len(), "{}", statuses(answers));
}

pub(crate) fn statuses(answers: &[Answer]) -> String {
    answers.iter().map(|answer| answer.status.to_string()).collect::<Vec<_>>().join(" ")
}

/// Registers so many people: `name0`, `name1`, …
pub(crate) async fn people(app: &TestApp, name: &str, count: usize) -> Vec<Actor> {
    let names: Vec<String> = (0..count).map(|n| format!("{name}{n}")).collect();
    join_all(names.iter().map(|name| app.user(name))).await
}

/// The ids of the people in a list of a job.
pub(crate) fn ids(job: &Value, list: &str) -> Vec<i64> {
    job[list].as_array().unwrap().iter().map(|person| person["id"].as_i64().unwrap()).collect()
}

/// What must hold of a job in every state, as its poster sees it.
#[track_caller]
pub(crate) fn is_consistent(job: &Value) {
    let (status, receivers) = (job["status"].as_str().unwrap(), ids(job, "receiver"));
    assert_eq!(job["taken"], status != "open", "{job}");
    assert_eq!(job["done"], status == "done", "{job}");
    assert_eq!(receivers.len(), usize::from(status != "open"), "{job}");
    let potential = ids(job, "potential");
    assert!(receivers.iter().all(|receiver| !potential.contains(receiver)), "{job}");
    assert_eq!(job["potential_count"], potential.len(), "{job}");
}
