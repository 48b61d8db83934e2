//! Durable single-row inserts by 1, 16, 64 and 256 submitters: the store against a pool of eight writers.
//!
//! Both keep the same promises (WAL, `synchronous=FULL`, the write lock taken at once) on the same disk; rounds of the
//! two take turns, and the table shows the medians. The first table's submitters are threads, the second's are tasks.
#![expect(clippy::print_stdout, reason = "a table on the terminal is what a benchmark is for")]

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gigline_persistence::workload::{self, WriterPool};
use gigline_persistence::{DatabaseUrl, Store, StoreConfig};

const SUBMITTERS: [usize; 4] = [1, 16, 64, 256];
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(300);
const WAITING: usize = 4096;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// One round: every submitter writes one row after the other until the time is up. Latencies in microseconds.
type Round = Result<(Duration, Vec<u128>), Failure>;

fn main() -> Result<(), Failure> {
    let runtime = Arc::new(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?);
    table(
        "threads",
        &|store, n| threads(n, move |owner| Ok(store.write_blocking(move |tx| workload::insert(tx, owner))?)),
        &|pool, n| threads(n, move |owner| Ok(pool.insert_blocking(owner)?)),
    )?;
    let (ours, theirs) = (Arc::clone(&runtime), runtime);
    table(
        "tasks",
        &|store, n| {
            ours.block_on(tasks(n, move |owner| {
                let store = store.clone();
                async move { Ok(store.write(move |tx| workload::insert(tx, owner)).await?) }
            }))
        },
        &|pool, n| {
            theirs.block_on(tasks(n, move |owner| {
                let pool = pool.clone();
                async move { Ok(pool.insert(owner).await?) }
            }))
        },
    )
}

fn table(
    kind: &str,
    ours: &dyn Fn(Store, usize) -> Round,
    theirs: &dyn Fn(WriterPool, usize) -> Round,
) -> Result<(), Failure> {
    println!("durable inserts a second, submitters are {kind}; medians of {ROUNDS} rounds of {ROUND:?} each in turn");
    println!("submitters |    store   p50 us   p99 us |  8 writers   p50 us   p99 us |  ratio (lowest .. highest)");
    for n in SUBMITTERS {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let (store, pool) = (open_store(&dir.path().join("ours.db"))?, open_pool(&dir.path().join("theirs.db"))?);
        let (mut mine, mut other) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            mine.push(Measured::of(ours(store.clone(), n)?));
            other.push(Measured::of(theirs(pool.clone(), n)?));
        }
        store.close();
        let mut ratios: Vec<f64> = mine.iter().zip(&other).map(|(a, b)| a.rate / b.rate).collect();
        ratios.sort_by(f64::total_cmp);
        let (a, b) = (Measured::median(&mine), Measured::median(&other));
        println!(
            "{n:>10} | {:>8.0} {:>8} {:>8} | {:>10.0} {:>8} {:>8} | {:>6.2} ({:.2} .. {:.2})",
            a.rate,
            a.p50,
            a.p99,
            b.rate,
            b.p50,
            b.p99,
            ratios.get(ROUNDS / 2).copied().unwrap_or_default(),
            ratios.first().copied().unwrap_or_default(),
            ratios.last().copied().unwrap_or_default(),
        );
    }
    println!();
    Ok(())
}

fn open_store(path: &Path) -> Result<Store, Failure> {
    let url = DatabaseUrl::Sqlite(path.to_owned());
    let store = Store::open(&StoreConfig { readers: 1, write_queue: WAITING, ..StoreConfig::new(url.clone()) })?;
    workload::prepare(&url)?;
    Ok(store)
}

fn open_pool(path: &Path) -> Result<WriterPool, Failure> {
    let url = DatabaseUrl::Sqlite(path.to_owned());
    let pool = WriterPool::open(&url, 8, WAITING)?;
    workload::prepare(&url)?;
    Ok(pool)
}

fn threads(n: usize, insert: impl Fn(i64) -> Result<(), Failure> + Clone + Send + 'static) -> Round {
    let start = Instant::now();
    let submitters: Vec<_> = (0..n)
        .map(|_| {
            let insert = insert.clone();
            std::thread::spawn(move || {
                let mut latencies = Vec::new();
                while start.elapsed() < ROUND {
                    let before = Instant::now();
                    insert(7)?;
                    latencies.push(before.elapsed().as_micros());
                }
                Ok::<_, Failure>(latencies)
            })
        })
        .collect();
    let mut all = Vec::new();
    for submitter in submitters {
        all.append(&mut submitter.join().map_err(|_panic| "a submitter panicked")??);
    }
    Ok((start.elapsed(), all))
}

async fn tasks<F>(n: usize, insert: impl Fn(i64) -> F + Clone + Send + 'static) -> Round
where
    F: Future<Output = Result<(), Failure>> + Send,
{
    let start = Instant::now();
    let submitters: Vec<_> = (0..n)
        .map(|_| {
            let insert = insert.clone();
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                while start.elapsed() < ROUND {
                    let before = Instant::now();
                    insert(7).await?;
                    latencies.push(before.elapsed().as_micros());
                }
                Ok::<_, Failure>(latencies)
            })
        })
        .collect();
    let mut all = Vec::new();
    for submitter in submitters {
        all.append(&mut submitter.await??);
    }
    Ok((start.elapsed(), all))
}

#[derive(Clone, Copy)]
struct Measured {
    rate: f64,
    p50: u128,
    p99: u128,
}

impl Measured {
    fn of((elapsed, mut latencies): (Duration, Vec<u128>)) -> Self {
        latencies.sort_unstable();
        let count = latencies.len();
        let at = |percent: usize| latencies.get(count * percent / 100).copied().unwrap_or_default();
        let rate = f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / elapsed.as_secs_f64();
        Self { rate, p50: at(50), p99: at(99) }
    }

    /// The round with the median rate.
    fn median(rounds: &[Self]) -> Self {
        let mut rounds = rounds.to_vec();
        rounds.sort_by(|a, b| a.rate.total_cmp(&b.rate));
        rounds.get(rounds.len() / 2).copied().unwrap_or(Self { rate: 0.0, p50: 0, p99: 0 })
    }
}
