//! A phone with the first app on it: what it sends, and the system's cookie jar, which is all it signs in with.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use gigline_testkit::{Answer, Client, Method, TestApp};
use serde_json::{Value, json};

use super::models::{Job, MessageJson, Rating, Shown, SimpleImage, User, decode};
use crate::pictures::samples::data_url;

/// The app, and who uses it.
pub(crate) struct Phone {
    client: Client,
    jar: RefCell<BTreeMap<String, String>>,
    /// The user that the app remembers; 0 before anybody signed in.
    pub(crate) id: Cell<i64>,
    /// The session token, which it sends on logout alone.
    token: RefCell<String>,
}

/// What the app's form for a new job sends.
pub(crate) fn job_form(title: &str) -> Value {
    json!({
        "title": title, "description": "", "location": "", "date_activity": "", "duration": 0, "reward": "12.00",
        "category": "Pet Sitting", "longtitude": 0, "latitude": 0, "relevant_skills": "", "other_notes": "",
    })
}

impl Phone {
    /// A phone on which nobody is signed in.
    pub(crate) fn new(app: &TestApp) -> Self {
        let client = app.anyone().with("user-agent", "Gigs/1.0 (iOS 15.0.0) Alamofire/5.6.1");
        let client = client.with("accept-encoding", "br;q=1.0, gzip;q=0.9, deflate;q=0.8");
        Self { client, jar: RefCell::default(), id: Cell::new(0), token: RefCell::default() }
    }

    /// Puts a session into the jar, as an answer with this cookie would have.
    pub(crate) fn holding(app: &TestApp, id: i64, session: &str) -> Self {
        let phone = Self::new(app);
        phone.id.set(id);
        phone.jar.borrow_mut().insert("session".to_owned(), session.to_owned());
        phone
    }

    /// Sends a request with the cookies of the jar, and keeps those of the answer.
    pub(crate) async fn sends(&self, client: &Client, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let cookies: Vec<String> = self.jar.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut client = client.clone();
        if !cookies.is_empty() {
            client = client.with("cookie", &cookies.join("; "));
        }
        if body.is_some() {
            client = client.with("content-type", "application/json");
        }
        let answer = client.send(method, path, body.map(|body| body.to_string().into_bytes())).await;
        self.keep_cookies(&answer);
        answer
    }

    fn keep_cookies(&self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie").map(|cookie| cookie.to_str().unwrap()) {
            let mut parts = cookie.split(';').map(str::trim);
            let (name, value) = parts.next().unwrap().split_once('=').unwrap();
            let attributes: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
            assert!(attributes.contains(&"path=/".to_owned()), "{cookie}: sent with every request");
            assert!(!attributes.contains(&"secure".to_owned()), "{cookie}: there is no TLS here");
            if attributes.contains(&"max-age=0".to_owned()) {
                self.jar.borrow_mut().remove(name);
            } else {
                self.jar.borrow_mut().insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// A screen that is opened.
    pub(crate) async fn get<T: Shown>(&self, path: &str) -> T {
        decode(&self.look(path).await.expect(200))
    }

    /// A screen that may not be there any more.
    pub(crate) async fn look(&self, path: &str) -> Answer {
        self.sends(&self.client, Method::GET, path, None).await
    }

    /// A form that is sent.
    pub(crate) async fn post(&self, path: &str, form: &Value) -> Answer {
        self.sends(&self.client, Method::POST, path, Some(form)).await
    }

    /// A button whose call has no body, nor the type of one.
    pub(crate) async fn post_bare(&self, path: &str) -> Answer {
        self.sends(&self.client, Method::POST, path, None).await
    }

    /// Something is deleted.
    pub(crate) async fn delete<T: Shown>(&self, path: &str) -> T {
        decode(&self.sends(&self.client, Method::DELETE, path, None).await.expect(200))
    }

    fn signed_in(&self, answer: &Answer) -> User {
        let user: User = decode(answer);
        assert!(!user.token.is_empty());
        self.id.set(user.id);
        *self.token.borrow_mut() = user.token.clone();
        user
    }

    /// Signs up, with any form.
    pub(crate) async fn registers(&self, form: &Value) -> User {
        let answer = self.post("/api/register/", form).await.expect(201);
        self.signed_in(&answer)
    }

    /// Signs in.
    pub(crate) async fn logs_in(&self, email: &str, password: &str) -> User {
        let answer = self.post("/api/login/", &json!({ "email": email, "password": password })).await.expect(200);
        self.signed_in(&answer)
    }

    /// Signs out, the one call with a token in its header.
    pub(crate) async fn logs_out(&self) -> MessageJson {
        let client = self.client.with("authorization", &format!("Bearer {}", self.token.borrow()));
        decode(&self.sends(&client, Method::POST, "/api/logout/", None).await.expect(200))
    }

    /// Posts a job.
    pub(crate) async fn posts(&self, form: &Value) -> Job {
        decode(&self.post(&format!("/api/user/{}/job/", self.id.get()), form).await.expect(201))
    }

    /// Applies for a job.
    pub(crate) async fn applies(&self, job: i64) -> User {
        decode(&self.post(&format!("/api/user/{}/job/{job}/", self.id.get()), &json!({})).await.expect(201))
    }

    /// Picks a candidate.
    pub(crate) async fn picks(&self, job: i64, candidate: i64) -> Job {
        decode(&self.post(&format!("/api/job/{job}/user/{candidate}/"), &json!({})).await.expect(201))
    }

    /// Calls a job done.
    pub(crate) async fn finishes(&self, job: i64) -> Job {
        decode(&self.post_bare(&format!("/api/job/{job}/done/")).await.expect(201))
    }

    /// Rates somebody; or changes a rating, if the number is one's.
    pub(crate) async fn rates(&self, target: i64, rate: i64, words: &str) -> Rating {
        let form = json!({ "rate": rate, "description": words });
        decode(&self.post(&format!("/api/user/{}/rating/{target}/", self.id.get()), &form).await.expect(201))
    }

    /// Uploads a picture of oneself or of a job: `path` ends in `upload/`.
    pub(crate) async fn uploads(&self, path: &str, seed: u64) -> SimpleImage {
        let picture = gigline_media::drawn(seed, 32, 24);
        let form = json!({ "image_data": data_url("image/jpeg", &picture) });
        decode(&self.post(path, &form).await.expect(201))
    }
}
