//! The server as an object: bound, asked for its address, run until a signal, and stopped within a deadline.

use std::any::Any;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use gigline_auth::{Authenticator, Clock, Hasher, SessionPolicy, Sessions, Throttle, ThrottlePolicy};
use gigline_chat::engine::{self, Engine, EngineSettings};
use gigline_http::{App, HttpSettings, Origins, Parts, TrustedProxies, housekeeping};
use gigline_media::{BlobConfig, BlobError, BlobStore, S3Config, S3Credentials, Studio};
use gigline_persistence::{OpenError, Store, StoreConfig};
#[cfg(target_os = "linux")]
use socket2::SockRef;

use crate::settings::{MediaSettings, Settings};

/// How many passwords may wait to be hashed.
const HASHES_WAITING: usize = 64;
/// How many sessions of Socket.IO one address may have that have not joined the conversations: a large office's, when
/// all come back at once.
const STRANGERS_PER_ADDRESS: usize = 200;
/// How many connections may be open on one worker.
const CONNECTIONS_PER_WORKER: usize = 20_000;
/// How long a request's head may take to arrive, where its body may not take less.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// How long a stopping server waits for what is being answered.
const STOP_DEADLINE_SECONDS: u64 = 10;
/// How often sockets whose session has expired are looked for.
const SWEEP_EVERY: Duration = Duration::from_millis(250);
/// How long a client may leave unread what was sent to it. Longer than a socket may stand still, so that one that wakes
/// up shortly after is still told why it was closed.
#[cfg(target_os = "linux")]
const UNREAD_DEADLINE: Duration = Duration::from_secs(60);
/// How much the system holds for a connection beyond what is on its way.
#[cfg(target_os = "linux")]
const UNSENT_BYTES: u32 = 128 * 1024;
/// How often files without rows and expired sessions are cleared away.
const TIDY_EVERY: Duration = Duration::from_secs(10 * 60);

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory cannot be made.
    #[error("cannot make the data directory {path}: {cause}")]
    DataDir {
        /// Which.
        path: String,
        /// Why.
        cause: io::Error,
    },
    /// The database cannot be opened.
    #[error("cannot open the database: {0}")]
    Database(#[from] OpenError),
    /// The conversations cannot be carried.
    #[error("cannot start the conversations: {0}")]
    Engine(#[from] engine::StartError),
    /// The picture store cannot be opened.
    #[error("cannot open the picture store: {0}")]
    Media(#[from] BlobError),
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        cause: io::Error,
    },
}

/// A server that is bound to its address and accepts connections as soon as it is bound.
pub struct Server {
    app: App,
    address: SocketAddr,
    running: actix_web::dev::Server,
}

/// Opens what the settings name, for the server and for the other commands.
pub fn open_store(settings: &Settings) -> Result<Store, StartError> {
    std::fs::create_dir_all(&settings.data_dir)
        .map_err(|cause| StartError::DataDir { path: settings.data_dir.display().to_string(), cause })?;
    Ok(Store::open(&StoreConfig::new(settings.database.url.clone()))?)
}

/// Opens the picture store that the settings name.
pub(crate) fn open_blobs(settings: &Settings) -> Result<BlobStore, StartError> {
    Ok(BlobStore::open(&blob_config(&settings.media)?)?)
}

/// Everything that requests are answered with, as the settings have it.
pub fn open_app(settings: &Settings, clock: Arc<dyn Clock>) -> Result<App, StartError> {
    let store = open_store(settings)?;
    let policy = SessionPolicy {
        session_life: settings.session.session,
        update_life: settings.session.update_token,
        ..SessionPolicy::default()
    };
    let sessions = Sessions::new(store.clone(), Arc::clone(&clock), policy);
    let engine = Engine::start(&store, Arc::clone(&clock), engine_settings(settings))?;
    let hasher = Hasher::new(settings.session.bcrypt_cost, HASHES_WAITING);
    let throttle = Throttle::new(ThrottlePolicy { enabled: settings.limits.rate_limit, ..ThrottlePolicy::default() });
    let authenticator = Authenticator {
        store: store.clone(),
        clock: Arc::clone(&clock),
        sessions: sessions.clone(),
        hasher: hasher.clone(),
        throttle: throttle.clone(),
    };
    Ok(App::new(Parts {
        store,
        sessions,
        authenticator,
        hasher,
        throttle,
        studio: Studio::new(),
        blobs: open_blobs(settings)?,
        engine,
        clock,
        settings: http_settings(settings),
    }))
}

fn blob_config(settings: &MediaSettings) -> Result<BlobConfig, StartError> {
    let bucket = match settings {
        MediaSettings::Directory(path) => return Ok(BlobConfig::Directory(path.clone())),
        MediaSettings::S3(bucket) => bucket,
    };
    let endpoint = bucket.endpoint.as_deref().map(url::Url::parse).transpose();
    Ok(BlobConfig::S3(S3Config {
        bucket: bucket.bucket.clone(),
        prefix: bucket.prefix.clone(),
        endpoint: endpoint.map_err(|error| BlobError::Settings(format!("AWS_ENDPOINT_URL: {error}")))?,
        region: bucket.region.clone(),
        credentials: Some(S3Credentials {
            access_key_id: bucket.access_key_id.clone(),
            secret_access_key: bucket.secret_access_key.expose().to_owned(),
            session_token: bucket.session_token.as_ref().map(|token| token.expose().to_owned()),
        }),
    }))
}

fn engine_settings(settings: &Settings) -> EngineSettings {
    let usual = EngineSettings::default();
    let allowance = usual.allowance.filter(|_| settings.limits.rate_limit);
    EngineSettings { allowance, ..usual }
}

fn http_settings(settings: &Settings) -> HttpSettings {
    let public_url = settings.listen.public_url.as_ref().map(|url| url.as_str().to_owned());
    let access = &settings.access;
    HttpSettings {
        origins: Origins::new(access.allowed_origins.clone(), public_url.as_deref(), access.loopback_origins),
        proxies: TrustedProxies::new(access.trusted_proxies.iter().copied()),
        public_url,
        body_deadline: settings.limits.body,
        ratings_require_job: settings.ratings.require_job,
        strangers_per_address: settings.limits.rate_limit.then_some(STRANGERS_PER_ADDRESS),
        session_life: settings.session.session,
    }
}

impl Server {
    /// Opens everything and binds the address; connections are accepted from now on. Must run within an actix system.
    pub fn bind(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        let app = open_app(settings, clock)?;
        let failed = |cause| StartError::Listen { address: settings.listen.address, cause };
        let served = app.clone();
        let server = HttpServer::new(move || gigline_http::service(served.clone()))
            .workers(settings.listen.workers)
            .max_connections(CONNECTIONS_PER_WORKER)
            .client_request_timeout(HEAD_DEADLINE.min(settings.limits.body))
            .shutdown_timeout(STOP_DEADLINE_SECONDS)
            // A client that closes its side is gone; else a dropped poll would never be noticed.
            .h1_allow_half_closed(false)
            .tcp_nodelay(true)
            .on_connect(|stream, _| bound_the_unread(stream))
            .disable_signals()
            .bind(settings.listen.address)
            .map_err(failed)?;
        let address = server.addrs().first().copied().ok_or_else(|| failed(io::Error::other("nothing is bound")))?;
        Ok(Self { app, address, running: server.run() })
    }

    /// Where it listens; the port is the real one where the settings said 0.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// What requests are answered with.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Serves until `signal` resolves, then lets running requests end, at most ten seconds, and closes the database.
    pub async fn run_until(self, signal: impl Future<Output = ()> + 'static) -> io::Result<()> {
        let tidy = actix_rt::spawn(keep_tidy(self.app.clone()));
        let sweep = actix_rt::spawn(keep_swept(self.app.clone()));
        let stopper = actix_rt::spawn(stop_after(self.app.clone(), self.running.handle(), signal));
        let ended = self.running.await;
        tidy.abort();
        sweep.abort();
        stopper.abort();
        let (engine, store) = (self.app.engine.clone(), self.app.store.clone());
        let closing = move || {
            engine.stop();
            store.close();
        };
        if let Err(error) = actix_rt::task::spawn_blocking(closing).await {
            log::error!("the database was not closed in good order: {error}");
        }
        ended
    }
}

/// Has the system hold little for a slow reader, and end a connection whose other side takes nothing any more. What
/// waits for that could not be written, not even that it is closed, so nothing else would end it.
#[cfg(target_os = "linux")]
fn bound_the_unread(stream: &dyn Any) {
    let Some(stream) = stream.downcast_ref::<actix_rt::net::TcpStream>() else { return };
    let socket = SockRef::from(stream);
    let bounded =
        socket.set_tcp_user_timeout(Some(UNREAD_DEADLINE)).and_then(|()| socket.set_tcp_notsent_lowat(UNSENT_BYTES));
    if let Err(error) = bounded {
        log::debug!("a connection cannot be given bounds for what it does not read: {error}");
    }
}

/// The same where the system knows no such bounds.
#[cfg(not(target_os = "linux"))]
fn bound_the_unread(_: &dyn Any) {}

async fn stop_after(app: App, handle: ServerHandle, signal: impl Future<Output = ()>) {
    signal.await;
    log::info!("stopping");
    // Sockets would stay for ever; their clients come back when there is a server again.
    app.close_sockets();
    handle.stop(true).await;
}

async fn keep_swept(app: App) {
    let mut rounds = actix_rt::time::interval(SWEEP_EVERY);
    loop {
        rounds.tick().await;
        app.engine.sweep();
    }
}

async fn keep_tidy(app: App) {
    let mut rounds = actix_rt::time::interval(TIDY_EVERY);
    loop {
        rounds.tick().await;
        housekeeping::tidy(&app).await;
    }
}
