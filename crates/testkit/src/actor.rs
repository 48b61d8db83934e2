//! Somebody who is registered and does things, so that tests read as stories.

use std::ops::Deref;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::client::{Answer, Client};

/// A registered person with a live session, sent as a bearer token.
#[derive(Clone)]
pub struct Actor {
    /// Their id.
    pub id: i64,
    /// Their session token.
    pub token: String,
    /// What renews the session.
    pub update_token: String,
    name: String,
    client: Client,
}

/// A job with nothing particular about it.
pub fn plain_job(title: &str) -> Value {
    json!({
        "title": title, "description": "", "location": "", "date_activity": "", "duration": 0,
        "reward": "12.00", "category": "Labor", "longtitude": 0, "latitude": 0,
    })
}

impl Actor {
    pub(crate) fn new(anyone: &Client, name: &str, signed_in: &Answer) -> Self {
        let token = signed_in.text("session_token");
        Self {
            id: signed_in.number("id"),
            update_token: signed_in.text("update_token"),
            name: name.to_owned(),
            client: anyone.with("authorization", &format!("Bearer {token}")),
            token,
        }
    }

    /// Their address.
    pub fn email(&self) -> String {
        format!("{}@example.org", self.name)
    }

    /// What they registered with.
    pub fn password(&self) -> String {
        format!("{}'s secret", self.name)
    }

    /// Where they are found.
    pub fn path(&self) -> String {
        format!("/api/user/{}/", self.id)
    }

    /// Posts a job and gives its id.
    pub async fn posts_job(&self, title: &str) -> i64 {
        self.posts(&plain_job(title)).await.expect(201).number("id")
    }

    /// Posts any job.
    pub async fn posts(&self, job: &Value) -> Answer {
        self.post(&format!("/api/user/{}/job/", self.id), job).await
    }

    /// Applies for a job.
    pub async fn applies(&self, job: i64) -> Answer {
        self.post(&format!("/api/user/{}/job/{job}/", self.id), &json!({})).await
    }

    /// Takes the application back.
    pub async fn withdraws(&self, job: i64) -> Answer {
        self.delete(&format!("/api/user/{}/job/{job}/", self.id)).await
    }

    /// Picks a candidate.
    pub async fn picks(&self, job: i64, candidate: &Self) -> Answer {
        self.post(&format!("/api/job/{job}/user/{}/", candidate.id), &json!({})).await
    }

    /// Calls a job done, as the first app does: without a body.
    pub async fn finishes(&self, job: i64) -> Answer {
        self.post_empty(&format!("/api/job/{job}/done/")).await
    }

    /// Posts a job, has `receiver` apply for it, picks them, and gives its id.
    pub async fn hires(&self, receiver: &Self, title: &str) -> i64 {
        let job = self.posts_job(title).await;
        let _ = receiver.applies(job).await.expect(201);
        let _ = self.picks(job, receiver).await.expect(201);
        job
    }

    /// The same, and the job gets done.
    pub async fn completes_with(&self, receiver: &Self, title: &str) -> i64 {
        let job = self.hires(receiver, title).await;
        let _ = self.finishes(job).await.expect(201);
        job
    }

    /// Rates somebody.
    pub async fn rates(&self, other: &Self, rate: i64) -> Answer {
        let body = json!({ "rate": rate, "description": "" });
        self.post(&format!("/api/user/{}/rating/{}/", self.id, other.id), &body).await
    }

    /// Uploads a picture of themselves.
    pub async fn uploads(&self, picture: &[u8]) -> Answer {
        self.post(&format!("/api/user/{}/upload/", self.id), &json!({ "image_data": STANDARD.encode(picture) })).await
    }

    /// Uploads a picture of a job.
    pub async fn uploads_to(&self, job: i64, picture: &[u8]) -> Answer {
        self.post(&format!("/api/job/{job}/upload/"), &json!({ "image_data": STANDARD.encode(picture) })).await
    }
}

impl Deref for Actor {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}
