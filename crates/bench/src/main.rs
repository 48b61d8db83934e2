//! Load on a started server, for developers: how many requests a second it answers, against what could be answered.
//!
//! `cargo run --release -p gigline-bench -- http` starts the very server that the program runs, on a SQLite file, and
//! beside it an actix endpoint that answers a constant text of the same size. Both are asked in turn by the same
//! clients, on the same cores; what is to be trusted are the ratios. `--quick` only shows that it works, `--only NAME`
//! runs one part (`reads`, `search` or `writes`).
//!
//! `-- chat` starts the same server and others beside it, and has people talk on all of them (`sends`, `fanout`,
//! `latency` or `memory`). `-- polls` has them wait for messages by long-poll (`memory`, `release` or `sustained`).
#![expect(clippy::print_stdout, reason = "tables on the terminal are what a benchmark is for")]

mod bare;
mod chat;
mod client;
mod data;
mod machine;
mod polls;
mod reads;
mod report;
mod rounds;
mod search;
mod serve;
mod server;
mod writes;

use std::process::ExitCode;
use std::time::Duration;

/// The program's own, so that what is measured is what runs. The bare endpoint has it as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A failure, as it is told to whoever started this.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// Jobs in the database that is read.
    pub(crate) jobs: usize,
    /// Turns of each side.
    pub(crate) rounds: usize,
    /// How long a turn takes.
    pub(crate) turn: Duration,
}

const FULL: Extent = Extent { jobs: 100_000, rounds: 7, turn: Duration::from_secs(1) };
const QUICK: Extent = Extent { jobs: 2_000, rounds: 1, turn: Duration::from_millis(200) };

const USAGE: &str = "usage: gigline-bench http [--quick] [--only reads|search|writes]\n       \
    gigline-bench chat [--quick] [--only sends|fanout|latency|memory]\n       \
    gigline-bench polls [--quick] [--only memory|release|sustained]";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("gigline-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let measure = match arguments.next().as_deref() {
        Some("http") => http,
        Some("chat") => chat::run,
        Some("polls") => polls::run,
        // How this program starts the servers of these two; of no use to anybody else.
        Some("serve") => return serve::run(arguments),
        _ => return Err(USAGE.into()),
    };
    let (mut quick, mut only) = (false, None);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => quick = true,
            "--only" => only = Some(arguments.next().ok_or(USAGE)?),
            _ => return Err(USAGE.into()),
        }
    }
    println!("{}\n", machine::describe());
    measure(quick, only.as_deref())
}

fn http(quick: bool, only: Option<&str>) -> Result<(), Failure> {
    let extent = if quick { QUICK } else { FULL };
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    if wanted("reads") || wanted("search") {
        let server = server::Running::start()?;
        let town = data::build(&server, extent.jobs)?;
        if wanted("reads") {
            reads::measure(&server, &town, extent)?;
        }
        if wanted("search") {
            search::measure(&server, extent)?;
        }
    }
    if wanted("writes") {
        writes::measure(extent)?;
    }
    Ok(())
}
