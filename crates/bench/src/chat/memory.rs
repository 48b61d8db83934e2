//! What an idle connection costs a server's process in memory.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::child::{Child, Talk};
use super::connection::Connection;
use super::install::Peers;
use super::side::Side;
use super::tables::{Target, verdict};
use crate::Failure;

/// Connections before the first is counted: the first ones fill what all share.
const FIRST: usize = 200;
/// How long a server has to come to rest.
const REST: Duration = Duration::from_secs(1);

/// Prints the table for so many connections.
pub(super) async fn measure(connections: usize, peers: &Peers) -> Result<(), Failure> {
    println!("| {connections} idle connections | memory of each | by a bare one's | target | |");
    println!("|---|---:|---:|---:|---|");
    let mut bare = 0.0;
    for side in [Side::Bare, Side::Plain, Side::SocketIo, Side::Socketioxide, Side::Node, Side::Flask] {
        let Some(each) = idle(side, connections, peers).await? else { continue };
        if side == Side::Bare {
            bare = each;
        }
        let (name, ratio) = (side.name(), each / bare);
        let verdict = verdict(ratio, side.is_ours().then_some(Target::AtMost(1.3)));
        println!("| {name} | {:.1} KiB | **{ratio:.2}** | {verdict} |", each / 1024.0);
    }
    println!();
    Ok(())
}

/// Bytes for each idle connection.
pub(crate) async fn idle(side: Side, connections: usize, peers: &Peers) -> Result<Option<f64>, Failure> {
    let Some(server) = Child::start(side, Talk::Nothing, connections, peers)? else { return Ok(None) };
    let mut open = JoinSet::new();
    let each = each(&server, connections, async |number| {
        let connection = Connection::open(server.side, server.address, server.token(number)).await?;
        open.spawn_local(answer_pings(connection));
        Ok(())
    });
    let each = each.await?;
    if let Some(ended) = open.try_join_next() {
        return Err(format!("{}: {:?}", side.name(), ended).into());
    }
    Ok(Some(each))
}

/// Bytes of a server's memory for each of so many connections, which `open` opens.
pub(crate) async fn each(
    server: &Child,
    connections: usize,
    mut open: impl AsyncFnMut(usize) -> Result<(), Failure>,
) -> Result<f64, Failure> {
    let first = FIRST.min(connections / 2);
    for number in 0..first {
        open(number).await?;
    }
    sleep(REST).await;
    let before = server.memory()?;
    for number in first..connections {
        open(number).await?;
    }
    sleep(REST).await;
    let grown = server.memory()?.saturating_sub(before);
    Ok(f64::from(grown) / f64::from(u32::try_from(connections - first)?))
}

/// Until the connection ends: why it did.
async fn answer_pings(mut connection: Connection) -> String {
    loop {
        if let Err(error) = connection.hear(drop).await {
            return error.to_string();
        }
    }
}
