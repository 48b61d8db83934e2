//! Durable inserts by 1, 16, 64 and 256 submitters, of one short row, of a message, and of a whole job with its words in
//! the search index: the store against a pool of eight writers.
//!
//! Both keep the same promises (WAL, `synchronous=FULL`, the write lock taken at once) on the same disk; rounds of the
//! two take turns, and the tables show the medians. Submitters are threads in one table of each kind, tasks in the other.
#![expect(clippy::print_stdout, reason = "a table on the terminal is what a benchmark is for")]

use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};

use gigline_domain::UserId;
use gigline_persistence::workload::{self, Postings, Talkers, WriterPool};
use gigline_persistence::{DatabaseUrl, Store, StoreConfig, StoreResult, WriteTx};
use tokio::runtime::Runtime;

const SUBMITTERS: [usize; 4] = [1, 16, 64, 256];
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(300);
const WAITING: usize = 4096;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    both_tables(&runtime, "rows", |_people| |tx: &mut WriteTx<'_>| workload::insert(tx, 7))?;
    both_tables(&runtime, "messages", |people| people.talkers.next())?;
    let postings = Postings::of(2_000)?;
    both_tables(&runtime, "jobs", move |people| postings.next(people.poster))
}

/// Who writes.
#[derive(Clone)]
struct People {
    poster: UserId,
    talkers: Talkers,
}

impl People {
    fn new(tx: &mut WriteTx<'_>) -> StoreResult<Self> {
        Ok(Self { poster: workload::poster(tx)?, talkers: Talkers::of(tx, 256)? })
    }
}

/// `write` makes what each submitter has written, again and again.
fn both_tables<W, F>(runtime: &Runtime, what: &str, write: W) -> Result<(), Failure>
where
    W: Fn(&People) -> F + Clone + Send + Sync + 'static,
    F: FnOnce(&mut WriteTx<'_>) -> StoreResult<()> + Send + 'static,
{
    let (ours, theirs) = (write.clone(), write.clone());
    table(
        &format!("{what}, submitters are threads"),
        |(store, people), n| {
            let write = ours.clone();
            by_threads(n, move || store.write_blocking(write(&people)))
        },
        |(pool, people), n| {
            let write = theirs.clone();
            by_threads(n, move || pool.write_blocking(write(&people)))
        },
    )?;
    table(
        &format!("{what}, submitters are tasks"),
        |(store, people), n| {
            let write = write.clone();
            by_tasks(runtime, n, move || {
                let (store, write) = (store.clone(), write(&people));
                async move { store.write(write).await }
            })
        },
        |(pool, people), n| {
            let write = write.clone();
            by_tasks(runtime, n, move || {
                let (pool, write) = (pool.clone(), write(&people));
                async move { pool.write(write).await }
            })
        },
    )
}

fn table(
    kind: &str,
    ours: impl Fn((Store, People), usize) -> Result<Submitter, Failure>,
    theirs: impl Fn((WriterPool, People), usize) -> Result<Submitter, Failure>,
) -> Result<(), Failure> {
    println!("durable inserts a second of {kind}; medians of {ROUNDS} rounds of {ROUND:?} each in turn");
    println!("submitters |    store   p50 us   p99 us |  8 writers   p50 us   p99 us |  ratio (lowest .. highest)");
    for n in SUBMITTERS {
        let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let (store, pool) = (open_store(&dir.path().join("ours.db"))?, open_pool(&dir.path().join("theirs.db"))?);
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let mine = ours(store.clone(), n)?;
            if mine.refused > 0 {
                return Err(format!("the store refused {} writes", mine.refused).into());
            }
            rounds.push((mine.measured(), theirs(pool.clone(), n)?.measured()));
        }
        store.0.close();
        let (a, b) = (median(&rounds, |round| round.0), median(&rounds, |round| round.1));
        let mut ratios: Vec<f64> = rounds.iter().map(|(mine, theirs)| mine.rate / theirs.rate).collect();
        ratios.sort_by(f64::total_cmp);
        let ratio = |at: usize| ratios.get(at).copied().unwrap_or_default();
        println!(
            "{n:>10} | {a} | {:>2}{b} | {:>6.2} ({:.2} .. {:.2})",
            "",
            ratio(ROUNDS / 2),
            ratio(0),
            ratio(ROUNDS - 1)
        );
    }
    println!();
    Ok(())
}

