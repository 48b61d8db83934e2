//! The rooms' page as it is: all that it sends, as browsers and axios send it, from an origin that is not ours; and
//! what it shows of the answers, which it takes as they are.

use std::collections::BTreeSet;

use actix_rt::task::JoinHandle;
use gigline_testkit::{Answer, Client, Method, TestApp, on_both};
use serde_json::{Value, json};

use crate::polls::open_polls;
use crate::support::assert_error_shape;

const ORIGIN: &str = "http://localhost:3000";

/// The page in somebody's browser.
#[derive(Clone)]
struct Page {
    browser: Client,
    name: String,
}

impl Page {
    fn of(app: &TestApp, name: &str) -> Self {
        let browser = app.anyone().with("origin", ORIGIN).with("sec-fetch-site", "same-site");
        Self { browser, name: name.to_owned() }
    }

    /// A request of the page's: the browser asks first whether it may be sent, and shows the page nothing of an answer
    /// that is not for it.
    async fn asks(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let browser = &self.browser;
        let browser = if body.is_some() { browser.with("content-type", "application/json") } else { browser.clone() };
        let preflight = browser
            .with("access-control-request-method", method.as_str())
            .with("access-control-request-headers", "content-type");
        let asked = preflight.send(Method::OPTIONS, path, None).await;
        assert!(asked.status == 200 || asked.status == 204, "{path}: {}", asked.status);
        let answer = browser.send(method, path, body.map(|body| body.to_string().into_bytes())).await;
        for answer in [&asked, &answer] {
            assert_eq!(answer.header("access-control-allow-origin"), ORIGIN, "{path}");
            assert_eq!(answer.header("access-control-allow-credentials"), "true", "{path}");
        }
        answer
    }

    async fn gets(&self, path: &str) -> Answer {
        self.asks(Method::GET, path, None).await
    }

    async fn posts(&self, path: &str) -> Answer {
        self.asks(Method::POST, path, None).await
    }

    /// Signs in or registers; the browser keeps the cookie.
    async fn enters(&mut self, path: &str) -> Answer {
        let answer = self.posts(&format!("{path}?username={}&password=correct%20horse", self.name)).await;
        if let Some(token) = answer.cookie("session") {
            self.browser = self.browser.with_cookie(&token);
        }
        answer
    }

    async fn polls(&self, room: i64) -> Answer {
        self.gets(&format!("/message/longpoll?chatroomid={room}")).await
    }

    async fn ends(&self, room: i64) -> Answer {
        self.gets(&format!("/message/endpoll?chatroomid={room}")).await
    }

    async fn says(&self, room: i64, text: &str) -> Answer {
        let body = json!({ "params": { "chatroomid": room }, "data": { "message": text } });
        self.asks(Method::POST, "/message/sendMessage", Some(body)).await
    }

    /// Polls in the background, again after each answer, until the newest message says this; gives the last answer.
    fn polls_until(&self, room: i64, newest: &str) -> JoinHandle<Value> {
        let (page, newest) = (self.clone(), newest.to_owned());
        actix_rt::spawn(async move {
            // Once for a mark that its last `endpoll` may have left, and once for what is to come.
            for _ in 0..2 {
                let answer = page.polls(room).await.expect(200).json();
                if shown(&answer).last() == Some(&newest) {
                    return answer;
                }
            }
            panic!("two polls of room {room} have not shown {newest:?}")
        })
    }
}

/// What the page shows of a list of messages. It keys the list by `createdAt` and breaks on anything that is no text.
fn shown(messages: &Value) -> Vec<String> {
    let messages = messages.as_array().unwrap();
    let keys: BTreeSet<&str> = messages.iter().map(|message| message["createdAt"].as_str().unwrap()).collect();
    assert_eq!(keys.len(), messages.len(), "every item has a key of its own");
    for message in messages {
        let fields = message.as_object().unwrap();
        assert!(fields.values().all(|value| value.is_string() || value.is_i64()), "{message}");
    }
    messages.iter().map(|message| message["message"].as_str().unwrap().to_owned()).collect()
}

/// Items that the page shows as they are: an object among them would break it.
fn items(answer: &Answer) -> Vec<String> {
    let list = answer.json();
    let text = |item: &Value| match item {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => panic!("the page breaks on {other}"),
    };
    list.as_array().unwrap().iter().map(text).collect()
}

/// What the page says of a failure.
fn failure(answer: &Answer) -> String {
    let message = answer.text("message");
    assert!(!message.is_empty());
    message
}

/// Ann and Bob at their pages, and two rooms of Ann's with both in them.
async fn two_at_their_pages(app: &TestApp) -> (Page, Page, [i64; 2]) {
    let (mut ann, mut bob) = (Page::of(app, "ann"), Page::of(app, "bob"));
    let _ = ann.enters("/register").await.expect(201);
    let _ = bob.enters("/register").await.expect(201);
    let mut rooms = [0; 2];
    for room in &mut rooms {
        *room = ann.posts("/message/newChatroom").await.expect(200).number("chatroomid");
        let _ = ann.posts(&format!("/message/addToChatroom?chatroomid={room}&usertoadd=bob")).await.expect(200);
    }
    (ann, bob, rooms)
}

