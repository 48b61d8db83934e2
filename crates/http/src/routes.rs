//! All routes in one table: what the server answers, who may ask, and what the API document says of it.

use std::future::ready;

use actix_web::guard;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};

use crate::error::ApiError;
use crate::handlers::{
    accounts, assets, chats, document, entry, events, files, health, hiring, jobs, messages, polls, ratings, rooms,
    socketio, users,
};
use crate::sockets::chat::mount_plain;

/// Who may ask for a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone; what is shown may depend on who asks.
    Anyone,
    /// Whoever shows an update token.
    UpdateToken,
    /// Anyone with a live session.
    Session,
    /// The account that the path names.
    Oneself,
    /// The account that the path names, and admins.
    OneselfOrAdmin,
    /// The job's poster.
    Poster,
    /// The job's poster, and admins.
    PosterOrAdmin,
    /// The job's poster and its receiver.
    Party,
    /// The rating's author, and admins.
    AuthorOrAdmin,
    /// The picture's owner, and admins.
    OwnerOrAdmin,
    /// For a user in the path: the account that the path names as author. For a rating: its author, and admins.
    Rater,
    /// Those who are in the chat; for all others it is not there.
    Participant,
    /// Either of the two in a direct chat, a room's admin; for those who are not in it it is not there.
    ChatOwner,
    /// The message's sender; for all others it is not there.
    Sender,
    /// Those who are in the room.
    InRoom,
    /// The room's admin.
    RoomAdmin,
}

impl Access {
    /// The same in words, to end a sentence with.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::UpdateToken => "whoever holds an update token",
            Self::Session => "anyone with a session",
            Self::Oneself => "oneself",
            Self::OneselfOrAdmin => "oneself, and admins",
            Self::Poster => "the job's poster",
            Self::PosterOrAdmin => "the job's poster, and admins",
            Self::Party => "the job's poster and its receiver",
            Self::AuthorOrAdmin => "the rating's author, and admins",
            Self::OwnerOrAdmin => "the picture's owner, and admins",
            Self::Participant => "those who are in the chat",
            Self::ChatOwner => "either of the two in a direct chat, a room's admin",
            Self::Sender => "the message's sender",
            Self::InRoom => "those who are in the room",
            Self::RoomAdmin => "the room's admin",
            Self::Rater => "oneself; to update a rating its author, and admins",
        }
    }
}

/// One route.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// GET (which answers HEAD too), POST or DELETE.
    pub method: &'static str,
    /// The path, as the API document writes it; with and without its last slash it is the same.
    pub path: &'static str,
    /// Who may ask.
    pub access: Access,
    /// What it does, in a line.
    pub summary: &'static str,
    /// Query parameters.
    pub query: &'static [&'static str],
    /// The schema of its body.
    pub body: Option<&'static str>,
    /// The status of success.
    pub status: u16,
    /// The schema of its answer; none: a file.
    pub answer: Option<&'static str>,
    /// The statuses of other answers, beyond those that any route of its kind may have: 304 where the answer is tagged,
    /// 412 where `If-Match` is heeded, 416 where ranges are.
    pub refusals: &'static [u16],
    /// What answers it, as the code calls it.
    pub(crate) handler: &'static str,
}

impl Route {
    /// Whether it heeds `Idempotency-Key`: every POST with a session. What hands out tokens needs none, and keeping
    /// such an answer would keep the tokens.
    pub(crate) fn is_keyed(&self) -> bool {
        self.method == "POST" && !matches!(self.access, Access::Anyone | Access::UpdateToken)
    }

    /// Whether its parameters may come in its body as well.
    pub(crate) fn is_lenient(&self) -> bool {
        self.method == "POST" && self.body.is_none() && !self.query.is_empty() && !self.is_engine_io()
    }

    /// Whether it speaks Engine.IO rather than JSON.
    pub(crate) fn is_engine_io(&self) -> bool {
        self.answer == Some("Packets")
    }

    /// Whether it answers with a stream of events, which has no end.
    pub(crate) fn is_stream(&self) -> bool {
        self.answer == Some("EventStream")
    }
}

/// Writes the table of routes and the function that mounts them, so that neither can differ from the other.
macro_rules! routes {
    ($($path:literal {
        $($method:ident $handler:path, $access:ident, $summary:literal, ? $query:expr, $body:expr => $status:literal $answer:expr, ! $refusals:expr;)+
    })+) => {
        /// Every route that the server has.
        pub const ROUTES: &[Route] = &[
            $($(Route {
                method: stringify!($method),
                path: $path,
                access: Access::$access,
                summary: $summary,
                query: &$query,
                body: $body,
                status: $status,
                answer: $answer,
                refusals: &$refusals,
                handler: stringify!($handler),
            },)+)+
        ];

        /// Mounts every route.
        pub(crate) fn mount(config: &mut ServiceConfig) {
            mount_plain(config);
            $(
                let path = $path.trim_end_matches('/');
                let allowed: &[&str] = &[$(stringify!($method)),+];
                let resource = web::resource(path)
                    $(.route(routes!(@guarded $method).to($handler)))+
                    .default_service(web::to(move || ready(not_allowed(allowed))));
                config.service(resource);
            )+
        }
    };
    (@guarded GET) => { web::route().guard(guard::Any(guard::Get()).or(guard::Head())) };
    (@guarded POST) => { web::route().guard(guard::Post()) };
    (@guarded DELETE) => { web::route().guard(guard::Delete()) };
}

