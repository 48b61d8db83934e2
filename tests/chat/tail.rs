//! What is written through one server reaches the sockets of all, in one order.

use std::sync::Arc;

use gigline_auth::{SessionPolicy, Sessions, SystemClock};
use gigline_chat::engine::Reason;
use gigline_domain::{SessionId, UserId};
use gigline_persistence::chats;
use gigline_persistence::log::Happening;
use gigline_testkit::Backend;
use serde_json::Value;

use crate::door::Door;
use crate::servers::{NOW, Servers, say};

const SENDERS: usize = 4;
const EACH: usize = 40;

fn all_servers_tell_the_same(backend: Backend) {
    let Some(servers) = Servers::start(backend) else { return };
    let people: Vec<UserId> = (0..SENDERS).map(|n| servers.person(&format!("person{n}"))).collect();
    let rooms = [servers.room(&people), servers.room(&people)];
    let doors = [Door::open(), Door::open()];
    let _sockets = [0, 1].map(|server| servers.socket(server, people[server], SessionId::new(1), &doors[server]));

    std::thread::scope(|threads| {
        for (place, sender) in people.iter().enumerate() {
            let store = &servers.stores[place % 2];
            threads.spawn(move || (0..EACH).for_each(|n| say(store, rooms[n % 2], *sender, &format!("{place}.{n}"))));
        }
    });

    let said = servers.log().into_iter().filter(|event| matches!(event.what, Happening::Message(_)));
    let said: Vec<Value> = said.map(|event| event.eid.get().into()).collect();
    assert_eq!(said.len(), SENDERS * EACH);
    for door in &doors {
        let heard: Vec<_> =
            door.wait_for("private_message", said.len()).iter().map(|event| event["id"].clone()).collect();
        assert_eq!(heard, said, "each once and in the order of the log");
    }
}

#[test]
fn all_servers_tell_the_same_on_sqlite() {
    all_servers_tell_the_same(Backend::Sqlite);
}

#[test]
fn all_servers_tell_the_same_on_postgres() {
    all_servers_tell_the_same(Backend::Postgres);
}

fn a_logout_reaches_every_server(backend: Backend) {
    let Some(servers) = Servers::start(backend) else { return };
    let ann = servers.person("ann");
    let sessions =
        servers.stores.clone().map(|store| Sessions::new(store, Arc::new(SystemClock), SessionPolicy::default()));
    let open = |sessions: &Sessions| {
        let sessions = sessions.clone();
        servers.write(0, move |tx| sessions.open(tx, ann))
    };
    let (ended, kept) = (open(&sessions[0]), open(&sessions[0]));
    let doors = [Door::open(), Door::open(), Door::open()];
    let _sockets = [
        servers.socket(0, ann, ended.session_id, &doors[0]),
        servers.socket(1, ann, ended.session_id, &doors[1]),
        servers.socket(1, ann, kept.session_id, &doors[2]),
    ];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(sessions[0].logout(ended.login_id)).unwrap();
    assert_eq!([doors[0].wait_for_close(), doors[1].wait_for_close()], [Reason::SessionEnded; 2]);
    let room = servers.room(&[ann]);
    say(&servers.stores[0], room, ann, "still here");
    assert_eq!(doors[2].wait_for("private_message", 1)[0]["message"], "still here");
}

#[test]
fn a_logout_reaches_every_server_on_sqlite() {
    a_logout_reaches_every_server(Backend::Sqlite);
}

#[test]
fn a_logout_reaches_every_server_on_postgres() {
    a_logout_reaches_every_server(Backend::Postgres);
}

fn who_comes_into_a_room_hears_it_from_there_on(backend: Backend) {
    let Some(servers) = Servers::start(backend) else { return };
    let (ann, bob) = (servers.person("ann"), servers.person("bob"));
    let room = servers.room(&[ann]);
    let doors = [Door::open(), Door::open()];
    let _sockets =
        [servers.socket(0, ann, SessionId::new(1), &doors[0]), servers.socket(1, bob, SessionId::new(2), &doors[1])];
    say(&servers.stores[1], room, ann, "to myself");
    doors[0].wait_for("private_message", 1);
    servers.write(0, move |tx| chats::add_participant(tx, room, ann, bob, NOW));
    say(&servers.stores[0], room, ann, "welcome");
    assert_eq!(doors[1].wait_for("private_message", 1)[0]["message"], "welcome");
    assert_eq!(doors[1].wait_for("chat_created", 1)[0]["id"], room.get());
    servers.write(1, move |tx| chats::delete(tx, room, ann, NOW));
    for door in &doors {
        assert_eq!(door.wait_for("chat_deleted", 1)[0]["chat_id"], room.get());
    }
}

#[test]
fn who_comes_into_a_room_hears_it_from_there_on_on_sqlite() {
    who_comes_into_a_room_hears_it_from_there_on(Backend::Sqlite);
}

#[test]
fn who_comes_into_a_room_hears_it_from_there_on_on_postgres() {
    who_comes_into_a_room_hears_it_from_there_on(Backend::Postgres);
}
