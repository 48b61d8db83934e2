//! One talks, many listen: deliveries a second, and how long they take at half of that.

use std::time::Duration;

use super::child::{Child, Talk};
use super::crowd::Crowd;
use super::install::Peers;
use super::side::Side;
use super::tables::{Spread, Target, percentile, verdict};
use super::{Extent, Heard};
use crate::Failure;

/// What was measured of one server.
struct Found {
    crowd: Crowd,
    /// Deliveries a second, of each round.
    rates: Vec<f64>,
    /// Milliseconds at half of the load, of each round.
    p50: Vec<f64>,
    p99: Vec<f64>,
}

/// Prints the tables for so many listeners.
pub(super) async fn measure(heard: Heard, listeners: usize, extent: Extent, peers: &Peers) -> Result<(), Failure> {
    let mut all = Vec::new();
    for side in [Side::Plain, Side::Bare, Side::SocketIo, Side::Socketioxide, Side::Node, Side::Flask] {
        let Some(server) = Child::start(side, Talk::Room, listeners + 1, peers)? else { continue };
        let crowd = Crowd::gather(server, listeners).await?;
        all.push(Found { crowd, rates: Vec::new(), p50: Vec::new(), p99: Vec::new() });
    }
    for found in &all {
        found.crowd.flood(extent.turn / 4).await?;
    }
    for _ in 0..extent.rounds {
        for found in &mut all {
            found.rates.push(found.crowd.flood(extent.turn).await?);
        }
    }
    if heard.fanout {
        deliveries(listeners, &all);
    }
    if heard.latency {
        for _ in 0..extent.rounds {
            for found in &mut all {
                found.pace(listeners, extent.turn).await?;
            }
        }
        delays(listeners, &all);
    }
    Ok(())
}

impl Found {
    async fn pace(&mut self, listeners: usize, turn: Duration) -> Result<(), Failure> {
        let messages = self.load() / f64::from(u32::try_from(listeners)?);
        let mut took = self.crowd.pace(messages, turn).await?;
        took.sort_unstable();
        self.p50.push(percentile(&took, 50));
        self.p99.push(percentile(&took, 99));
        Ok(())
    }

    /// Half of what it can, in deliveries a second.
    fn load(&self) -> f64 {
        Spread::of(self.rates.clone()).median / 2.0
    }
}

/// Ours that is measured against a server, and by what it is to surpass it.
fn rival(side: Side) -> Option<(Side, Option<f64>)> {
    match side {
        Side::Bare => Some((Side::Plain, Some(0.7))),
        Side::Node => Some((Side::SocketIo, Some(3.0))),
        Side::Socketioxide | Side::Flask => Some((Side::SocketIo, None)),
        Side::Plain | Side::SocketIo => None,
    }
}

fn deliveries(listeners: usize, all: &[Found]) {
    println!("| one to {listeners} | deliveries | ours by it | lowest … highest | target | |");
    println!("|---|---:|---:|---:|---:|---|");
    for found in all {
        let rate = Spread::of(found.rates.clone()).median;
        let name = found.crowd.side.name();
        let Some((ours, target)) = against(all, found) else {
            println!("| {name} | {rate:.0}/s | | | | |");
            continue;
        };
        let ratio = Spread::of_ratios(&ours.rates, &found.rates);
        let verdict = verdict(ratio.median, target.map(Target::AtLeast));
        println!("| {name} | {rate:.0}/s | {} | {verdict} |", ratio.text());
    }
    println!();
}

fn delays(listeners: usize, all: &[Found]) {
    println!(
        "| one to {listeners}, at half of that | deliveries | p50 | p99 | our p99 by it | lowest … highest | target | |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---|");
    for found in all {
        let (name, load) = (found.crowd.side.name(), found.load());
        let (p50, p99) = (Spread::of(found.p50.clone()).median, Spread::of(found.p99.clone()).median);
        let Some((ours, _)) = against(all, found) else {
            println!("| {name} | {load:.0}/s | {p50:.2} ms | {p99:.2} ms | | | | |");
            continue;
        };
        let ratio = Spread::of_ratios(&ours.p99, &found.p99);
        let target = (found.crowd.side == Side::Bare).then_some(Target::AtMost(3.0));
        let verdict = verdict(ratio.median, target);
        println!("| {name} | {load:.0}/s | {p50:.2} ms | {p99:.2} ms | {} | {verdict} |", ratio.text());
    }
    println!();
}

/// What was measured of ours that `found` is compared with, and the target.
fn against<'a>(all: &'a [Found], found: &Found) -> Option<(&'a Found, Option<f64>)> {
    let (side, target) = rival(found.crowd.side)?;
    all.iter().find(|other| other.crowd.side == side).map(|other| (other, target))
}
