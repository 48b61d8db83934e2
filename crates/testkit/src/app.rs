//! A started server for one test: the very object that the binary runs, on a database, a directory and a clock of its
//! own.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use gigline_auth::{Clock, ManualClock};
use gigline_domain::{Email, Timestamp, UserId};
use gigline_http::App;
use gigline_persistence::{accounts, chats};
use gigline_server::serve::Server;
use gigline_server::settings::{Settings, Sources};
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::actor::Actor;
use crate::client::{Answer, Client};
use crate::database::{Backend, TestDatabase};

/// 2026-11-20T09:00:00Z, when every test begins.
const BEGINNING: Timestamp = Timestamp::from_micros(1_795_165_200_000_000);

/// A started server. It stops, and its database goes, when this is dropped.
pub struct TestApp {
    address: SocketAddr,
    app: App,
    clock: ManualClock,
    client: Client,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    // Dropped after the server has stopped.
    data: TempDir,
    database: Arc<TestDatabase>,
}

impl TestApp {
    /// Starts a server with cheap passwords and without throttling. `None` as for [`TestDatabase::fresh`].
    pub fn start(backend: Backend) -> Option<Self> {
        Self::start_with(backend, &[])
    }

    /// Starts a server with some settings of its own, by the names of their variables.
    pub fn start_with(backend: Backend, settings: &[(&str, &str)]) -> Option<Self> {
        let database = Arc::new(TestDatabase::fresh(backend)?);
        Some(or_fail(Self::try_start(database, ManualClock::new(BEGINNING), settings)))
    }

    /// Starts another server on the same database and with the same clock.
    #[must_use]
    pub fn beside(&self) -> Self {
        or_fail(Self::try_start(Arc::clone(&self.database), self.clock.clone(), &[]))
    }

    fn try_start(database: Arc<TestDatabase>, clock: ManualClock, given: &[(&str, &str)]) -> Result<Self, String> {
        let data = tempfile::Builder::new().prefix("gigline-data-").tempdir().map_err(|error| error.to_string())?;
        let settings = settings(&database, data.path(), given)?;
        let (stop, stopped) = oneshot::channel();
        let (started, start) = std::sync::mpsc::channel();
        let shown: Arc<dyn Clock> = Arc::new(clock.clone());
        let thread = std::thread::spawn(move || {
            actix_rt::System::new().block_on(async move {
                match Server::bind(&settings, shown) {
                    Ok(server) => {
                        let _ = started.send(Ok((server.addr(), server.app().clone())));
                        let until = async { drop(stopped.await) };
                        or_fail(server.run_until(until).await.map_err(|error| error.to_string()));
                    }
                    Err(error) => drop(started.send(Err(error.to_string()))),
                }
            });
        });
        let (address, app) = start.recv().map_err(|error| error.to_string())??;
        let client = Client::new(address);
        Ok(Self { address, app, clock, client, stop: Some(stop), thread: Some(thread), data, database })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The directory of its files.
    pub fn data_dir(&self) -> &Path {
        self.data.path()
    }

    /// Its database.
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// What its requests are answered with, for looking behind the API.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Its clock; it stands still unless the test moves it.
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// A client without a session.
    pub fn anyone(&self) -> Client {
        self.client.clone()
    }

    /// Registers somebody: `ann` becomes Ann Tester, `ann@example.org`, with the password `ann's secret`.
    pub async fn user(&self, name: &str) -> Actor {
        let body = json!({
            "email": format!("{name}@example.org"),
            "password": format!("{name}'s secret"),
            "first": name,
            "last": "Tester",
            "phone_number": "+1 607 555 0100",
        });
        let answer = self.client.post("/api/register/", &body).await.expect(201);
        Actor::new(&self.client, name, &answer)
    }

    /// Registers somebody and makes them an admin, as the command line does.
    pub async fn admin(&self, name: &str) -> Actor {
        let admin = self.user(name).await;
        self.db_promote(&admin.email()).await;
        // A session that was looked up already may be known as a member's for another second.
        self.log_in(name).await
    }

    /// Signs in somebody who is registered.
    pub async fn log_in(&self, name: &str) -> Actor {
        let answer = self.try_log_in(name, &format!("{name}'s secret")).await.expect(200);
        Actor::new(&self.client, name, &answer)
    }

    /// Tries to sign in.
    pub async fn try_log_in(&self, name: &str, password: &str) -> Answer {
        let body = json!({ "email": format!("{name}@example.org"), "password": password });
        self.client.post("/api/login/", &body).await
    }

    async fn db_promote(&self, email: &str) {
        let email = or_fail(Email::parse(email).map_err(|fault| fault.to_string()));
        let promoted = self.app.store.write(move |tx| accounts::promote(tx, &email)).await;
        or_fail(promoted.map_err(|error| error.to_string()));
    }

    /// The chat of two people, by their ids, opened if need be: over HTTP nobody can.
    pub async fn db_chat(&self, one: i64, other: i64) -> i64 {
        let (one, other, now) = (UserId::new(one), UserId::new(other), self.clock.now());
        let opened = self.app.store.write(move |tx| chats::open_direct(tx, one, other, now)).await;
        or_fail(opened.map_err(|error| error.to_string())).chat.id.get()
    }

    /// A new room with these people in it; the first is its admin.
    pub async fn db_room(&self, admin: i64, guest: i64) -> i64 {
        let (admin, guest, now) = (UserId::new(admin), UserId::new(guest), self.clock.now());
        let opened = self.app.store.write(move |tx| {
            let room = chats::create_room(tx, admin, now)?;
            chats::add_participant(tx, room, admin, guest, now).map(|_| room)
        });
        or_fail(opened.await.map_err(|error| error.to_string())).get()
    }

    /// How many statements the database has run; the difference tells what a request cost.
    pub fn db_statements(&self) -> u64 {
        self.app.store.statements()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !std::thread::panicking()
        {
            or_fail::<()>(Err("the server panicked".to_owned()));
        }
    }
}

fn settings(database: &TestDatabase, data: &Path, given: &[(&str, &str)]) -> Result<Settings, String> {
    let data = data.to_string_lossy();
    let common = [
        ("GIGLINE_LISTEN", "127.0.0.1:0"),
        ("GIGLINE_DATA_DIR", &*data),
        ("GIGLINE_BCRYPT_COST", "4"),
        ("GIGLINE_RATE_LIMIT", "off"),
        ("GIGLINE_WORKERS", "2"),
    ];
    let all = common.iter().filter(|(name, _)| given.iter().all(|(other, _)| other != name)).chain(given).copied();
    let mut settings = Settings::read(&Sources::default().with_environment(all)).map_err(|error| error.to_string())?;
    settings.database.url = database.url().clone();
    Ok(settings)
}

#[expect(clippy::panic, reason = "without a server no test can go on")]
fn or_fail<T>(result: Result<T, String>) -> T {
    result.unwrap_or_else(|error| panic!("the server for tests: {error}"))
}
