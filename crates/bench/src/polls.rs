//! Long-polls: what one that is held costs, how quickly a message releases all of a room's, and how many messages a
//! second get to everybody who polls again at once.
//!
//! Ours has each message on the disk before anybody hears of it, and reads the room's newest fifty for its answers;
//! beside it stands a handler of actix alone that answers a constant of the same size. Each server runs in a process of
//! its own; one client thread shares the cores with it. Rounds of both take turns.
//!
//! A poll waits for 25 s at most. Memory is measured within that time, and all who wait are then released by messages,
//! which shows that they were held; elsewhere who has waited in vain polls again.

mod circle;
mod held;
mod person;
mod release;
mod sustained;

use std::time::Duration;

use crate::chat::on_one_thread;
use crate::{Failure, machine};

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Extent {
    /// Polls that are held at once.
    held: usize,
    /// Those who wait for one message.
    rooms: [usize; 3],
    /// How often a message releases them.
    releases: usize,
    /// Those who poll again at once.
    sustained: usize,
    /// Turns of each server in which they do.
    rounds: usize,
    /// How long a turn takes.
    turn: Duration,
}

const FULL: Extent = Extent {
    held: 10_000,
    rooms: [1, 100, 1_000],
    releases: 25,
    sustained: 200,
    rounds: 7,
    turn: Duration::from_secs(2),
};
const QUICK: Extent = Extent {
    held: 1_000,
    rooms: [1, 10, 100],
    releases: 3,
    sustained: 50,
    rounds: 1,
    turn: Duration::from_millis(500),
};

/// Prints all tables, or that of one part.
pub(crate) fn run(quick: bool, only: Option<&str>) -> Result<(), Failure> {
    let extent = if quick { QUICK } else { FULL };
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    let [.., many] = extent.rooms;
    machine::may_open(extent.held.max(2 * many))?;
    if wanted("memory") {
        on_one_thread(held::measure(extent.held))?;
    }
    if wanted("release") {
        on_one_thread(release::measure(extent))?;
    }
    if wanted("sustained") {
        on_one_thread(sustained::measure(extent))?;
    }
    Ok(())
}
