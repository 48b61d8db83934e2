//! Tables in Markdown, as they go into the documentation.

use crate::rounds::Comparison;

/// Prints the head of a table whose two sides have these names.
pub(crate) fn head(what: &str, ours: &str, theirs: &str) {
    println!("| {what} | {ours} | p50 | p99 | {theirs} | p50 | p99 | ratio | lowest … highest | target | |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|");
}

/// Prints a row.
pub(crate) fn row(name: &str, found: &Comparison, target: Option<f64>) {
    let (lowest, ratio, highest) = found.ratio;
    let verdict = match target {
        Some(target) if ratio >= target => "met",
        Some(_) => "missed",
        None => "",
    };
    let target = target.map_or_else(String::new, |target| target.to_string());
    println!(
        "| {name} | {} | {} | {} | {} | {} | {} | **{}** | {} … {} | {target} | {verdict} |",
        rate(found.ours.rate),
        millis(found.ours.p50),
        millis(found.ours.p99),
        rate(found.theirs.rate),
        millis(found.theirs.p50),
        millis(found.theirs.p99),
        short(ratio),
        short(lowest),
        short(highest),
    );
}

fn rate(a_second: f64) -> String {
    if a_second < 100.0 { format!("{a_second:.1}/s") } else { format!("{a_second:.0}/s") }
}

fn millis(micros: u64) -> String {
    let millis = std::time::Duration::from_micros(micros).as_secs_f64() * 1000.0;
    format!("{millis:.2} ms")
}

fn short(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.3}") } else { format!("{ratio:.0}") }
}
