//! The servers that conversations are measured on, each in a process of its own: this program, started again.
//!
//! A server tells where it listens in one line of JSON, serves until its standard input ends, and goes.

mod bare;
mod holding;
mod oxide;
mod people;
mod town;

use std::io::Read as _;
use std::net::SocketAddr;

use serde_json::json;

use crate::Failure;

/// Threads that answer, of every server that can have several.
const WORKERS: usize = crate::server::WORKERS;

pub(crate) use self::people::{Couples, couples};

/// Serves what the arguments name.
pub(crate) fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), Failure> {
    match arguments.next().as_deref() {
        Some("gigline") => {
            let kind = arguments.next().ok_or("which conversations?")?;
            let people = arguments.next().ok_or("how many people?")?.parse()?;
            town::serve(&kind, people)
        }
        Some("bare") => bare::serve(),
        Some("holding") => holding::serve(arguments.next().ok_or("how many bytes?")?.parse()?),
        Some("socketioxide") => oxide::serve(),
        _ => Err("there is no such server".into()),
    }
}

/// Tells whoever started this where it listens, the people's tokens, and the chat that each of them talks in.
fn ready(address: SocketAddr, tokens: &[String], chats: &[i64]) {
    println!("{}", json!({ "address": address.to_string(), "tokens": tokens, "chats": chats }));
}

/// Waits until whoever started this has no more use for it, or is gone.
fn wait_for_the_end() -> std::io::Result<()> {
    let mut rest = Vec::new();
    std::io::stdin().read_to_end(&mut rest).map(|_| ())
}
