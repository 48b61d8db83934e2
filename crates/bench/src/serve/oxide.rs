//! A Socket.IO server of socketioxide, on hyper: one room, in which everybody hears everything.

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use socketioxide::SocketIo;
use socketioxide::extract::{Data, SocketRef};
use tokio::net::TcpListener;

use super::{WORKERS, ready, wait_for_the_end};
use crate::Failure;

/// Packets that may wait for a socket.
const ROOM: usize = 16_384;

pub(super) fn serve() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    ready(listener.local_addr()?, &[], &[]);
    runtime.spawn(accept(listener));
    wait_for_the_end()?;
    runtime.shutdown_background();
    Ok(())
}

async fn accept(listener: TcpListener) -> Result<(), std::io::Error> {
    // With less room it drops what a socket does not take at once.
    let (service, io) = SocketIo::builder().max_buffer_size(ROOM).build_svc();
    io.ns("/", async |socket: SocketRef| {
        socket.join("room");
        socket.on("private_message", async |io: SocketIo, Data::<Value>(data)| {
            let _gone = io.to("room").emit("private_message", &data).await;
        });
    });
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone());
        tokio::spawn(connection.with_upgrades());
    }
}
