//! Medians and ratios of rounds, and how they are written.

/// The lowest, the median and the highest.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spread {
    lowest: f64,
    pub(crate) median: f64,
    highest: f64,
}

impl Spread {
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |place: usize| values.get(place).copied().unwrap_or_default();
        Self { lowest: at(0), median: at(values.len() / 2), highest: at(values.len().saturating_sub(1)) }
    }

    /// Of each of `these` by its neighbour of `those`.
    pub(crate) fn of_ratios(these: &[f64], those: &[f64]) -> Self {
        Self::of(these.iter().zip(those).map(|(one, other)| one / other).collect())
    }

    /// The median, and between what it lies.
    pub(crate) fn text(&self) -> String {
        format!("**{:.2}** | {:.2} … {:.2}", self.median, self.lowest, self.highest)
    }
}

/// What a table says of a target, if there is one.
pub(crate) fn verdict(value: f64, target: Option<Target>) -> String {
    match target {
        None => "| ".to_owned(),
        Some(Target::AtLeast(least)) => format!("≥ {least} | {}", if value >= least { "met" } else { "missed" }),
        Some(Target::AtMost(most)) => format!("≤ {most} | {}", if value <= most { "met" } else { "missed" }),
    }
}

/// What a ratio is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

/// Of values in ascending order, that below which so many percent lie; in milliseconds of microseconds.
pub(crate) fn percentile(sorted: &[u64], percent: usize) -> f64 {
    let micros = sorted.get(sorted.len() * percent / 100).copied().unwrap_or_default();
    std::time::Duration::from_micros(micros).as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_met_by_its_median() {
        let spread = Spread::of_ratios(&[1.0, 3.0, 2.0], &[2.0, 2.0, 2.0]);
        assert_eq!(spread.text(), "**1.00** | 0.50 … 1.50");
        assert_eq!(verdict(spread.median, Some(Target::AtLeast(1.0))), "≥ 1 | met");
        assert_eq!(verdict(spread.median, Some(Target::AtMost(0.9))), "≤ 0.9 | missed");
    }

    #[test]
    fn a_percentile_is_of_what_was_measured() {
        let took: Vec<u64> = (0..1000).collect();
        assert!((percentile(&took, 50) - 0.5).abs() < 1e-9 && (percentile(&took, 99) - 0.99).abs() < 1e-9);
    }
}
