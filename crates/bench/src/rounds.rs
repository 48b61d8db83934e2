//! Two sides measured in turn, so that what else the machine does falls on both.

use crate::Failure;
use crate::client::Measured;

/// The medians of both sides, and of the ratios of their rates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comparison {
    pub(crate) ours: Measured,
    pub(crate) theirs: Measured,
    /// Ours by theirs: lowest, median, highest of the rounds.
    pub(crate) ratio: (f64, f64, f64),
}

/// Runs both sides so many times in turn.
pub(crate) fn compare(
    rounds: usize,
    mut ours: impl FnMut() -> Result<Measured, Failure>,
    mut theirs: impl FnMut() -> Result<Measured, Failure>,
) -> Result<Comparison, Failure> {
    let (mut mine, mut other, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (one, two) = (ours()?, theirs()?);
        ratios.push(one.rate / two.rate);
        mine.push(one);
        other.push(two);
    }
    ratios.sort_by(f64::total_cmp);
    let at = |index: usize| ratios.get(index).copied().unwrap_or_default();
    let ratio = (at(0), at(ratios.len() / 2), at(ratios.len().saturating_sub(1)));
    Ok(Comparison { ours: median(mine)?, theirs: median(other)?, ratio })
}

/// The round of the median rate.
fn median(mut rounds: Vec<Measured>) -> Result<Measured, Failure> {
    rounds.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    rounds.get(rounds.len() / 2).copied().ok_or_else(|| "no rounds".into())
}
