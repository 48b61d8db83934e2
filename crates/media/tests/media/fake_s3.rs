//! As much of S3 as the store needs, on a loopback port: objects in memory, lists in pages of two.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

const PAGE: usize = 2;
pub(crate) const BUCKET: &str = "pictures";

#[derive(Clone)]
pub(crate) struct Object {
    pub(crate) bytes: Vec<u8>,
    pub(crate) content_type: String,
    pub(crate) modified: &'static str,
}

#[derive(Default)]
struct Shared {
    objects: Mutex<BTreeMap<String, Object>>,
    stopped: AtomicBool,
    /// An answer to give to everything.
    refusal: Mutex<Option<u16>>,
}

pub(crate) struct FakeS3 {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

impl FakeS3 {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let state = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if state.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (state, stream) = (Arc::clone(&state), stream.unwrap());
                std::thread::spawn(move || serve(&state, &stream));
            }
        });
        Self { address, shared }
    }

    pub(crate) fn object(&self, key: &str) -> Option<Object> {
        self.shared.objects.lock().unwrap().get(key).cloned()
    }

    pub(crate) fn insert(&self, key: &str, modified: &'static str) {
        let object = Object { bytes: b"x".to_vec(), content_type: String::new(), modified };
        self.shared.objects.lock().unwrap().insert(key.to_owned(), object);
    }

    pub(crate) fn refuse_everything(&self, status: u16) {
        *self.shared.refusal.lock().unwrap() = Some(status);
    }
}

impl Drop for FakeS3 {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        drop(TcpStream::connect(self.address));
    }
}

struct Request {
    method: String,
    path: String,
    query: HashMap<String, String>,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

struct Answer {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

fn answer(status: u16, headers: impl Into<String>, body: impl Into<Vec<u8>>) -> Answer {
    Answer { status, headers: headers.into(), body: body.into() }
}

/// Answers request after request until the client hangs up.
fn serve(shared: &Shared, stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read_request(&mut reader) {
        let Answer { status, headers, body } = respond(shared, &request);
        let length = if headers.contains("Content-Length") {
            String::new()
        } else {
            format!("Content-Length: {}\r\n", body.len())
        };
        let head = format!("HTTP/1.1 {status} X\r\n{headers}{length}\r\n");
        let mut writer = stream;
        if writer.write_all(&[head.as_bytes(), &body].concat()).is_err() {
            return;
        }
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let url = url::Url::parse("http://host/").unwrap().join(&target).unwrap();
    let query = url.query_pairs().into_owned().collect();
    Some(Request { method, path: url.path().to_owned(), query, headers, body })
}

fn respond(shared: &Shared, request: &Request) -> Answer {
    if let Some(status) = *shared.refusal.lock().unwrap() {
        return answer(status, "", "<Error><Code>AccessDenied</Code></Error>");
    }
    let signed = request
        .headers
        .get("authorization")
        .is_some_and(|value| value.starts_with("AWS4-HMAC-SHA256 Credential=AKTEST/"));
    let token = request.headers.get("x-amz-security-token").map(String::as_str);
    if !signed || token != Some("temporary") {
        return answer(403, "", "<Error><Code>AccessDenied</Code></Error>");
    }
    let mut objects = shared.objects.lock().unwrap();
    let path = request.path.trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    if bucket != BUCKET {
        return answer(404, "", "<Error><Code>NoSuchBucket</Code></Error>");
    }
    match (request.method.as_str(), key) {
        ("GET", "") => list(&objects, request),
        ("PUT", key) => {
            let object = Object {
                bytes: request.body.clone(),
                content_type: request.headers["content-type"].clone(),
                modified: "2026-11-20T09:18:13.000Z",
            };
            objects.insert(key.to_owned(), object);
            answer(200, "ETag: \"e\"\r\n", "")
        }
        ("GET" | "HEAD", key) => read(objects.get(key), request),
        ("DELETE", key) => {
            objects.remove(key);
            answer(204, "", "")
        }
        _ => answer(405, "", ""),
    }
}

fn read(object: Option<&Object>, request: &Request) -> Answer {
    let Some(object) = object else {
        return answer(404, "", "<Error><Code>NoSuchKey</Code></Error>");
    };
    let about = "ETag: \"e\"\r\nLast-Modified: Fri, 20 Nov 2026 09:18:13 GMT\r\n";
    let size = object.bytes.len();
    if request.method == "HEAD" {
        return answer(200, format!("{about}Content-Length: {size}\r\n"), "");
    }
    let Some(range) = request.headers.get("range") else {
        return answer(200, about, object.bytes.clone());
    };
    let (start, last) = range.trim_start_matches("bytes=").split_once('-').unwrap();
    let (start, end): (usize, usize) = (start.parse().unwrap(), last.parse::<usize>().unwrap() + 1);
    let found = format!("{about}Content-Range: bytes {start}-{last}/{size}\r\n");
    answer(206, found, &object.bytes[start..end])
}

fn list(objects: &BTreeMap<String, Object>, request: &Request) -> Answer {
    let of = |key: &str| request.query.get(key).map_or("", String::as_str);
    assert_eq!(of("list-type"), "2");
    let after = of("start-after").max(of("continuation-token"));
    let wanted: Vec<_> =
        objects.iter().filter(|(key, _)| key.starts_with(of("prefix")) && key.as_str() > after).collect();
    let mut xml = "<ListBucketResult>".to_owned();
    for (key, object) in wanted.iter().take(PAGE) {
        let (size, modified) = (object.bytes.len(), object.modified);
        write!(xml, "<Contents><Key>{key}</Key><LastModified>{modified}</LastModified>").unwrap();
        write!(xml, "<ETag>e</ETag><Size>{size}</Size></Contents>").unwrap();
    }
    if let (true, Some((key, _))) = (wanted.len() > PAGE, wanted.get(PAGE - 1)) {
        write!(xml, "<NextContinuationToken>{key}</NextContinuationToken>").unwrap();
    }
    answer(200, "", xml + "</ListBucketResult>")
}
