//! The program's own server on a directory of its own, which goes with it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;

use gigline_auth::SystemClock;
use gigline_http::App;
use gigline_server::serve::Server;
use gigline_server::settings::{Settings, Sources};
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::Failure;

/// Threads that answer, of either server.
pub(crate) const WORKERS: usize = 2;

/// A started server; it stops when this is dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) app: App,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    // Dropped after the server has stopped.
    _data: TempDir,
}

/// A directory beside this program: on the disk that it was built on, not on one that lives in memory.
pub(crate) fn directory() -> Result<TempDir, Failure> {
    let program = std::env::current_exe()?;
    let beside = program.parent().ok_or("the program is in no directory")?;
    Ok(tempfile::Builder::new().prefix("gigline-bench-").tempdir_in(beside)?)
}

impl Running {
    pub(crate) fn start() -> Result<Self, Failure> {
        let data = directory()?;
        let settings = settings(&data)?;
        let (stop, stopped) = oneshot::channel();
        let (started, start) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_rt::System::new().block_on(async move {
                match Server::bind(&settings, Arc::new(SystemClock)) {
                    Ok(server) => {
                        let _gone = started.send(Ok((server.addr(), server.app().clone())));
                        let ended = server.run_until(async { drop(stopped.await) }).await;
                        if let Err(error) = ended {
                            println!("the server ended with an error: {error}");
                        }
                    }
                    Err(error) => drop(started.send(Err(error.to_string()))),
                }
            });
        });
        let (address, app) = start.recv()??;
        Ok(Self { address, app, stop: Some(stop), thread: Some(thread), _data: data })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            println!("the server panicked");
        }
    }
}

fn settings(data: &TempDir) -> Result<Settings, Failure> {
    let (data, workers) = (data.path().to_string_lossy(), WORKERS.to_string());
    let given = [
        ("GIGLINE_LISTEN", "127.0.0.1:0"),
        ("GIGLINE_DATA_DIR", &*data),
        ("GIGLINE_RATE_LIMIT", "off"),
        ("GIGLINE_WORKERS", &workers),
    ];
    Ok(Settings::read(&Sources::default().with_environment(given))?)
}
