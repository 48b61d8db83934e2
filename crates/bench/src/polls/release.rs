//! How long it takes until a message has released all who poll a room.

use std::time::Duration;

use tokio::time::sleep;

use super::Extent;
use super::circle::Circle;
use crate::Failure;
use crate::chat::child::{Child, Talk};
use crate::chat::side::Side;
use crate::chat::tables::{Spread, percentile};

/// How long all have to poll again.
const AGAIN: Duration = Duration::from_millis(300);

/// Prints the table.
pub(super) async fn measure(extent: Extent) -> Result<(), Failure> {
    println!(
        "| one message, so many polls | until the last answer | until half | bare, the last | ours by it | lowest … highest |"
    );
    println!("|---|---:|---:|---:|---:|---:|");
    for polls in extent.rooms {
        let (mut ours, mut bare) = both(polls).await?;
        let (mut half, mut last, mut bare_last) = (Vec::new(), Vec::new(), Vec::new());
        // The first of each is not counted: it fills what is remembered.
        for round in 0..=extent.releases {
            sleep(AGAIN).await;
            let (took, bare_took) = (ours.say().await?, bare.say().await?);
            if round > 0 {
                half.push(percentile(&took, 50));
                last.push(longest(&took));
                bare_last.push(longest(&bare_took));
            }
        }
        let ratio = Spread::of_ratios(&last, &bare_last);
        let [half, last, bare_last] = [half, last, bare_last].map(|millis| Spread::of(millis).median);
        println!("| {polls} | {last:.2} ms | {half:.2} ms | {bare_last:.2} ms | {} |", ratio.text());
    }
    println!();
    Ok(())
}

/// So many who poll ours, and as many who poll the bare handler for answers of the same size.
pub(super) async fn both(polls: usize) -> Result<(Circle, Circle), Failure> {
    let people = (polls + 1).to_string();
    let ours = Circle::gather(Child::serve(Side::Plain, &["gigline", Talk::Room.name(), &people])?, polls).await?;
    let bytes = ours.bytes.to_string();
    let bare = Circle::gather(Child::serve(Side::Bare, &["holding", &bytes])?, polls).await?;
    Ok((ours, bare))
}

/// In milliseconds.
fn longest(took: &[u64]) -> f64 {
    percentile(took.last().map_or(&[], std::slice::from_ref), 0)
}
