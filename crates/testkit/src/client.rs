//! Requests and answers as tests write and read them.

use std::net::SocketAddr;
use std::time::Duration;

use awc::http::Method;
use awc::http::header::HeaderMap;
use serde_json::Value;

/// Whoever calls: nobody in particular, or with headers of their own on every request.
#[derive(Clone)]
pub struct Client {
    base: String,
    headers: Vec<(String, String)>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    asked: String,
}

impl Client {
    /// A client of the server at `address`.
    pub fn new(address: SocketAddr) -> Self {
        Self { base: format!("http://{address}"), headers: Vec::new() }
    }

    /// The same client with a header on every request.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut with = self.clone();
        with.headers.push((name.to_owned(), value.to_owned()));
        with
    }

    /// The same client with a session's token in the cookie, as browsers send it.
    #[must_use]
    pub fn with_cookie(&self, token: &str) -> Self {
        self.with("cookie", &format!("session={token}"))
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// HEAD.
    pub async fn head(&self, path: &str) -> Answer {
        self.send(Method::HEAD, path, None).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body.to_string().into_bytes())).await
    }

    /// POST with any body; it has no content type.
    pub async fn post_raw(&self, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        self.send(Method::POST, path, Some(body.into())).await
    }

    /// POST without a body.
    pub async fn post_empty(&self, path: &str) -> Answer {
        self.send(Method::POST, path, None).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// The address of a path, which may be an address already.
    pub(crate) fn address(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) }
    }

    /// What goes with every request.
    pub(crate) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Any method, with or without a body. `path` may be an absolute address.
    #[expect(clippy::panic, reason = "a server that does not answer fails the test")]
    pub async fn send(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Answer {
        let asked = format!("{method} {path}");
        let address = self.address(path);
        let client = awc::Client::builder().timeout(Duration::from_secs(60)).disable_redirects().finish();
        let mut request = client.request(method, address);
        for (name, value) in &self.headers {
            request = request.insert_header((name.as_str(), value.as_str()));
        }
        let sent = match body {
            Some(body) => request.send_body(body),
            None => request.send(),
        };
        let mut response = match sent.await {
            Ok(response) => response,
            Err(error) => panic!("{asked}: {error}"),
        };
        let body = match response.body().limit(64 << 20).await {
            Ok(body) => body.to_vec(),
            Err(error) => panic!("{asked}: {error}"),
        };
        Answer::new(response.status().as_u16(), response.headers(), body, asked)
    }
}

impl Answer {
    pub(crate) fn new(status: u16, headers: &HeaderMap, body: Vec<u8>, asked: String) -> Self {
        Self { status, headers: headers.clone(), body, asked }
    }

    /// The same answer, if its status is this one; else the test fails with what came instead.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.asked, String::from_utf8_lossy(&self.body));
        self
    }

    /// The body as JSON.
    #[track_caller]
    #[expect(clippy::panic, reason = "an answer that is no JSON fails the test")]
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(json) => json,
            Err(error) => panic!("{}: {error}: {}", self.asked, String::from_utf8_lossy(&self.body)),
        }
    }

    /// A number in the body.
    #[track_caller]
    pub fn number(&self, key: &str) -> i64 {
        let json = self.json();
        let number = json.get(key).and_then(Value::as_i64);
        assert!(number.is_some(), "{}: no number {key:?} in {json}", self.asked);
        number.unwrap_or_default()
    }

    /// A text in the body.
    #[track_caller]
    pub fn text(&self, key: &str) -> String {
        let json = self.json();
        let text = json.get(key).and_then(Value::as_str);
        assert!(text.is_some(), "{}: no text {key:?} in {json}", self.asked);
        text.unwrap_or_default().to_owned()
    }

    /// The stable code of an error.
    #[track_caller]
    pub fn code(&self) -> String {
        self.text("code")
    }

    /// The names of the fields that an error finds fault with, in order.
    #[track_caller]
    pub fn faulty_fields(&self) -> Vec<String> {
        let json = self.json();
        let fields = json.get("fields").and_then(Value::as_object);
        assert!(fields.is_some(), "{}: no fields in {json}", self.asked);
        fields.map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
    }

    /// The things in a list of the body.
    #[track_caller]
    pub fn list(&self, key: &str) -> Vec<Value> {
        let json = self.json();
        let list = json.get(key).and_then(Value::as_array);
        assert!(list.is_some(), "{}: no list {key:?} in {json}", self.asked);
        list.cloned().unwrap_or_default()
    }

    /// The ids of the things in a list of the body.
    #[track_caller]
    pub fn ids(&self, key: &str) -> Vec<i64> {
        self.list(key).iter().filter_map(|item| item.get("id").and_then(Value::as_i64)).collect()
    }

    /// A header, `""` if it is not there.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// The value that a `Set-Cookie` header gives a cookie, if one does.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let set = self.headers.get_all("set-cookie").filter_map(|value| value.to_str().ok());
        set.filter_map(|cookie| cookie.split(';').next()?.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }
}
