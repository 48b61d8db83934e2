//! Catches sockets up with the log, a piece at a time and each in its turn, so that many that are far behind wait for
//! one another and not for the last of one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use gigline_domain::EventId;
use gigline_persistence::{StoreError, StoreResult};

use super::Published;
use super::audience::Users;
use super::outlet::Reason;
use super::shared::Shared;
use super::socket::{Socket, Then};

/// How many events a socket is handed at a time; the publisher may wait for so long.
const PIECE: usize = 64;
/// How many events of everybody's are looked through at a time for one socket's.
const WINDOW: u32 = 2_048;
/// How often in a row the log may make no sense before the socket is closed.
const DEFECTS: u32 = 5;

/// Catches up until the end.
pub(super) fn run(shared: &Shared) {
    while let Some(socket) = shared.behind.take() {
        // From here on, a drain puts it in the queue again.
        socket.queued.store(false, Ordering::SeqCst);
        let step = catch_unwind(AssertUnwindSafe(|| shared.step(&socket)));
        if step.unwrap_or(Err(StoreError::Died)).is_err_and(|error| is_hopeless(&socket, &error)) {
            shared.close(&socket, Reason::Lost);
        }
    }
}

impl Shared {
    fn step(&self, socket: &Arc<Socket>) -> StoreResult<()> {
        let Some(pos) = socket.lag() else { return Ok(()) };
        let (events, to) = self.after(socket, pos)?;
        match socket.read_on(pos, &events, to) {
            Some(Then::GoOn) | None => self.settle(socket),
            Some(then) => self.then(socket, then),
        }
        Ok(())
    }

    /// Some of what `socket` is to hear after `pos`, and up to where that is all.
    fn after(&self, socket: &Socket, pos: EventId) -> StoreResult<(Vec<Arc<Published>>, EventId)> {
        if let Some((mut events, to)) = self.ring.after(pos, PIECE) {
            events.retain(|event| event.is_for(socket.user));
            return Ok((events, to));
        }
        let (events, to) = self.source.read_for(socket.user, pos, WINDOW)?;
        // That the user is in these chats was just read; what is remembered of them may be older.
        let themselves = Users::from([socket.user]);
        let members = |_chat| Ok(Arc::clone(&themselves));
        let made = events.iter().map(|event| Published::of(event, &members, &*self.source).map(Arc::new));
        let mut made = made.collect::<StoreResult<Vec<_>>>()?;
        made.retain(|event| event.is_for(socket.user));
        Ok((made, to))
    }
}

/// Whether to give up on `socket`. If not, the next sweep has it tried again.
fn is_hopeless(socket: &Socket, error: &StoreError) -> bool {
    log::warn!("a socket cannot be caught up with the log: {error}");
    let passes = matches!(error, StoreError::Busy | StoreError::Unavailable(_));
    !passes && socket.failed() >= DEFECTS
}
