//! Messages acknowledged a second, each when it is on the disk, against what the store itself writes durably.

use std::time::{Duration, Instant};

use gigline_domain::{ChatId, MessageText, UserId};
use gigline_persistence::{DatabaseUrl, Store, StoreConfig, StoreError, messages, workload};
use tokio::runtime::Runtime;
use tokio::task::LocalSet;

use super::Extent;
use super::child::{Child, Talk};
use super::connection::Connection;
use super::frames;
use super::install::Peers;
use super::side::{Heard, Side};
use super::tables::{Spread, Target, percentile, verdict};
use crate::data::now;
use crate::serve::{Couples, couples};
use crate::{Failure, server};

/// How many send at once.
const SENDERS: [usize; 3] = [1, 16, 64];

/// What came of a turn: how many a second, and how long each took, in microseconds.
type Turn = (f64, Vec<u64>);

/// Prints the table.
pub(super) fn measure(extent: Extent, peers: &Peers) -> Result<(), Failure> {
    println!("| durable sends | a second | p50 | p99 | by rows in the store | lowest … highest | target | |");
    println!("|---|---:|---:|---:|---:|---:|---:|---|");
    let dir = server::directory()?;
    let url = DatabaseUrl::Sqlite(dir.path().join("rows.db"));
    let store = Store::open(&StoreConfig { readers: 1, ..StoreConfig::new(url.clone()) })?;
    workload::prepare(&url)?;
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    for senders in SENDERS {
        let (talk, couples) = couples_in(&dir, senders)?;
        let said: Vec<Row> = couples.into_iter().map(|(who, chat)| Row::Message(who, chat)).collect();
        let (mut rows, mut kept) = (Vec::new(), Vec::new());
        let mut ours = [(Side::Plain, Vec::new()), (Side::SocketIo, Vec::new())];
        let clients = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let local = LocalSet::new();
        let mut open = Vec::new();
        for (side, _) in &ours {
            open.push(local.block_on(&clients, Senders::open(*side, senders, peers))?);
        }
        for _ in 0..extent.rounds {
            rows.push(by_tasks(&threads, &store, vec![Row::Small; senders], extent.turn)?);
            kept.push(by_tasks(&threads, &talk, said.clone(), extent.turn)?);
            for ((_, turns), sides) in ours.iter_mut().zip(&mut open) {
                turns.push(local.block_on(&clients, sides.talk(extent.turn))?);
            }
        }
        talk.close();
        let target = (senders == 64).then_some(Target::AtLeast(0.5));
        row(&format!("{senders}: small rows in the store"), &rows, &rows, None);
        row(&format!("{senders}: messages in the store"), &kept, &rows, None);
        for (side, turns) in &ours {
            row(&format!("{senders}: {}", side.name()), turns, &rows, target);
        }
    }
    store.close();
    println!();
    Ok(())
}

fn row(name: &str, turns: &[Turn], rows: &[Turn], target: Option<Target>) {
    let rates = |turns: &[Turn]| turns.iter().map(|(rate, _)| *rate).collect::<Vec<_>>();
    let mut took: Vec<u64> = turns.iter().flat_map(|(_, took)| took).copied().collect();
    took.sort_unstable();
    let (rate, ratio) = (Spread::of(rates(turns)), Spread::of_ratios(&rates(turns), &rates(rows)));
    let (p50, p99, verdict) = (percentile(&took, 50), percentile(&took, 99), verdict(ratio.median, target));
    println!("| {name} | {:.0}/s | {p50:.2} ms | {p99:.2} ms | {} | {verdict} |", rate.median, ratio.text());
}

/// Clients who send and wait for their answer, each in a chat of their own.
struct Senders {
    connections: Vec<(Connection, Vec<u8>)>,
    // Their connections end with it.
    _server: Child,
}

impl Senders {
    async fn open(side: Side, senders: usize, peers: &Peers) -> Result<Self, Failure> {
        let server = Child::start(side, Talk::Direct, senders, peers)?.ok_or("no server of ours")?;
        let mut connections = Vec::new();
        for number in 0..senders {
            let connection = Connection::open(side, server.address, server.token(number)).await?;
            connections.push((connection, frames::text(&side.message(server.chat(number), Some(0)))));
        }
        Ok(Self { connections, _server: server })
    }

    async fn talk(&mut self, turn: Duration) -> Result<Turn, Failure> {
        let start = Instant::now();
        let mut talking = Vec::new();
        for (mut connection, message) in self.connections.drain(..) {
            talking.push(tokio::task::spawn_local(async move {
                let took = one(&mut connection, &message, start, turn).await;
                took.map(|took| (connection, message, took))
            }));
        }
        let mut all = Vec::new();
        for one in talking {
            let (connection, message, mut took) = one.await??;
            self.connections.push((connection, message));
            all.append(&mut took);
        }
        rate(all, start.elapsed())
    }
}

async fn one(connection: &mut Connection, message: &[u8], start: Instant, turn: Duration) -> Result<Vec<u64>, Failure> {
    let mut took = Vec::new();
    while start.elapsed() < turn {
        let before = Instant::now();
        connection.writer.send(message).await?;
        let mut answered = false;
        while !answered {
            connection.hear(|heard| answered |= heard == Heard::Ack).await?;
        }
        took.push(micros(before));
    }
    Ok(took)
}

fn rate(took: Vec<u64>, span: Duration) -> Result<Turn, Failure> {
    Ok((f64::from(u32::try_from(took.len())?) / span.as_secs_f64(), took))
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// A store with people who have chats.
fn couples_in(dir: &tempfile::TempDir, count: usize) -> Result<(Store, Couples), Failure> {
    let url = DatabaseUrl::Sqlite(dir.path().join(format!("messages{count}.db")));
    let store = Store::open(&StoreConfig { readers: 1, ..StoreConfig::new(url) })?;
    let couples = couples(&store, i64::try_from(count)?)?;
    Ok((store, couples))
}

/// What a task writes, again and again.
#[derive(Clone, Copy)]
enum Row {
    /// A row of the store's own benchmark.
    Small,
    /// A message of this person in this chat.
    Message(UserId, ChatId),
}

/// Tasks that write to the store, without any socket.
fn by_tasks(threads: &Runtime, store: &Store, rows: Vec<Row>, turn: Duration) -> Result<Turn, Failure> {
    let start = Instant::now();
    let tasks: Vec<_> = rows.into_iter().map(|row| threads.spawn(submit(store.clone(), row, start, turn))).collect();
    let mut all = Vec::new();
    for task in tasks {
        all.append(&mut threads.block_on(task)??);
    }
    rate(all, start.elapsed())
}

async fn submit(store: Store, row: Row, start: Instant, turn: Duration) -> Result<Vec<u64>, Failure> {
    let (mut took, text) = (Vec::new(), MessageText::parse(&"x".repeat(100))?);
    while start.elapsed() < turn {
        let before = Instant::now();
        match row {
            Row::Small => store.write::<_, StoreError, _>(|tx| workload::insert(tx, 7)).await?,
            Row::Message(who, chat) => {
                let text = text.clone();
                let said = store.write(move |tx| messages::append(tx, chat, who, &text, None, now()).map(drop));
                said.await.map_err(|error: StoreError| error)?;
            }
        }
        took.push(micros(before));
    }
    Ok(took)
}
