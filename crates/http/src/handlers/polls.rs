//! Messages by long-poll: a request that waits until something is said.
//!
//! Who sends no `after` is kept track of by their session: an answer counts as shown unless they have gone before they
//! have it whole.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse};
use gigline_chat::engine::{NewWatch, Woken};
use gigline_chat::{ChatId, MessageText, Seq};
use gigline_domain::{Fault, UserId};
use gigline_persistence::messages::{self, Range};
use gigline_persistence::{Entity, StoreError};
use serde::Serialize;

use crate::app::App;
use crate::body::Body;
use crate::caller::{Caller, WaitingCaller};
use crate::error::{ApiError, ApiResult};
use crate::fields::{text, whole};
use crate::handed::handed;
use crate::handlers::entry::params;
use crate::handlers::rooms::chatroom;
use crate::idempotency::KEY;
use crate::listings::{MESSAGES, said};
use crate::polls::Key;
use crate::shapes::{Ended, SaidList};

/// How long a poll waits at most.
const WAITS: Duration = Duration::from_secs(25);
/// How many polls of one session may wait for one room; the oldest make room.
const POLLS: usize = 4;

/// A list of messages, and up to where it shows the room.
struct Listing {
    messages: SaidList,
    to: Seq,
}

/// `GET /message/longpoll/` — waits for what the caller has not been shown, and lists the newest messages.
pub(crate) async fn wait(app: App, caller: WaitingCaller, request: HttpRequest, body: Body) -> ApiResult<HttpResponse> {
    let mut fields = params(&request, body).await?;
    let room = chatroom(&mut fields);
    let after = fields.optional("after", whole(seq));
    let (room, WaitingCaller(caller)) = (fields.finish(room)?, caller);
    // HEAD is told nothing, so it neither waits nor counts.
    if request.method() != Method::HEAD {
        for_news(&app, &caller, room, after).await?;
    }
    let listing = listing(&app, room, caller.id(), after).await?;
    answer(&app, &request, (caller.0.session_id, room), &listing.messages, listing.to)
}

/// `GET /message/endpoll/` — ends the caller's polls of a room.
pub(crate) async fn end(app: App, caller: WaitingCaller, request: HttpRequest, body: Body) -> ApiResult<HttpResponse> {
    let mut fields = params(&request, body).await?;
    let room = chatroom(&mut fields);
    let (room, WaitingCaller(caller)) = (fields.finish(room)?, caller);
    let key = (caller.0.session_id, room);
    let listing = listing(&app, room, caller.id(), None).await?;
    if request.method() != Method::HEAD {
        // In this order: a poll that comes in between finds the mark, or is found. Whichever it is takes the mark away.
        app.polls().mark(key, app.now());
        app.engine.release(caller.0.session_id, room);
    }
    answer(&app, &request, key, &Ended { message: "ok", messages: listing.messages }, listing.to)
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
    let listing = said_anyway(listing(&app, room, me, None).await)?;
    answer(&app, &request, (caller.0.session_id, room), &listing.messages, listing.to)
}

/// Waits for what the caller has not been shown, for their word, or for the end. Errors: the session's end, the room's.
async fn for_news(app: &App, caller: &Caller, room: ChatId, after: Option<Seq>) -> ApiResult<()> {
    let key = (caller.0.session_id, room);
    // In this order: what is said between the first and the last ends the watch, and who ends the poll finds it.
    let watch = app.engine.watch(new_watch(app, caller, room))?;
    let ended = app.polls().take_mark(key, app.now());
    let last = last_seq(app, room, caller.id()).await?;
    let seen = after.unwrap_or_else(|| app.polls().shown(key, app.now()));
    // Who claims to have seen what is yet to come is mistaken, and must not wait for it.
    let news = if after.is_some() { last != seen } else { last > seen };
    if ended || news {
        return Ok(());
    }
    match watch.next(last).await {
        Woken::SessionEnded => Err(ApiError::Unauthorized),
        Woken::ChatDeleted => Err(ApiError::NotInRoom),
        Woken::Released => {
            // Who ended it could not know whether it still answers; had it been given up, the mark would be for the next.
            app.polls().take_mark(key, app.now());
            Ok(())
        }
        Woken::Message(_) | Woken::TimeOver | Woken::GoingAway => Ok(()),
    }
}

/// What is told of a room once something was said in it. That was said, whatever becomes of the list: who is told
/// otherwise says it again.
fn said_anyway(listing: ApiResult<Listing>) -> ApiResult<Listing> {
    match listing {
        Err(error) if !matches!(error, ApiError::NotInRoom) => {
            log::warn!("a message is sent, and what else there is cannot be listed: {error:?}");
            Ok(Listing { messages: SaidList::default(), to: Seq::NONE })
        }
        listing => listing,
    }
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

/// An answer that shows the room up to `to`, to whom it reaches.
fn answer(app: &App, request: &HttpRequest, key: Key, body: &impl Serialize, to: Seq) -> ApiResult<HttpResponse> {
    // A keyed answer goes to where it is kept first, and nobody knows whether it goes on from there. Of GETs none is kept.
    let kept = request.method() == Method::POST && request.headers().contains_key(KEY);
    let shows = request.method() != Method::HEAD && !kept;
    let app = app.clone();
    handed(body, move || {
        let before = shows.then(|| app.polls().note(key, to, app.now()));
        move || {
            if let Some(before) = before {
                not_shown(&app, key, to, before);
            }
        }
    })
}

/// The client has gone before it was shown this. Its next poll may wait already, and has to look again.
fn not_shown(app: &App, key: Key, to: Seq, before: Seq) {
    app.polls().take_back(key, to, before, app.now());
    app.engine.release(key.0, key.1);
}

async fn last_seq(app: &App, room: ChatId, me: UserId) -> ApiResult<Seq> {
    let read = app.store.read_point(move |conn| messages::history(conn, room, me, Range::Newest, 1));
    Ok(read.await.map_err(not_in)?.last_seq)
}

/// The newest messages; where more were missed than these, those that come next after what was seen.
async fn listing(app: &App, room: ChatId, me: UserId, after: Option<Seq>) -> ApiResult<Listing> {
    let newest = app.listings().newest(&app.store, room, me).await.map_err(not_in)?;
    match after {
        Some(seen) if newest.first.get() > seen.get().saturating_add(1) => next(app, room, me, seen).await,
        _ => Ok(Listing { messages: newest.messages, to: newest.to }),
    }
}

async fn next(app: &App, room: ChatId, me: UserId, seen: Seq) -> ApiResult<Listing> {
    let read = app.store.read(move |conn| {
        conn.snapshot(|conn| {
            let next = messages::history(conn, room, me, Range::After(seen), MESSAGES)?;
            let to = next.messages.last().map_or(next.last_seq, |last| last.seq);
            Ok(Listing { messages: said(conn, &next)?, to })
        })
    });
    read.await.map_err(not_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_told_so_also_where_the_room_cannot_be_listed() {
        assert!(said_anyway(Err(ApiError::Busy)).is_ok_and(|listing| listing.to == Seq::NONE));
        assert!(said_anyway(Err(ApiError::Internal("broken".to_owned()))).is_ok());
        assert!(
            matches!(said_anyway(Err(ApiError::NotInRoom)), Err(ApiError::NotInRoom)),
            "deleted since, with all in it"
        );
        let listed = said_anyway(Ok(Listing { messages: SaidList::default(), to: Seq::parse(3).unwrap() }));
        assert_eq!(listed.unwrap().to.get(), 3);
    }
}
