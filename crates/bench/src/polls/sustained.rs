//! How many messages a second get to everybody in a room who polls again at once: the next one is said when all have
//! the last one.

use std::time::{Duration, Instant};

use super::Extent;
use super::circle::Circle;
use super::release::both;
use crate::Failure;
use crate::chat::tables::{Spread, percentile};

/// What came of one server's turns.
#[derive(Default)]
struct Found {
    /// Messages a second, of each turn.
    rates: Vec<f64>,
    /// Milliseconds from sending to receipt, of each turn.
    p50: Vec<f64>,
    p99: Vec<f64>,
}

/// Prints the table.
pub(super) async fn measure(extent: Extent) -> Result<(), Failure> {
    let polls = extent.sustained;
    println!("| {polls} who poll again at once | messages | deliveries | p50 | p99 | ours by it | lowest … highest |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let (mut our_circle, mut bare_circle) = both(polls).await?;
    let (mut ours, mut bare) = (Found::default(), Found::default());
    for circle in [&mut our_circle, &mut bare_circle] {
        Found::default().take_turn(circle, extent.turn / 4).await?;
    }
    for _ in 0..extent.rounds {
        ours.take_turn(&mut our_circle, extent.turn).await?;
        bare.take_turn(&mut bare_circle, extent.turn).await?;
    }
    let ratio = Spread::of_ratios(&ours.rates, &bare.rates).text();
    ours.row("gigline", polls, " | ")?;
    bare.row("bare actix-web handler", polls, &ratio)?;
    println!();
    Ok(())
}

impl Found {
    async fn take_turn(&mut self, circle: &mut Circle, turn: Duration) -> Result<(), Failure> {
        let (begin, mut messages, mut all) = (Instant::now(), 0_u32, Vec::new());
        while begin.elapsed() < turn {
            all.append(&mut circle.say().await?);
            messages += 1;
        }
        self.rates.push(f64::from(messages) / begin.elapsed().as_secs_f64());
        all.sort_unstable();
        self.p50.push(percentile(&all, 50));
        self.p99.push(percentile(&all, 99));
        Ok(())
    }

    fn row(&self, name: &str, polls: usize, ratio: &str) -> Result<(), Failure> {
        let [rate, p50, p99] = [&self.rates, &self.p50, &self.p99].map(|each| Spread::of(each.clone()).median);
        let deliveries = rate * f64::from(u32::try_from(polls)?);
        println!("| {name} | {rate:.0}/s | {deliveries:.0}/s | {p50:.2} ms | {p99:.2} ms | {ratio} |");
        Ok(())
    }
}
