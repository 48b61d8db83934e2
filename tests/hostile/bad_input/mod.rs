//! What no client of good will sends: it is refused in the contract's shape or cut off, the server lives, and nothing
//! is stored.

mod bodies;
mod fields;
mod framing;
mod paths;
mod pictures;
mod pipelining;
mod search;

use gigline_http::{ROUTES, Route};
use gigline_testkit::{Actor, Answer, TestApp};

/// How many rows each table has.
pub(crate) struct Rows(Vec<i64>);

const TABLES: [&str; 14] = [
    "users",
    "jobs",
    "applications",
    "ratings",
    "assets",
    "doomed_blobs",
    "logins",
    "sessions",
    "update_tokens",
    "idempotency_keys",
    "job_words",
    "chats",
    "participants",
    "messages",
];

impl Rows {
    pub(crate) fn of(app: &TestApp) -> Self {
        Self(TABLES.map(|table| app.database().count(table)).to_vec())
    }

    /// Nothing has come or gone, and the server is well.
    #[track_caller]
    pub(crate) fn are_still(&self, app: &TestApp) {
        assert_eq!(self.0, Self::of(app).0, "{TABLES:?}");
    }
}

pub(crate) async fn lives(app: &TestApp) {
    let _ = app.anyone().get("/readyz").await.expect(200);
}

/// Somebody who owns what the routes are tried on: a job with a candidate, a rating, and a message to Bob.
pub(crate) struct Stage {
    pub(crate) ann: Actor,
    pub(crate) bob: Actor,
    pub(crate) job: i64,
    pub(crate) rating: i64,
    pub(crate) chat: i64,
    pub(crate) message: i64,
}

impl Stage {
    pub(crate) async fn set(app: &TestApp) -> Self {
        let (ann, bob) = (app.user("ann").await, app.user("bob").await);
        let job = ann.posts_job("Hang posters").await;
        let _ = bob.applies(job).await.expect(201);
        let rating = ann.rates(&bob, 4).await.expect(201).number("id");
        let chat = app.db_chat(ann.id, bob.id).await;
        let said = ann.post(&format!("/api/chat/{chat}/message/"), &serde_json::json!({ "message": "hello" })).await;
        Self { ann, bob, job, rating, chat, message: said.expect(201).number("id") }
    }

    /// A route's path for things that are there and belong to Ann.
    pub(crate) fn path(&self, route: &Route) -> String {
        self.filled(route.path)
    }

    /// The same for any pattern.
    pub(crate) fn filled(&self, pattern: &str) -> String {
        let user = if pattern.starts_with("/api/job/") { self.bob.id } else { self.ann.id };
        pattern
            .replace("{user}", &user.to_string())
            .replace("{job}", &self.job.to_string())
            .replace("{target}", &self.rating.to_string())
            .replace("{rating}", &self.rating.to_string())
            .replace("{chat}", &self.chat.to_string())
            .replace("{message}", &self.message.to_string())
            .replace("{asset}", "1")
            .replace("{name}", "x")
    }
}

/// The POST routes that read a body.
pub(crate) fn with_body() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| route.method == "POST" && route.body.is_some())
}

/// A refusal in the contract's shape.
#[track_caller]
pub(crate) fn refused(answer: &Answer, status: u16, code: &str) {
    let answer = answer.clone().expect(status);
    assert_eq!(answer.code(), code, "{answer:?}");
    assert_eq!(answer.text("error"), answer.text("message"));
    assert_eq!(answer.header("x-request-id"), answer.text("request_id"));
}
