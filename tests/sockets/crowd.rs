//! Eight people in four rooms, on every door at once, with connections that break in the middle: in the end everybody
//! has exactly the log.

mod heard;

use futures_util::future::join_all;
use gigline_domain::{ChatId, UserId};
use gigline_testkit::{Actor, Backend, Client, TestApp};
use serde_json::json;

use self::heard::Heard;
use crate::behind;
use crate::lines::{DOORS, Line};

const PEOPLE: usize = 8;
const ROOMS: usize = 4;
/// How many messages each says in each of their rooms.
const EACH: usize = 20;
/// How many people are in a room.
const IN_ROOM: usize = 4;
const IN_ALL: usize = IN_ROOM * EACH;

/// Who is in the room: everybody in two that follow one another.
fn is_in(person: usize, room: usize) -> bool {
    person % ROOMS == room || (person + 1) % ROOMS == room
}

struct Crowd {
    servers: Vec<TestApp>,
    people: Vec<Actor>,
    rooms: Vec<ChatId>,
}

impl Crowd {
    async fn gather(servers: Vec<TestApp>) -> Self {
        let mut people = Vec::new();
        for number in 0..PEOPLE {
            people.push(servers[0].user(&format!("person{number}")).await);
        }
        let mut crowd = Self { servers, people, rooms: Vec::new() };
        for room in 0..ROOMS {
            let ids = (0..PEOPLE).filter(|person| is_in(*person, room)).map(|person| crowd.id(person)).collect();
            crowd.rooms.push(behind::open_room(&crowd.servers[0], ids).await);
        }
        crowd
    }

    fn rooms_of(&self, person: usize) -> Vec<ChatId> {
        (0..ROOMS).filter(|room| is_in(person, *room)).map(|room| self.rooms[room]).collect()
    }

    /// A person as a client of one of the servers.
    fn client(&self, person: usize, server: usize) -> Client {
        let anyone = self.servers[server % self.servers.len()].anyone();
        anyone.with("authorization", &format!("Bearer {}", self.people[person].token))
    }

    /// Says everything on one door. Of every fifth message the answer is lost: it is said once more on a new line.
    async fn talks(&self, person: usize) {
        let Some(door) = DOORS.get(person % 4) else { return self.writes(person).await };
        let client = self.client(person, person);
        let mut line = Line::open(&client, *door).await;
        for (number, room) in self.all_to_say(person) {
            let said =
                json!({ "chat_id": room.get(), "msg": text_of(person, number), "client_id": number.to_string() });
            if number % 5 == 4 {
                let _ = line.say("private_message", &said).await;
                line.hang_up().await;
                line = Line::open(&client, *door).await;
            }
            let answer = line.ask("private_message", &said).await;
            assert_eq!(answer["ok"], true, "{answer}");
        }
    }

    /// Says everything past the sockets, and each thing twice.
    async fn writes(&self, person: usize) {
        let (server, me) = (&self.servers[person % self.servers.len()], self.id(person));
        for (number, room) in self.all_to_say(person) {
            let (text, name) = (text_of(person, number), number.to_string());
            let (first, new) = behind::say(server, room, me, &text, &name).await;
            assert_eq!((behind::say(server, room, me, &text, &name).await, new), ((first, false), true));
        }
    }

    fn id(&self, person: usize) -> UserId {
        UserId::new(self.people[person].id)
    }

    fn all_to_say(&self, person: usize) -> impl Iterator<Item = (usize, ChatId)> {
        let rooms = self.rooms_of(person);
        (0..EACH).flat_map(move |number| rooms.clone().into_iter().map(move |room| (number, room)))
    }

    /// Hears everything of their rooms, over lines that break every now and then, each on another door and perhaps at
    /// another server.
    async fn listens(&self, person: usize) -> Heard {
        let mut heard = Heard::new(self.rooms_of(person), IN_ALL);
        for turn in person.. {
            let client = self.client(person, turn / 2);
            let mut line = Line::open(&client, DOORS[turn % DOORS.len()]).await;
            let until = heard.count() + 15 + 7 * person % 20;
            heard.resumes(&mut line).await;
            heard.hears(&mut line, until).await;
            if heard.is_whole() {
                break;
            }
            line.hang_up().await;
        }
        heard
    }

    /// What really was said in a room.
    async fn said_in(&self, room: ChatId, viewer: usize) -> Vec<(i64, i64, String)> {
        let said = behind::said_in(&self.servers[0], room, self.id(viewer)).await;
        said.into_iter().map(|message| (message.seq.get(), message.sender.unwrap().get(), message.text)).collect()
    }
}

fn text_of(person: usize, number: usize) -> String {
    format!("{person}.{number}")
}

async fn everybody_ends_with_the_log(servers: Vec<TestApp>) {
    let crowd = Crowd::gather(servers).await;
    let talks = join_all((0..PEOPLE).map(|person| crowd.talks(person)));
    let listens = join_all((0..PEOPLE).map(|person| crowd.listens(person)));
    let (_, heard) = tokio::join!(talks, listens);
    for (room, chat) in crowd.rooms.iter().enumerate() {
        let members: Vec<usize> = (0..PEOPLE).filter(|person| is_in(*person, room)).collect();
        let said = crowd.said_in(*chat, members[0]).await;
        assert!(said.iter().map(|(seq, ..)| *seq).eq(1..=i64::try_from(IN_ALL).unwrap()), "each once, none missing");
        for person in members {
            let me = crowd.people[person].id;
            let mine = said.iter().filter(|(_, sender, _)| *sender == me).map(|(.., text)| text.clone());
            assert!(mine.eq((0..EACH).map(|number| text_of(person, number))), "in the order of saying");
            assert_eq!(heard[person].of(*chat), said, "{person} in {room}");
        }
    }
}

fn on(backend: Backend, servers: usize) {
    let Some(first) = TestApp::start(backend) else { return };
    let others: Vec<TestApp> = (1..servers).map(|_| first.beside()).collect();
    let all = std::iter::once(first).chain(others).collect();
    actix_rt::System::new().block_on(everybody_ends_with_the_log(all));
}

#[test]
fn everybody_ends_with_the_log_on_sqlite() {
    on(Backend::Sqlite, 1);
}

#[test]
fn everybody_ends_with_the_log_on_postgres() {
    on(Backend::Postgres, 1);
}

#[test]
fn everybody_ends_with_the_log_across_two_servers() {
    on(Backend::Postgres, 2);
}
