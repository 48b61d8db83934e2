//! Conversations under load, against servers that are started beside ours and spoken to by the same clients.
//!
//! Ours has each message on the disk before anybody hears of it; the others keep nothing. Each server runs in a process
//! of its own, with as many threads as ours where it can have several; the clients share the cores with it. Rounds of
//! all take turns.

pub(crate) mod child;
pub(crate) mod connection;
mod crowd;
mod fanout;
mod frames;
pub(crate) mod install;
pub(crate) mod memory;
mod sends;
pub(crate) mod side;
pub(crate) mod tables;

use std::time::Duration;

use tokio::task::LocalSet;

use self::install::Peers;
use crate::{Failure, machine};

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Extent {
    /// Turns of each server.
    rounds: usize,
    /// How long a turn takes.
    turn: Duration,
    /// Listeners in a room.
    listeners: [usize; 2],
    /// Idle connections.
    idle: usize,
}

const FULL: Extent = Extent { rounds: 5, turn: Duration::from_secs(1), listeners: [100, 1_000], idle: 5_000 };
const QUICK: Extent = Extent { rounds: 1, turn: Duration::from_millis(300), listeners: [10, 100], idle: 500 };

/// What is measured of a room with listeners.
#[derive(Debug, Clone, Copy)]
struct Heard {
    fanout: bool,
    latency: bool,
}

/// Prints all tables, or those of one part.
pub(crate) fn run(quick: bool, only: Option<&str>) -> Result<(), Failure> {
    let extent = if quick { QUICK } else { FULL };
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    let peers = Peers::install()?;
    let [_, many] = extent.listeners;
    if let Err(error) = machine::may_open(extent.idle.max(many * 6)) {
        println!("!!! {error}: ELSE THIS WILL FAIL\n");
    }
    if wanted("sends") {
        sends::measure(extent, &peers)?;
    }
    let heard = Heard { fanout: wanted("fanout"), latency: wanted("latency") };
    if heard.fanout || heard.latency {
        for listeners in extent.listeners {
            on_one_thread(fanout::measure(heard, listeners, extent, &peers))?;
        }
    }
    if wanted("memory") {
        on_one_thread(memory::measure(extent.idle, &peers))?;
    }
    Ok(())
}

/// All clients run on one thread, so that they take as little as they can from the servers.
pub(crate) fn on_one_thread(measure: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, measure)
}
