//! Posting jobs over HTTP, each answered when it is on the disk, against the store's own rate of durable small rows.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gigline_persistence::{DatabaseUrl, Store, StoreConfig, workload};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::client::{self, Load, Measured, post};
use crate::data::{self, Words};
use crate::rounds::compare;
use crate::server::{self, Running};
use crate::{Extent, Failure, report};

const CLIENTS: usize = 64;

/// Prints the table.
pub(crate) fn measure(extent: Extent) -> Result<(), Failure> {
    report::head("writing, 64 clients", "gigline", "rows in the store");
    let server = Running::start()?;
    let requests = requests(&server)?;
    let load = Load { address: server.address, connections: CLIENTS, turn: extent.turn, requests, status: 201 };
    let dir = server::directory()?;
    let url = DatabaseUrl::Sqlite(dir.path().join("rows.db"));
    let store = Store::open(&StoreConfig { readers: 1, ..StoreConfig::new(url.clone()) })?;
    workload::prepare(&url)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let found = compare(extent.rounds, || client::run(&load), || rows(&runtime, &store, extent.turn))?;
    store.close();
    report::row("new jobs", &found, Some(0.5));
    println!();
    Ok(())
}

/// Different jobs of one poster.
fn requests(server: &Running) -> Result<Arc<[Vec<u8>]>, Failure> {
    let (poster, token) = data::poster(server)?;
    let mut words = Words::new(2);
    let path = format!("/api/user/{poster}/job/");
    let request = |_| {
        let body = json!({
            "title": words.some(4), "description": words.some(24), "location": words.some(3),
            "date_activity": "2026-11-21T15:00:00Z", "duration": 90, "reward": "30.00", "category": "Labor",
            "longtitude": -76.497, "latitude": 42.4396, "relevant_skills": words.some(2), "other_notes": "",
        });
        post(&path, &token, &body.to_string())
    };
    Ok((0..2_000).map(request).collect())
}

/// The store's own benchmark at as many submitters, as tasks.
fn rows(runtime: &Runtime, store: &Store, turn: Duration) -> Result<Measured, Failure> {
    let start = Instant::now();
    let tasks: Vec<_> = (0..CLIENTS).map(|_| runtime.spawn(submit(store.clone(), start, turn))).collect();
    let (mut took, mut in_time) = (Vec::new(), 0);
    for task in tasks {
        let (mut each, done) = runtime.block_on(task)??;
        took.append(&mut each);
        in_time += done;
    }
    Ok(Measured::of(took, in_time, turn))
}

async fn submit(store: Store, start: Instant, turn: Duration) -> Result<(Vec<u64>, u32), Failure> {
    let (mut took, mut in_time) = (Vec::new(), 0);
    while start.elapsed() < turn {
        let before = Instant::now();
        store.write(|tx| workload::insert(tx, 7)).await?;
        took.push(u64::try_from(before.elapsed().as_micros()).unwrap_or(u64::MAX));
        in_time += u32::from(start.elapsed() <= turn);
    }
    Ok((took, in_time))
}
