//! Posting jobs over HTTP, each answered when it is on the disk: against the very same jobs written through the store
//! alone, which tells what HTTP costs, and against the store's rate of durable short rows, which tells what a job costs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gigline_domain::UserId;
use gigline_persistence::jobs::NewJob;
use gigline_persistence::workload::{self, Postings};
use gigline_persistence::{DatabaseUrl, Store, StoreConfig, StoreResult, WriteTx};
use serde_json::json;
use tokio::runtime::Runtime;

use crate::client::{self, Load, Measured, post};
use crate::data;
use crate::rounds::compare;
use crate::server::{self, Running};
use crate::{Extent, Failure, report};

const CLIENTS: usize = 64;
const TARGET: f64 = 0.5;

/// Prints the table.
pub(crate) fn measure(extent: Extent) -> Result<(), Failure> {
    report::head("writing, 64 clients", "gigline", "the store alone");
    let (server, postings) = (Running::start()?, Postings::of(2_000)?);
    let requests = requests(&server, postings.jobs())?;
    let load = Load { address: server.address, connections: CLIENTS, turn: extent.turn, requests, status: 201 };
    let dir = server::directory()?;
    let url = DatabaseUrl::Sqlite(dir.path().join("rows.db"));
    let store = Store::open(&StoreConfig { readers: 1, ..StoreConfig::new(url.clone()) })?;
    workload::prepare(&url)?;
    let poster: UserId = store.write_blocking(workload::poster)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let over_http = || client::run(&load);
    let jobs = || {
        in_the_store(&runtime, &store, extent.turn, {
            let postings = postings.clone();
            move || postings.next(poster)
        })
    };
    report::row("new jobs; there: the same jobs", &compare(extent.rounds, over_http, jobs)?, Some(TARGET));
    let rows = || in_the_store(&runtime, &store, extent.turn, || |tx: &mut WriteTx<'_>| workload::insert(tx, 7));
    report::row("new jobs; there: short rows", &compare(extent.rounds, over_http, rows)?, Some(TARGET));
    store.close();
    println!();
    Ok(())
}

/// Different jobs of one poster.
fn requests(server: &Running, jobs: &[NewJob]) -> Result<Arc<[Vec<u8>]>, Failure> {
    let (poster, token) = data::poster(server)?;
    let path = format!("/api/user/{poster}/job/");
    let request = |job: &NewJob| {
        let body = json!({
            "title": job.title.as_str(), "description": job.description.as_str(), "location": job.location.as_str(),
            "date_activity": job.date_activity.as_str(), "duration": job.duration.minutes(),
            "reward": job.reward.as_str(), "category": job.category.as_str(), "longtitude": job.place.longitude(),
            "latitude": job.place.latitude(), "relevant_skills": job.relevant_skills.as_str(),
            "other_notes": job.other_notes.as_str(),
        });
        post(&path, &token, &body.to_string())
    };
    Ok(jobs.iter().map(request).collect())
}

/// The store's own benchmark at as many submitters, as tasks; `write` makes what each of them has written.
fn in_the_store<F>(
    runtime: &Runtime,
    store: &Store,
    turn: Duration,
    write: impl Fn() -> F + Clone + Send + 'static,
) -> Result<Measured, Failure>
where
    F: FnOnce(&mut WriteTx<'_>) -> StoreResult<()> + Send + 'static,
{
    let start = Instant::now();
    let tasks: Vec<_> =
        (0..CLIENTS).map(|_| runtime.spawn(submit(store.clone(), start, turn, write.clone()))).collect();
    let (mut took, mut in_time) = (Vec::new(), 0);
    for task in tasks {
        let (mut each, done) = runtime.block_on(task)??;
        took.append(&mut each);
        in_time += done;
    }
    Ok(Measured::of(took, in_time, turn))
}

async fn submit<F>(
    store: Store,
    start: Instant,
    turn: Duration,
    write: impl Fn() -> F,
) -> Result<(Vec<u64>, u32), Failure>
where
    F: FnOnce(&mut WriteTx<'_>) -> StoreResult<()> + Send + 'static,
{
    let (mut took, mut in_time) = (Vec::new(), 0);
    while start.elapsed() < turn {
        let before = Instant::now();
        store.write(write()).await?;
        took.push(u64::try_from(before.elapsed().as_micros()).unwrap_or(u64::MAX));
        in_time += u32::from(start.elapsed() <= turn);
    }
    Ok((took, in_time))
}
