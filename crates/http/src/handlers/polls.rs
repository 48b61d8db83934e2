//! Messages by long-poll: a request that waits until something is said.
//!
//! Who sends no `after` is kept track of by their session: an answer counts as shown once it was handed over whole.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse};
use gigline_chat::engine::{NewWatch, Woken};
use gigline_chat::{ChatId, MessageText, Seq};
use gigline_domain::{Fault, UserId};
use gigline_persistence::messages::{self, History, Range};
use gigline_persistence::{Conn, Entity, StoreError, StoreResult, chats};

use crate::app::App;
use crate::body::Body;
use crate::caller::{Caller, WaitingCaller};
use crate::error::{ApiError, ApiResult};
use crate::fields::{text, whole};
use crate::handed::handed;
use crate::handlers::entry::params;
use crate::handlers::rooms::chatroom;
use crate::polls::Key;
use crate::shapes::{Ended, SaidBody};

/// How long a poll waits at most.
const WAITS: Duration = Duration::from_secs(25);
/// How many polls of one session may wait for one room; the oldest make room.
const POLLS: usize = 4;
/// How many messages an answer has.
const MESSAGES: usize = 50;

/// A list of messages, and up to where it shows the room.
struct Listing {
    messages: Vec<SaidBody>,
    to: Seq,
}

/// `GET /message/longpoll/` — waits for what the caller has not been shown, and lists the newest messages.
pub(crate) async fn wait(app: App, caller: WaitingCaller, request: HttpRequest, body: Body) -> ApiResult<HttpResponse> {
    let mut fields = params(&request, body).await?;
    let room = chatroom(&mut fields);
    let after = fields.optional("after", whole(seq));
    let (room, WaitingCaller(caller)) = (fields.finish(room)?, caller);
    let key = (caller.0.session_id, room);
    // In this order: what is said between the first and the last ends the watch, and who ends the poll finds it.
    let watch = app.engine.watch(new_watch(&app, &caller, room))?;
    let ended = app.polls().take_mark(key, app.now());
    let last = last_seq(&app, room, caller.id()).await?;
    let seen = after.unwrap_or_else(|| app.polls().shown(key, app.now()));
    // Who claims to have seen what is yet to come is mistaken, and must not wait for it.
    let news = if after.is_some() { last != seen } else { last > seen };
    if !ended && !news {
        match watch.next(last).await {
            Woken::SessionEnded => return Err(ApiError::Unauthorized),
            Woken::ChatDeleted => return Err(ApiError::NotInRoom),
            Woken::Message(_) | Woken::Released | Woken::TimeOver | Woken::GoingAway => {}
        }
    }
    drop(watch);
    let listing = listing(&app, room, caller.id(), after).await?;
    handed(&listing.messages, shown(&app, key, listing.to))
}

/// `GET /message/endpoll/` — ends the caller's polls of a room.
pub(crate) async fn end(app: App, caller: WaitingCaller, request: HttpRequest, body: Body) -> ApiResult<HttpResponse> {
    let mut fields = params(&request, body).await?;
    let room = chatroom(&mut fields);
    let (room, WaitingCaller(caller)) = (fields.finish(room)?, caller);
    let key = (caller.0.session_id, room);
    let listing = listing(&app, room, caller.id(), None).await?;
    // In this order: a poll that comes in between finds the mark, or is found.
    app.polls().mark(key, app.now());
    if app.engine.release(caller.0.session_id, room) > 0 {
        app.polls().take_mark(key, app.now());
    }
    handed(&Ended { message: "ok", messages: listing.messages }, shown(&app, key, listing.to))
}

/// `POST /message/sendMessage/` — says something in a room.
pub(crate) async fn send(app: App, caller: Caller, request: HttpRequest, body: Body) -> ApiResult<HttpResponse> {
    let mut fields = params(&request, body).await?;
    let room = chatroom(&mut fields);
    let message = fields.required("message", text(MessageText::parse));
    let (room, message) = fields.finish(room.zip(message))?;
    let (me, now) = (caller.id(), app.now());
    let sent = app.store.write(move |tx| messages::append(tx, room, me, &message, None, now)).await;
    sent.map_err(not_in)?;
    let listing = listing(&app, room, me, None).await?;
    handed(&listing.messages, shown(&app, (caller.0.session_id, room), listing.to))
}

fn seq(given: i64) -> Result<Seq, Fault> {
    Seq::parse(given).ok_or(Fault::new("must not be negative"))
}

fn new_watch(app: &App, caller: &Caller, room: ChatId) -> NewWatch {
    NewWatch {
        chat: room,
        user: caller.id(),
        session: caller.0.session_id,
        expires_at: caller.0.expires_at,
        until: app.now().plus(WAITS),
        most: POLLS,
    }
}

/// A room that is not there is one that the caller is not in; and that the page takes for a failure.
fn not_in(error: StoreError) -> ApiError {
    match error {
        StoreError::NotFound(Entity::Chat) => ApiError::NotInRoom,
        error => error.into(),
    }
}

/// To be called when an answer was handed over.
fn shown(app: &App, key: Key, to: Seq) -> impl FnOnce() + 'static {
    let app = app.clone();
    move || app.polls().note(key, to, app.now())
}

async fn last_seq(app: &App, room: ChatId, me: UserId) -> ApiResult<Seq> {
    let read = app.store.read_point(move |conn| messages::history(conn, room, me, Range::Newest, 1));
    Ok(read.await.map_err(not_in)?.last_seq)
}

/// The newest messages; where more were missed than these, those that come next after what was seen.
async fn listing(app: &App, room: ChatId, me: UserId, after: Option<Seq>) -> ApiResult<Listing> {
    let read = app.store.read(move |conn| {
        conn.snapshot(|conn| {
            let newest = messages::history(conn, room, me, Range::Newest, MESSAGES)?;
            let first = newest.messages.first().map_or(Seq::NONE, |first| first.seq);
            match after {
                Some(seen) if first.get() > seen.get().saturating_add(1) => {
                    let next = messages::history(conn, room, me, Range::After(seen), MESSAGES)?;
                    let to = next.messages.last().map_or(next.last_seq, |last| last.seq);
                    with_names(conn, &next, to)
                }
                _ => with_names(conn, &newest, newest.last_seq),
            }
        })
    });
    read.await.map_err(not_in)
}

fn with_names(conn: &mut Conn, history: &History, to: Seq) -> StoreResult<Listing> {
    let mut senders: Vec<UserId> = history.messages.iter().filter_map(|message| message.sender).collect();
    senders.sort_unstable();
    senders.dedup();
    let names = chats::usernames_of(conn, &senders)?.into_iter().collect();
    Ok(Listing { messages: SaidBody::list(&history.messages, &names), to })
}