on_both! {
    #[settings = [("GIGLINE_ALLOWED_ORIGINS", ORIGIN)]]
    async fn the_page_is_served_from_its_first_request_to_its_last(app) {
        let mut ann = Page::of(&app, "ann");
        assert_error_shape(&ann.gets("/message/chatrooms").await.expect(401), "unauthorized");
        assert_eq!(ann.enters("/register").await.expect(201).text("username"), "ann");
        assert_eq!(items(&ann.gets("/message/chatrooms").await.expect(200)), [""; 0]);
        let mut bob = Page::of(&app, "bob");
        let id = bob.enters("/register").await.expect(201).number("id");
        let _ = bob.posts("/logout").await.expect(200);
        let _ = bob.gets("/message/chatrooms").await.expect(401);
        bob = Page::of(&app, "bob");
        assert_eq!(bob.enters("/login").await.expect(200).number("id"), id);

        assert_eq!(items(&ann.gets("/message/getUser?name=BO").await.expect(200)), ["bob"]);
        assert_eq!(ann.gets("/message/getUser?name=zed").await.expect(200).json(), json!({}));
        let room = ann.posts("/message/newChatroom").await.expect(200).number("chatroomid");
        let added = ann.posts(&format!("/message/addToChatroom?chatroomid={room}&usertoadd={id}")).await.expect(200);
        assert_eq!(added.json(), json!({ "chatroomid": room, "admin": "ann", "participants": ["ann", "bob"] }));
        assert_eq!(items(&bob.gets("/message/chatrooms").await.expect(200)), [room.to_string()]);
        let people = bob.gets(&format!("/message/chatroomParticipants?chatroomid={room}")).await.expect(200);
        assert_eq!(items(&people), ["ann", "bob"]);

        let waits = bob.polls_until(room, "hi");
        open_polls(&app, 1).await;
        assert_eq!(shown(&ann.says(room, "hi").await.expect(200).json()), ["hi"]);
        assert_eq!(shown(&waits.await.unwrap()), ["hi"]);

        let mut cid = Page::of(&app, "cid");
        let wrong = cid.enters("/login").await.expect(401);
        let taken = ann.enters("/register").await.expect(400);
        let _ = cid.enters("/register").await.expect(201);
        let outside = [
            cid.polls(room).await.expect(500),
            cid.ends(room).await.expect(500),
            cid.says(room, "x").await.expect(500),
            cid.gets(&format!("/message/chatroomParticipants?chatroomid={room}")).await.expect(403),
            cid.posts(&format!("/message/addToChatroom?chatroomid={room}&usertoadd=cid")).await.expect(403),
            ann.posts(&format!("/message/addToChatroom?chatroomid={room}&usertoadd=nobody")).await.expect(404),
            ann.says(room, "  ").await.expect(400),
            wrong,
            taken,
        ];
        assert!(outside.iter().all(|answer| !failure(answer).is_empty()));
    }

    #[settings = [("GIGLINE_ALLOWED_ORIGINS", ORIGIN)]]
    async fn the_page_switches_rooms_back_and_forth_and_misses_nothing(app) {
        let (ann, bob, rooms) = two_at_their_pages(&app).await;
        let (mut said, mut open): ([Vec<String>; 2], Option<JoinHandle<Value>>) = Default::default();
        for switch in 0..40 {
            let (room, log) = (rooms[switch % 2], &mut said[switch % 2]);
            if switch % 3 == 0 {
                log.push(format!("before {switch}"));
                let _ = bob.says(room, log.last().unwrap()).await.expect(200);
            }
            // The page gives its open poll up, and fires a poll and its end without waiting for anything.
            if let Some(open) = open.take() {
                open.abort();
            }
            let (polled, ended) = tokio::join!(ann.polls(room), ann.ends(room));
            let ended = ended.expect(200).json();
            assert_eq!((shown(&polled.expect(200).json()), &ended["message"]), (log.clone(), &json!("ok")));
            assert_eq!(shown(&ended["messages"]), *log);
            // It polls again, and what is said meanwhile answers, at whichever moment it comes.
            log.push(format!("after {switch}"));
            let again = ann.polls_until(room, log.last().unwrap());
            if switch % 2 == 0 {
                open_polls(&app, 1).await;
            }
            assert_eq!(shown(&bob.says(room, log.last().unwrap()).await.expect(200).json()), *log);
            assert_eq!(shown(&again.await.unwrap()), *log);
            open = Some(ann.polls_until(room, "never said"));
            if switch % 4 == 0 {
                open_polls(&app, 1).await;
            }
        }
        open.unwrap().abort();
        open_polls(&app, 0).await;
    }

    #[settings = [("GIGLINE_ALLOWED_ORIGINS", ORIGIN)]]
    async fn what_is_said_in_a_room_at_the_page_is_heard_on_sockets_and_the_other_way_round(app) {
        let (ann, bob, [room, _]) = two_at_their_pages(&app).await;
        let mut hears = bob.browser.web_socket("/api/chat/").await.unwrap();
        let _ = hears.event("connection_succeeded").await;
        let listed = ann.says(room, "from the page").await.expect(200).json();
        let heard = hears.event("private_message").await["data"].clone();
        assert_eq!((&heard["chat_id"], &heard["id"], &heard["seq"]), (&json!(room), &listed[0]["id"], &json!(1)));
        assert_eq!(heard["message"], "from the page");
        let waits = ann.polls_until(room, "from a socket");
        open_polls(&app, 1).await;
        hears
            .say(
                &json!({ "event": "private_message", "data": { "chat_id": room, "msg": "from a socket" }, "id": 0 })
                    .to_string(),
            )
            .await;
        assert_eq!(hears.event("ack").await["data"]["ok"], true);
        let answer = waits.await.unwrap();
        assert_eq!(shown(&answer), ["from the page", "from a socket"]);
        assert_eq!(answer[1]["username"], "bob");
    }
}
