//! What the server is measured against: actix with one route that answers a constant text.

use std::net::SocketAddr;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};

use crate::Failure;
use crate::server::WORKERS;

/// The path that is answered.
pub(crate) const PATH: &str = "/bare/";

/// A started endpoint; it stops when this is dropped.
pub(crate) struct Bare {
    pub(crate) address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Bare {
    /// Answers JSON of so many bytes.
    pub(crate) fn start(bytes: usize) -> Result<Self, Failure> {
        let body = Bytes::from(constant(bytes));
        let (started, start) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_rt::System::new().block_on(async move {
                match bind(body) {
                    Ok((address, server)) => {
                        let _gone = started.send(Ok((address, server.handle())));
                        if let Err(error) = server.await {
                            println!("the bare endpoint ended with an error: {error}");
                        }
                    }
                    Err(error) => drop(started.send(Err(error.to_string()))),
                }
            });
        });
        let (address, handle) = start.recv()??;
        Ok(Self { address, handle, thread: Some(thread) })
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // The order is given when this is called; what comes back only tells when it is done.
        drop(self.handle.stop(false));
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            println!("the bare endpoint panicked");
        }
    }
}

fn bind(body: Bytes) -> std::io::Result<(SocketAddr, actix_web::dev::Server)> {
    let server = HttpServer::new(move || {
        let body = body.clone();
        let answer = move || {
            let body = body.clone();
            async move { HttpResponse::Ok().content_type("application/json").body(body) }
        };
        App::new().route(PATH, web::get().to(answer))
    });
    let server = server.workers(WORKERS).tcp_nodelay(true).disable_signals().bind("127.0.0.1:0")?;
    let address = server.addrs().first().copied().ok_or_else(|| std::io::Error::other("nothing is bound"))?;
    Ok((address, server.run()))
}

/// JSON of so many bytes, at least ten.
fn constant(bytes: usize) -> Vec<u8> {
    let filling = "x".repeat(bytes.saturating_sub("{\"a\":\"\"}".len()));
    format!("{{\"a\":\"{filling}\"}}").into_bytes()
}
