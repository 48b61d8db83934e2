//! Every route against everybody who may call it, in one table; no route is without its row.

use std::collections::BTreeSet;

use gigline_http::ROUTES;
use gigline_testkit::{Actor, Client, TestApp, on_both, plain_job};
use serde_json::{Value, json};

use crate::support::{registration, upload};

/// What stands in a path's place, made anew for each cell.
#[derive(Clone, Copy)]
enum Part {
    /// The person whose things these are.
    Owner,
    Candidate,
    Receiver,
    /// A job of the owner that the candidate has applied for.
    OpenJob,
    /// A job of the owner that was given to the receiver; the candidate has applied too.
    TakenJob,
    /// Somebody else's job that the candidate has applied for.
    OthersJob,
    /// Somebody else's job that the owner and the candidate have applied for.
    AppliedJob,
    /// The chat of the owner and the candidate.
    Chat,
    /// A room of the owner's that the candidate is in.
    ChatRoom,
    /// What the owner said to the candidate.
    Message,
    /// The owner's rating of the receiver.
    Rating,
    /// The owner's picture.
    Picture,
    /// The name of its file.
    File,
}
use Part::{
    AppliedJob, Candidate, Chat, ChatRoom, File, Message, OpenJob, OthersJob, Owner, Picture, Rating, Receiver,
    TakenJob,
};

/// What is sent.
#[derive(Clone, Copy)]
enum Sent {
    Nothing,
    /// Nothing, with the update token in place of the session token.
    UpdateToken,
    Registration,
    /// The owner's own.
    Credentials,
    Job,
    Title,
    Name,
    Picture,
    Verdict,
    Words,
    Mark,
    /// A username and a password.
    NewName,
    /// The owner's username and password.
    OwnName,
    /// A part of usernames.
    PartOfName,
    /// A room of the owner's that the candidate is in.
    Room,
    /// The same, and the receiver to be let in.
    Guest,
    /// The same room, and something to say in it.
    Message,
}