fn open_store(path: &Path) -> Result<(Store, People), Failure> {
    let url = DatabaseUrl::Sqlite(path.to_owned());
    let store = Store::open(&StoreConfig { readers: 1, write_queue: WAITING, ..StoreConfig::new(url.clone()) })?;
    workload::prepare(&url)?;
    let people = store.write_blocking(People::new)?;
    Ok((store, people))
}

fn open_pool(path: &Path) -> Result<(WriterPool, People), Failure> {
    let url = DatabaseUrl::Sqlite(path.to_owned());
    // It has no migrations of its own.
    Store::open(&StoreConfig::new(url.clone()))?.close();
    let pool = WriterPool::open(&url, 8, WAITING)?;
    workload::prepare(&url)?;
    let people = pool.write_blocking(People::new)?;
    Ok((pool, people))
}

fn by_threads(n: usize, insert: impl Fn() -> StoreResult<()> + Clone + Send + 'static) -> Result<Submitter, Failure> {
    let start = Instant::now();
    let threads: Vec<_> = (0..n)
        .map(|_| {
            let insert = insert.clone();
            std::thread::spawn(move || {
                let mut submitter = Submitter::default();
                while start.elapsed() < ROUND {
                    let before = Instant::now();
                    submitter.note(start, before, insert().is_ok());
                }
                submitter
            })
        })
        .collect();
    let mut all = Submitter::default();
    for thread in threads {
        all.add(thread.join().map_err(|_panic| "a submitter panicked")?);
    }
    Ok(all)
}

fn by_tasks<F>(
    runtime: &Runtime,
    n: usize,
    insert: impl Fn() -> F + Clone + Send + 'static,
) -> Result<Submitter, Failure>
where
    F: Future<Output = StoreResult<()>> + Send,
{
    let start = Instant::now();
    let tasks: Vec<_> = (0..n)
        .map(|_| {
            let insert = insert.clone();
            runtime.spawn(async move {
                let mut submitter = Submitter::default();
                while start.elapsed() < ROUND {
                    let before = Instant::now();
                    submitter.note(start, before, insert().await.is_ok());
                }
                submitter
            })
        })
        .collect();
    let mut all = Submitter::default();
    for task in tasks {
        all.add(runtime.block_on(task)?);
    }
    Ok(all)
}

/// What a submitter saw: it writes one row after the other until the time is up.
#[derive(Default)]
struct Submitter {
    /// How long each write took, in microseconds.
    took: Vec<u128>,
    /// Those of `took` that were done when the time was up; the rest are stragglers.
    in_time: u32,
    /// Writes that gave up: a pool's writers may wait too long for a lock.
    refused: u32,
}

impl Submitter {
    fn note(&mut self, start: Instant, before: Instant, done: bool) {
        if done {
            self.took.push(before.elapsed().as_micros());
            self.in_time += u32::from(start.elapsed() <= ROUND);
        } else {
            self.refused += 1;
        }
    }

    fn add(&mut self, mut other: Self) {
        self.took.append(&mut other.took);
        self.in_time += other.in_time;
        self.refused += other.refused;
    }

    fn measured(mut self) -> Measured {
        self.took.sort_unstable();
        let at = |percent: usize| self.took.get(self.took.len() * percent / 100).copied().unwrap_or_default();
        Measured { rate: f64::from(self.in_time) / ROUND.as_secs_f64(), p50: at(50), p99: at(99) }
    }
}

#[derive(Clone, Copy)]
struct Measured {
    rate: f64,
    p50: u128,
    p99: u128,
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:>8.0} {:>8} {:>8}", self.rate, self.p50, self.p99)
    }
}

/// One side's round of the median rate.
fn median(rounds: &[(Measured, Measured)], side: impl Fn(&(Measured, Measured)) -> Measured) -> Measured {
    let mut measured: Vec<Measured> = rounds.iter().map(side).collect();
    measured.sort_by(|a, b| a.rate.total_cmp(&b.rate));
    measured.get(measured.len() / 2).copied().unwrap_or(Measured { rate: 0.0, p50: 0, p99: 0 })
}