fn not_allowed(allowed: &'static [&'static str]) -> Result<&'static str, ApiError> {
    let mut methods = allowed.to_vec();
    if methods.contains(&Method::GET.as_str()) {
        methods.push("HEAD");
    }
    Err(ApiError::MethodNotAllowed(methods.join(", ")))
}

pub(crate) async fn not_found() -> Result<&'static str, ApiError> {
    Err(ApiError::NotFound)
}

const ENGINE: [&str; 3] = ["EIO", "transport", "sid"];
const ENTRY: [&str; 2] = ["username", "password"];
const STRETCH: [&str; 3] = ["after", "before", "limit"];
const PAGE: [&str; 2] = ["limit", "cursor"];
const JOBS: [&str; 8] = ["limit", "cursor", "status", "category", "poster_id", "latitude", "longitude", "radius_km"];
const FIND: [&str; 9] =
    ["search", "limit", "cursor", "status", "category", "poster_id", "latitude", "longitude", "radius_km"];

routes! {
    "/api/register/" {
        POST accounts::register, Anyone, "Registers an account and opens its first session",
            ? [], Some("Registration") => 201 Some("SignedIn"), ! [401, 403, 429, 503];
    }
    "/api/login/" {
        POST accounts::login, Anyone, "Opens a session for email and password",
            ? [], Some("Credentials") => 200 Some("SignedIn"), ! [401, 403, 429, 503];
    }
    "/api/session/" {
        POST accounts::renew, UpdateToken, "Trades an update token for a new session",
            ? [], None => 200 Some("Session"), ! [];
    }
    "/api/secret/" {
        GET accounts::secret, Session, "Tells whether the session is alive",
            ? [], None => 200 Some("Notice"), ! [];
    }
    "/api/logout/" {
        POST accounts::logout, Session, "Ends the session and its update token",
            ? [], None => 200 Some("Notice"), ! [];
    }
    "/api/user/" {
        GET users::list, Anyone, "Lists all users", ? PAGE, None => 200 Some("UserList"), ! [400];
    }
    "/api/user/{user}/" {
        GET users::get, Anyone, "Shows a user", ? [], None => 200 Some("User"), ! [304];
        POST users::update, OneselfOrAdmin, "Changes a user", ? [], Some("UserPatch") => 200 Some("User"), ! [412];
        DELETE users::delete, OneselfOrAdmin, "Erases a user", ? [], None => 200 Some("User"), ! [];
    }
    "/api/user/{user}/upload/" {
        POST assets::upload_to_user, Oneself, "Adds a picture to the user",
            ? [], Some("Upload") => 201 Some("Asset"), ! [503];
    }
    "/api/user/{user}/job/" {
        POST jobs::create, Oneself, "Posts a job", ? [], Some("NewJob") => 201 Some("Job"), ! [];
    }
    "/api/user/{user}/job/{job}/" {
        POST hiring::apply, Oneself, "Applies for a job", ? [], None => 201 Some("User"), ! [409];
        DELETE hiring::withdraw, Oneself, "Withdraws an application", ? [], None => 200 Some("Job"), ! [409];
    }
    "/api/user/{user}/rating/{target}/" {
        POST ratings::rate, Rater, "Rates a user, or updates a rating: ids above 1000000000 are ratings",
            ? [], Some("Verdict") => 201 Some("Rating"), ! [409, 412];
    }
    "/api/asset/" {
        GET assets::list, Anyone, "Lists all pictures", ? PAGE, None => 200 Some("AssetList"), ! [400];
    }
    "/api/asset/{asset}/" {
        GET assets::get, Anyone, "Shows a picture", ? [], None => 200 Some("Asset"), ! [304];
        DELETE assets::delete, OwnerOrAdmin, "Deletes a picture", ? [], None => 200 Some("Asset"), ! [];
    }
    "/api/job/" {
        GET jobs::list, Anyone, "Lists jobs, or those around a place", ? JOBS, None => 200 Some("JobList"), ! [400];
    }
    "/api/job/filter/" {
        GET jobs::find, Anyone, "Finds jobs by words", ? FIND, Some("JobSearch") => 200 Some("JobList"), ! [];
    }
    "/api/job/{job}/" {
        GET jobs::get, Anyone, "Shows a job", ? [], None => 200 Some("Job"), ! [304];
        POST jobs::update, PosterOrAdmin, "Changes a job", ? [], Some("JobPatch") => 201 Some("Job"), ! [409, 412];
        DELETE jobs::delete, PosterOrAdmin, "Deletes a job", ? [], None => 200 Some("Job"), ! [409];
    }
    "/api/job/{job}/upload/" {
        POST assets::upload_to_job, Poster, "Adds a picture to the job",
            ? [], Some("Upload") => 201 Some("Asset"), ! [503];
    }
    "/api/job/{job}/user/{user}/" {
        POST hiring::choose, Poster, "Picks a candidate", ? [], None => 201 Some("Job"), ! [409];
    }
    "/api/job/{job}/done/" {
        POST hiring::finish, Party, "Calls the job done", ? [], None => 201 Some("Job"), ! [409];
    }
    "/api/rating/" {
        GET ratings::list, Anyone, "Lists all ratings", ? PAGE, None => 200 Some("RatingList"), ! [400];
    }
    "/api/rating/{rating}/" {
        GET ratings::get, Anyone, "Shows a rating", ? [], None => 200 Some("Rating"), ! [304];
        DELETE ratings::delete, AuthorOrAdmin, "Deletes a rating", ? [], None => 200 Some("Rating"), ! [];
    }
    "/api/chat/" {
        GET chats::list, Session, "Lists the caller's chats", ? PAGE, None => 200 Some("ChatList"), ! [400];
    }
    "/api/chat/{chat}/" {
        GET chats::get, Participant, "Shows a chat", ? [], None => 200 Some("Chat"), ! [304];
        DELETE chats::delete, ChatOwner, "Deletes a chat for everybody in it", ? [], None => 200 Some("Chat"), ! [];
    }
    "/api/chat/{chat}/message/" {
        GET messages::list, Participant, "Lists messages of a chat",
            ? STRETCH, None => 200 Some("MessageList"), ! [400];
        POST messages::send, Participant, "Says something in a chat",
            ? [], Some("NewMessage") => 201 Some("Message"), ! [];
    }
    "/api/chat/{chat}/events/" {
        GET events::follow, Participant, "Tells what happens in a chat as it happens",
            ? ["after"], None => 200 Some("EventStream"), ! [400, 403, 429];
    }
    "/api/chat/{chat}/read/" {
        POST chats::mark_read, Participant, "Notes how far the caller has read",
            ? [], Some("ReadUpto") => 200 Some("ReadMark"), ! [];
    }
    "/api/message/{message}/" {
        DELETE messages::delete, Sender, "Takes a message back", ? [], None => 200 Some("Message"), ! [];
    }
    "/register/" {
        POST entry::register, Anyone, "Registers an account by username and opens its first session",
            ? ENTRY, None => 201 Some("RoomAccount"), ! [400, 401, 403, 408, 429];
    }
    "/login/" {
        POST entry::login, Anyone, "Opens a session for username and password",
            ? ENTRY, None => 200 Some("RoomSignedIn"), ! [400, 401, 403, 408, 429];
    }
    "/logout/" {
        POST entry::logout, Anyone, "Ends the session, if there is one",
            ? [], None => 200 Some("Notice"), ! [403];
    }
    "/message/chatrooms/" {
        GET rooms::list, Session, "Lists the rooms that the caller is in", ? [], None => 200 Some("RoomIds"), ! [];
    }
    "/message/getUser/" {
        GET rooms::find_users, Session, "Finds usernames",
            ? ["name"], None => 200 Some("FoundUsernames"), ! [400, 408];
    }
    "/message/longpoll/" {
        GET polls::wait, InRoom, "Waits for news of a room, and lists its newest messages",
            ? ["chatroomid", "after"], None => 200 Some("RoomMessages"), ! [400, 403, 408];
    }
    "/message/endpoll/" {
        GET polls::end, InRoom, "Ends the caller's polls of a room",
            ? ["chatroomid"], None => 200 Some("Ended"), ! [400, 403, 408];
    }
    "/message/sendMessage/" {
        POST polls::send, InRoom, "Says something in a room",
            ? ["chatroomid", "message"], None => 200 Some("RoomMessages"), ! [];
    }
    "/message/newChatroom/" {
        POST rooms::create, Session, "Opens a room", ? [], None => 200 Some("RoomId"), ! [];
    }
    "/message/addToChatroom/" {
        POST rooms::add, RoomAdmin, "Lets somebody into a room",
            ? ["chatroomid", "usertoadd"], None => 200 Some("Room"), ! [404];
    }
    "/message/chatroomParticipants/" {
        GET rooms::participants, InRoom, "Lists who is in a room",
            ? ["chatroomid"], None => 200 Some("Usernames"), ! [400, 403, 408];
    }
    "/media/{name}" {
        GET files::get, Anyone, "Serves a picture's file", ? [], None => 200 None, ! [304, 416, 503];
    }
    "/socket.io/" {
        GET socketio::receive, Anyone, "Opens an Engine.IO session, waits for its packets, or becomes its WebSocket",
            ? ENGINE, None => 200 Some("Packets"), ! [];
        POST socketio::send, Anyone, "Brings packets of an Engine.IO session",
            ? ENGINE, None => 200 Some("Packets"), ! [];
    }
    "/openapi.json" {
        GET document::get, Anyone, "Describes this API", ? [], None => 200 Some("Document"), ! [304];
    }
    "/healthz" {
        GET health::alive, Anyone, "Tells that the process lives", ? [], None => 200 Some("Notice"), ! [];
    }
    "/readyz" {
        GET health::ready, Anyone, "Tells whether it may take traffic", ? [], None => 200 Some("Notice"), ! [503];
    }
}