/// A route, what fills its path, what is sent, and the status for each of [`ACTORS`].
type Row = (&'static str, &'static str, &'static [Part], Sent, [u16; 6]);

const ACTORS: [&str; 6] = ["anonymous", "stranger", "owner", "candidate", "receiver", "admin"];

/// Everybody may.
const ALL: [u16; 6] = [200; 6];
/// Whoever has a session may.
const SESSION: [u16; 6] = [401, 200, 200, 200, 200, 200];
/// The owner alone may.
const OWNER: [u16; 6] = [401, 403, 201, 403, 403, 403];
/// The owner and admins may.
const OWNER_OR_ADMIN: [u16; 6] = [401, 403, 200, 403, 403, 200];
const OWNER_OR_ADMIN_201: [u16; 6] = [401, 403, 201, 403, 403, 201];

/// The owner and the candidate may; for all others there is nothing.
const BOTH: [u16; 6] = [401, 404, 200, 200, 404, 404];

/// Those in the room may.
const IN_ROOM: [u16; 6] = [401, 403, 200, 200, 403, 403];
/// The same, as the page reads it.
const POLLS_ROOM: [u16; 6] = [401, 500, 200, 200, 500, 500];

const TABLE: &[Row] = &[
    ("POST", "/api/register/", &[], Sent::Registration, [201; 6]),
    ("POST", "/api/login/", &[], Sent::Credentials, ALL),
    ("POST", "/api/session/", &[], Sent::Nothing, [401; 6]),
    ("POST", "/api/session/", &[], Sent::UpdateToken, SESSION),
    ("GET", "/api/secret/", &[], Sent::Nothing, SESSION),
    ("GET", "/api/secret/", &[], Sent::UpdateToken, [401; 6]),
    ("POST", "/api/logout/", &[], Sent::Nothing, SESSION),
    ("GET", "/api/user/", &[], Sent::Nothing, ALL),
    ("GET", "/api/user/{user}/", &[Owner], Sent::Nothing, ALL),
    ("POST", "/api/user/{user}/", &[Owner], Sent::Name, OWNER_OR_ADMIN),
    ("DELETE", "/api/user/{user}/", &[Owner], Sent::Nothing, OWNER_OR_ADMIN),
    ("POST", "/api/user/{user}/upload/", &[Owner], Sent::Picture, OWNER),
    ("POST", "/api/user/{user}/job/", &[Owner], Sent::Job, OWNER),
    ("POST", "/api/user/{user}/job/{job}/", &[Owner, OthersJob], Sent::Nothing, OWNER),
    ("DELETE", "/api/user/{user}/job/{job}/", &[Owner, AppliedJob], Sent::Nothing, [401, 403, 200, 403, 403, 403]),
    // The candidate's own path: then it is theirs, and nobody else's.
    ("DELETE", "/api/user/{user}/job/{job}/", &[Candidate, OpenJob], Sent::Nothing, [401, 403, 403, 200, 403, 403]),
    ("POST", "/api/user/{user}/rating/{target}/", &[Owner, Receiver], Sent::Verdict, OWNER),
    ("POST", "/api/user/{user}/rating/{target}/", &[Owner, Rating], Sent::Verdict, OWNER_OR_ADMIN_201),
    ("GET", "/api/asset/", &[], Sent::Nothing, ALL),
    ("GET", "/api/asset/{asset}/", &[Picture], Sent::Nothing, ALL),
    ("DELETE", "/api/asset/{asset}/", &[Picture], Sent::Nothing, OWNER_OR_ADMIN),
    ("GET", "/api/job/", &[], Sent::Nothing, ALL),
    ("GET", "/api/job/filter/", &[], Sent::Nothing, ALL),
    ("GET", "/api/job/{job}/", &[TakenJob], Sent::Nothing, ALL),
    ("POST", "/api/job/{job}/", &[TakenJob], Sent::Title, OWNER_OR_ADMIN_201),
    ("DELETE", "/api/job/{job}/", &[OpenJob], Sent::Nothing, OWNER_OR_ADMIN),
    ("POST", "/api/job/{job}/upload/", &[TakenJob], Sent::Picture, OWNER),
    ("POST", "/api/job/{job}/user/{user}/", &[OpenJob, Candidate], Sent::Nothing, OWNER),
    ("POST", "/api/job/{job}/done/", &[TakenJob], Sent::Nothing, [401, 403, 201, 403, 201, 403]),
    ("GET", "/api/chat/", &[], Sent::Nothing, SESSION),
    ("GET", "/api/chat/{chat}/", &[Chat], Sent::Nothing, BOTH),
    ("GET", "/api/chat/{chat}/", &[ChatRoom], Sent::Nothing, BOTH),
    ("DELETE", "/api/chat/{chat}/", &[Chat], Sent::Nothing, BOTH),
    ("DELETE", "/api/chat/{chat}/", &[ChatRoom], Sent::Nothing, [401, 404, 200, 403, 404, 404]),
    ("GET", "/api/chat/{chat}/message/", &[Chat], Sent::Nothing, BOTH),
    ("POST", "/api/chat/{chat}/message/", &[Chat], Sent::Words, [401, 404, 201, 201, 404, 404]),
    ("POST", "/api/chat/{chat}/message/", &[ChatRoom], Sent::Words, [401, 404, 201, 201, 404, 404]),
    ("GET", "/api/chat/{chat}/events/", &[Chat], Sent::Nothing, BOTH),
    ("GET", "/api/chat/{chat}/events/", &[ChatRoom], Sent::Nothing, BOTH),
    ("POST", "/api/chat/{chat}/read/", &[Chat], Sent::Mark, BOTH),
    ("DELETE", "/api/message/{message}/", &[Message], Sent::Nothing, [401, 404, 200, 404, 404, 404]),
    ("GET", "/api/rating/", &[], Sent::Nothing, ALL),
    ("GET", "/api/rating/{rating}/", &[Rating], Sent::Nothing, ALL),
    ("DELETE", "/api/rating/{rating}/", &[Rating], Sent::Nothing, OWNER_OR_ADMIN),
    ("POST", "/register/", &[], Sent::NewName, [201; 6]),
    ("POST", "/login/", &[], Sent::OwnName, ALL),
    ("POST", "/logout/", &[], Sent::Nothing, ALL),
    ("GET", "/message/chatrooms/", &[], Sent::Nothing, SESSION),
    ("GET", "/message/getUser/", &[], Sent::PartOfName, SESSION),
    ("GET", "/message/longpoll/", &[], Sent::Room, POLLS_ROOM),
    ("GET", "/message/endpoll/", &[], Sent::Room, POLLS_ROOM),
    ("POST", "/message/sendMessage/", &[], Sent::Message, POLLS_ROOM),
    ("POST", "/message/newChatroom/", &[], Sent::Nothing, SESSION),
    ("POST", "/message/addToChatroom/", &[], Sent::Guest, [401, 403, 200, 403, 403, 403]),
    ("GET", "/message/chatroomParticipants/", &[], Sent::Room, IN_ROOM),
    ("GET", "/media/{name}", &[File], Sent::Nothing, ALL),
    ("GET", "/openapi.json", &[], Sent::Nothing, ALL),
    // Without a query it is no Engine.IO.
    ("GET", "/socket.io/", &[], Sent::Nothing, [400; 6]),
    ("POST", "/socket.io/", &[], Sent::Nothing, [400; 6]),
    ("GET", "/healthz", &[], Sent::Nothing, ALL),
    ("GET", "/readyz", &[], Sent::Nothing, ALL),
];

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let routes: BTreeSet<(&str, &str)> = ROUTES.iter().map(|route| (route.method, route.path)).collect();
    let rows: BTreeSet<(&str, &str)> = TABLE.iter().map(|(method, path, ..)| (*method, *path)).collect();
    let unlike: Vec<_> = routes.symmetric_difference(&rows).collect();
    assert!(unlike.is_empty(), "routes without a row, or rows without a route: {unlike:?}");
}

