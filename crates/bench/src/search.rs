//! Searching over HTTP, against what a scan of the same table with `LIKE '%word%'` takes.
//!
//! The scan is given every advantage: it only counts, on a connection at hand, without HTTP, order or shape.

use std::sync::Arc;
use std::time::Instant;

use gigline_persistence::{StoreError, workload};

use crate::client::{self, Load, Measured, get};
use crate::data::{COMMON, MEDIUM, RARE};
use crate::rounds::compare;
use crate::server::Running;
use crate::{Extent, Failure, report};

/// Scans in a turn.
const SCANS: usize = 3;

/// Prints the table.
pub(crate) fn measure(server: &Running, extent: Extent) -> Result<(), Failure> {
    let what = format!("search in {} jobs, one connection, pages of 20", extent.jobs);
    report::head(&what, "gigline", "`LIKE`");
    let misspelt: String = RARE.chars().filter(|letter| *letter != 'p').collect();
    let cases = [
        ("a rare word", vec![RARE]),
        ("a word in every 100th job", vec![MEDIUM]),
        ("a word in every 10th job", vec![COMMON]),
        ("two words", vec![COMMON, MEDIUM]),
        ("a misspelt word", vec![misspelt.as_str()]),
    ];
    for (name, words) in cases {
        let path = format!("/api/job/filter/?limit=20&search={}", words.join("%20"));
        let requests = Arc::from(vec![get(&path)]);
        let load = Load { address: server.address, connections: 1, turn: extent.turn / 2, requests, status: 200 };
        let found = compare(extent.rounds.min(5), || client::run(&load), || scan(server, &words))?;
        report::row(name, &found, Some(50.0));
    }
    println!();
    Ok(())
}

fn scan(server: &Running, words: &[&str]) -> Result<Measured, Failure> {
    let (mut took, start) = (Vec::new(), Instant::now());
    for _ in 0..SCANS {
        let before = Instant::now();
        server
            .app
            .store
            .read_blocking(|conn| workload::count_like(conn, words))
            .map_err(|e: StoreError| e.to_string())?;
        took.push(u64::try_from(before.elapsed().as_micros()).unwrap_or(u64::MAX));
    }
    Ok(Measured::of(took, u32::try_from(SCANS).unwrap_or(u32::MAX), start.elapsed()))
}
