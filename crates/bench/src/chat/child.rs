//! A server in a process of its own, so that its memory can be told from the clients'.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child as Process, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::install::Peers;
use super::side::Side;
use crate::Failure;

/// How long a server may take to go once it was asked to.
const GOING: Duration = Duration::from_secs(3);

/// Which conversations there are to be on a server of ours.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Talk {
    /// Each in a chat of their own.
    Direct,
    /// All in one.
    Room,
    /// Ten in each.
    Tens,
    /// None.
    Nothing,
}

/// A started server; it stops when this is dropped.
pub(crate) struct Child {
    pub(crate) side: Side,
    pub(crate) address: SocketAddr,
    /// Of each of the people.
    pub(crate) tokens: Vec<String>,
    /// In which each of them talks.
    pub(crate) chats: Vec<i64>,
    process: Process,
}

impl Child {
    /// Starts a server with so many people; none if this machine has not what it needs.
    pub(crate) fn start(side: Side, talk: Talk, people: usize, peers: &Peers) -> Result<Option<Self>, Failure> {
        let command = match side {
            Side::Plain | Side::SocketIo => Some(ours(&["gigline", talk.name(), &people.to_string()])?),
            Side::Bare => Some(ours(&["bare"])?),
            Side::Socketioxide => Some(ours(&["socketioxide"])?),
            Side::Node => peers.node(),
            Side::Flask => peers.flask(),
        };
        command.map(|command| Self::run(side, command)).transpose()
    }

    /// Starts what this program serves when it is started with these arguments.
    pub(crate) fn serve(side: Side, arguments: &[&str]) -> Result<Self, Failure> {
        Self::run(side, ours(arguments)?)
    }

    fn run(side: Side, mut command: Command) -> Result<Self, Failure> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let output = process.stdout.take().ok_or("no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let told: Value = serde_json::from_str(&line).map_err(|_| format!("{} said: {line}", side.name()))?;
        let list = |name: &str| told.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let address = told.get("address").and_then(Value::as_str).ok_or("no address")?.parse()?;
        let tokens = list("tokens").iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let chats = list("chats").iter().filter_map(Value::as_i64).collect();
        Ok(Self { side, address, tokens, chats, process })
    }

    /// The token of the person of this number; those servers that know nobody need none.
    pub(crate) fn token(&self, number: usize) -> &str {
        self.tokens.get(number).map_or("", String::as_str)
    }

    /// The chat of the person of this number.
    pub(crate) fn chat(&self, number: usize) -> i64 {
        self.chats.get(number).copied().unwrap_or(1)
    }

    /// How much memory it has, in bytes.
    pub(crate) fn memory(&self) -> Result<u32, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kib: u32 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib.saturating_mul(1024))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let until = Instant::now() + GOING;
        while Instant::now() < until {
            if matches!(self.process.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

impl Talk {
    /// As an argument.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Room => "room",
            Self::Tens => "tens",
            Self::Nothing => "nothing",
        }
    }
}

/// This program again.
fn ours(arguments: &[&str]) -> Result<Command, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("serve").args(arguments);
    Ok(command)
}