/// Those who are there for all cells; the owner is new in each.
struct Cast<'a> {
    app: &'a TestApp,
    candidate: Actor,
    receiver: Actor,
    other: Actor,
}

impl Cast<'_> {
    /// What stands for `part` in a path.
    async fn make(&self, part: Part, owner: &Actor) -> String {
        match part {
            Owner => owner.id.to_string(),
            Candidate => self.candidate.id.to_string(),
            Receiver => self.receiver.id.to_string(),
            OpenJob => self.job_of(owner).await.to_string(),
            TakenJob => {
                let job = self.job_of(owner).await;
                let _ = self.receiver.applies(job).await.expect(201);
                let _ = owner.picks(job, &self.receiver).await.expect(201);
                job.to_string()
            }
            OthersJob => self.job_of(&self.other).await.to_string(),
            AppliedJob => {
                let job = self.job_of(&self.other).await;
                let _ = owner.applies(job).await.expect(201);
                job.to_string()
            }
            Chat => self.app.db_chat(owner.id, self.candidate.id).await.to_string(),
            ChatRoom => self.app.db_room(owner.id, self.candidate.id).await.to_string(),
            Message => {
                let chat = self.app.db_chat(owner.id, self.candidate.id).await;
                let said = owner.post(&format!("/api/chat/{chat}/message/"), &json!({ "message": "hello" })).await;
                said.expect(201).number("id").to_string()
            }
            Rating => owner.rates(&self.receiver, 4).await.expect(201).number("id").to_string(),
            Picture => self.picture_of(owner).await["id"].to_string(),
            File => self.picture_of(owner).await["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned(),
        }
    }

    async fn job_of(&self, poster: &Actor) -> i64 {
        let job = poster.posts_job("Hang posters").await;
        let _ = self.candidate.applies(job).await.expect(201);
        job
    }

    /// A room of the owner's, with the candidate in it, who has said something: nobody has to wait for that.
    async fn room_of(&self, owner: &Actor) -> i64 {
        let room = owner.post_empty("/message/newChatroom/").await.expect(200).number("chatroomid");
        let _ = owner
            .post("/message/addToChatroom/", &json!({ "chatroomid": room, "usertoadd": self.candidate.id }))
            .await
            .expect(200);
        let _ = self
            .candidate
            .post("/message/sendMessage/", &json!({ "chatroomid": room, "message": "Hi" }))
            .await
            .expect(200);
        room
    }

    /// What is sent, for a room where it is about one.
    async fn body(&self, sent: Sent, owner: &Actor) -> Option<Value> {
        match sent {
            Sent::Room => Some(json!({ "chatroomid": self.room_of(owner).await })),
            Sent::Guest => Some(json!({ "chatroomid": self.room_of(owner).await, "usertoadd": self.receiver.id })),
            Sent::Message => Some(json!({ "chatroomid": self.room_of(owner).await, "message": "Hello" })),
            other => body(other, owner),
        }
    }

    async fn picture_of(&self, owner: &Actor) -> Value {
        owner.uploads(&gigline_media::drawn(1, 16, 12)).await.expect(201).json()
    }

    /// Who calls in this cell, with a login of its own, and their update token.
    async fn caller(&self, actor: &str, owner: &Actor) -> (Client, String) {
        let signed_in = match actor {
            "anonymous" => return (self.app.anyone(), String::new()),
            "owner" => owner.clone(),
            name => self.app.log_in(name).await,
        };
        (Client::clone(&signed_in), signed_in.update_token)
    }
}

