//! The program's own server, with people in it who have something to say.

use gigline_domain::UserId;

use super::{people, ready, wait_for_the_end};
use crate::Failure;
use crate::server::Running;

/// Serves so many people: each with a chat of their own (`direct`), all in one (`room`), ten in each (`tens`), or none
/// of them in any.
pub(super) fn serve(kind: &str, count: i64) -> Result<(), Failure> {
    let running = Running::start()?;
    let (store, sessions) = (&running.app.store, &running.app.sessions);
    // One more is the other side of all direct chats.
    let extra = i64::from(kind == "direct");
    let moved_in = people::move_in(store, sessions, count + extra)?;
    let users: Vec<UserId> = moved_in.iter().map(|(user, _)| *user).collect();
    let chats = match kind {
        "direct" => people::direct(store, &users)?,
        "room" => vec![people::room(store, &users)?; users.len()],
        "tens" => people::tens(store, &users)?,
        _ => Vec::new(),
    };
    let tokens: Vec<String> = moved_in.into_iter().map(|(_, token)| token).collect();
    let chats: Vec<i64> = chats.into_iter().map(gigline_domain::ChatId::get).collect();
    ready(running.address, &tokens, &chats);
    Ok(wait_for_the_end()?)
}
