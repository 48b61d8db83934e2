//! What tests do and look up behind the sockets, where other parts of the server do it.

use gigline_domain::{ChatId, ClientId, MessageText, Seq, UserId};
use gigline_persistence::messages::{self, Range};
use gigline_persistence::records::Message;
use gigline_persistence::{StoreError, chats};
use gigline_testkit::TestApp;

/// Makes a room of these people; the first is its admin.
pub(crate) async fn open_room(app: &TestApp, people: Vec<UserId>) -> ChatId {
    let now = app.app().clock.now();
    let opened = app.app().store.write::<_, StoreError, _>(move |tx| {
        let room = chats::create_room(tx, people[0], now)?;
        people[1..].iter().try_for_each(|id| chats::add_participant(tx, room, people[0], *id, now).map(drop))?;
        Ok(room)
    });
    opened.await.unwrap()
}

/// Says something past the sockets; gives its number, and whether it was said now.
pub(crate) async fn say(app: &TestApp, chat: ChatId, sender: UserId, text: &str, name: &str) -> (i64, bool) {
    let (text, name) = (MessageText::parse(text).unwrap(), ClientId::parse(name).unwrap());
    let now = app.app().clock.now();
    let appended = app
        .app()
        .store
        .write::<_, StoreError, _>(move |tx| messages::append(tx, chat, sender, &text, Some(&name), now));
    let appended = appended.await.unwrap();
    (appended.message.seq.get(), appended.first)
}

/// Deletes a chat.
pub(crate) async fn delete(app: &TestApp, chat: ChatId, by: UserId) {
    let now = app.app().clock.now();
    let deleted = app.app().store.write::<_, StoreError, _>(move |tx| chats::delete(tx, chat, by, now));
    drop(deleted.await.unwrap());
}

/// All that was said in a chat.
pub(crate) async fn said_in(app: &TestApp, chat: ChatId, viewer: UserId) -> Vec<Message> {
    let reads = move |conn: &mut _| messages::history(conn, chat, viewer, Range::After(Seq::NONE), 500);
    app.app().store.read::<_, StoreError, _>(reads).await.unwrap().messages
}