fn body(sent: Sent, owner: &Actor) -> Option<Value> {
    match sent {
        Sent::Nothing | Sent::UpdateToken | Sent::Room | Sent::Guest | Sent::Message => None,
        Sent::NewName => Some(json!({ "username": format!("new-{}", owner.id), "password": "correct horse" })),
        Sent::OwnName => {
            let username = owner.email().replace("@example.org", ".tester");
            Some(json!({ "username": username, "password": owner.password() }))
        }
        Sent::PartOfName => Some(json!({ "name": "OWN" })),
        Sent::Registration => Some(registration(&format!("new.{}", owner.id))),
        Sent::Credentials => Some(json!({ "email": owner.email(), "password": owner.password() })),
        Sent::Job => Some(plain_job("Hang posters")),
        Sent::Title => Some(json!({ "title": "Hang more posters" })),
        Sent::Name => Some(json!({ "first": "Else" })),
        Sent::Picture => Some(upload()),
        Sent::Words => Some(json!({ "message": "hello" })),
        Sent::Mark => Some(json!({ "seq": 0 })),
        Sent::Verdict => Some(json!({ "rate": 3, "description": "" })),
    }
}

/// The path with each of its placeholders filled, in order.
fn filled(pattern: &str, parts: Vec<String>) -> String {
    let mut parts = parts.into_iter();
    let segments = pattern.split('/').map(|segment| {
        if segment.starts_with('{') { parts.next().expect("a part for each placeholder") } else { segment.to_owned() }
    });
    let path = segments.collect::<Vec<_>>().join("/");
    assert_eq!(parts.next(), None, "{pattern} has fewer placeholders than parts");
    path
}

on_both! {
    async fn everybody_may_do_on_every_route_what_the_table_says_and_no_more(app) {
        let (candidate, receiver) = (app.user("candidate").await, app.user("receiver").await);
        let cast = Cast { app: &app, candidate, receiver, other: app.user("other").await };
        let (_stranger, _admin) = (app.user("stranger").await, app.admin("admin").await);
        let (mut cell, mut wrong) = (0, Vec::new());
        for (method, pattern, parts, sent, expected) in TABLE {
            for (actor, expected) in ACTORS.iter().zip(expected) {
                cell += 1;
                let owner = app.user(&format!("owner{cell}")).await;
                let mut things = Vec::new();
                for part in *parts {
                    things.push(cast.make(*part, &owner).await);
                }
                let (mut caller, update_token) = cast.caller(actor, &owner).await;
                if let Sent::UpdateToken = sent
                    && !update_token.is_empty()
                {
                    caller = caller.with("authorization", &format!("Bearer {update_token}"));
                }
                let body = cast.body(*sent, &owner).await.map(|body| body.to_string().into_bytes());
                let path = filled(pattern, things);
                // A stream has no end, and the same access as its head.
                let method = if pattern.ends_with("/events/") { "HEAD" } else { method };
                let answer = caller.send(method.parse().unwrap(), &path, body).await;
                if answer.status != *expected {
                    let said = String::from_utf8_lossy(&answer.body).into_owned();
                    wrong.push(format!("{actor}: {method} {path}: {} instead of {expected}: {said}", answer.status));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
