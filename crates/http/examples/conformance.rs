//! The server that the published test suites of Engine.IO and Socket.IO expect, on port 3000.
//!
//! `/engine.io/` echoes messages. `/socket.io/` has the namespaces `/` and `/custom`; whoever joins hears `auth` with
//! what they joined with; `message` comes back as `message-back`, and `message-with-ack` is acknowledged with its
//! arguments. Times are short, as the suites want them.

use std::time::Duration;

use actix_cors::Cors;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use gigline_chat::CloseReason;
use gigline_chat::engineio::{Config, message};
use gigline_chat::{Frame, socketio};
use gigline_http::sockets::engineio::{Denied, Door, Link, Service};
use gigline_http::sockets::socketio::{Application, Event, Socket, SocketIo, Turned};
use gigline_http::sockets::{Message, Peer};
use serde_json::value::RawValue;

fn config() -> Config {
    Config {
        ping_interval: Duration::from_millis(300),
        ping_timeout: Duration::from_millis(200),
        max_payload: 1_000_000,
        ..Config::default()
    }
}

/// Sends back whatever comes.
struct Echo(Config);

struct Echoing(Link);

impl Service for Echo {
    type Guest = ();
    type Peer = Echoing;

    fn config(&self) -> &Config {
        &self.0
    }

    async fn admit(&self, _: &HttpRequest) -> Result<(), Denied> {
        Ok(())
    }

    fn is_same(&self, (): &(), _: &HttpRequest) -> bool {
        true
    }

    fn start(&self, (): &(), link: &Link) -> Echoing {
        Echoing(link.clone())
    }
}

impl Peer for Echoing {
    async fn receive(&mut self, said: Message) {
        let frame = match &said {
            Message::Text(text) => message(&[text]),
            Message::Binary(data) => Frame::binary(data),
        };
        self.0.answer(&[frame]);
    }
}

/// The application that the Socket.IO suite talks to.
struct Suite(Config);

struct Joined {
    socket: Socket,
    payload: Option<Box<RawValue>>,
}

impl Application for Suite {
    type Guest = ();
    type Member = Joined;

    fn config(&self) -> &Config {
        &self.0
    }

    async fn admit(&self, _: &HttpRequest) -> Result<(), Denied> {
        Ok(())
    }

    fn is_same(&self, (): &(), _: &HttpRequest) -> bool {
        true
    }

    fn has(&self, namespace: &str) -> bool {
        matches!(namespace, "/" | "/custom")
    }

    async fn connect(&self, (): &(), socket: &Socket, payload: Option<&RawValue>) -> Result<Joined, Turned> {
        Ok(Joined { socket: socket.clone(), payload: payload.map(ToOwned::to_owned) })
    }

    async fn connected(&self, member: &mut Joined) {
        // Older forms of the suite lose a message that comes in the same packet as the one before it.
        tokio::time::sleep(Duration::from_millis(10)).await;
        let empty = RawValue::from_string("{}".to_owned());
        if let Some(payload) = member.payload.take().or(empty.ok()) {
            member.socket.emit("auth", &[&payload], &[]);
        }
    }

    async fn event(&self, member: &mut Joined, event: Event) {
        let Some((name, args)) = event.args.split_first() else { return };
        let args: Vec<&RawValue> = args.iter().map(AsRef::as_ref).collect();
        match (name.get(), event.ack) {
            (r#""message""#, _) => drop(member.socket.emit("message-back", &args, &event.attachments)),
            (r#""message-with-ack""#, Some(id)) => drop(member.socket.ack(id, &args, &event.attachments)),
            _ => {}
        }
    }

    async fn left(&self, _: Joined, _: CloseReason) {}
}

fn connection() -> socketio::Config {
    socketio::Config { connect_timeout: Duration::from_secs(1), ..socketio::Config::default() }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let echo = Door::new(Echo(config()), Duration::from_secs(10));
    let suite = Door::new(SocketIo::new(Suite(config()), connection()), Duration::from_secs(10));
    let server = HttpServer::new(move || {
        let (echo, suite) = (echo.clone(), suite.clone());
        App::new()
            .wrap(Cors::permissive())
            .route("/engine.io/", web::to(move |request, payload| answer(echo.clone(), request, payload)))
            .route("/socket.io/", web::to(move |request, payload| answer(suite.clone(), request, payload)))
    });
    // A client that closes its side is gone; else a dropped poll would never be noticed.
    let server = server.h1_allow_half_closed(false).tcp_nodelay(true).workers(2).shutdown_timeout(1);
    server.bind(("127.0.0.1", 3000))?.bind(("::1", 3000))?.run().await
}

async fn answer<S: Service>(door: Door<S>, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    door.answer(&request, payload.into_inner()).await
}
