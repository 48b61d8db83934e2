//! Reading over HTTP, against a bare endpoint that answers as many bytes.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::bare::{self, Bare};
use crate::client::{self, Load, get};
use crate::data::Town;
use crate::rounds::compare;
use crate::server::Running;
use crate::{Extent, Failure, report};

const CONNECTIONS: usize = 32;

/// Prints the table.
pub(crate) fn measure(server: &Running, town: &Town, extent: Extent) -> Result<(), Failure> {
    report::head("reading, 32 connections", "gigline", "bare endpoint");
    let jobs = town.newest_jobs.iter().map(|job| get(&format!("/api/job/{job}/"))).collect();
    row("one job", server, jobs, Some(0.3), extent)?;
    let user = |id: &i64| get(&format!("/api/user/{id}/"));
    // The newest have the newest jobs, of which some are done and rated.
    row("one user", server, town.users.iter().skip(1).rev().take(2_000).map(user).collect(), Some(0.2), extent)?;
    row("one user with full lists", server, town.users.iter().take(1).map(user).collect(), None, extent)?;
    row("a page of 100 jobs", server, vec![get("/api/job/?limit=100")], Some(0.05), extent)?;
    println!();
    Ok(())
}

fn row(
    name: &str,
    server: &Running,
    requests: Vec<Vec<u8>>,
    target: Option<f64>,
    extent: Extent,
) -> Result<(), Failure> {
    let first = requests.first().ok_or("nothing to ask for")?;
    let bytes = client::ask(server.address, first, 200)?;
    let bare = Bare::start(bytes)?;
    let load = |address: SocketAddr, requests: Vec<Vec<u8>>| Load {
        address,
        connections: CONNECTIONS,
        turn: extent.turn,
        requests: Arc::from(requests),
        status: 200,
    };
    let (ours, theirs) = (load(server.address, requests), load(bare.address, vec![get(bare::PATH)]));
    let found = compare(extent.rounds, || client::run(&ours), || client::run(&theirs))?;
    report::row(&format!("{name} ({bytes} bytes)"), &found, target);
    Ok(())
}
