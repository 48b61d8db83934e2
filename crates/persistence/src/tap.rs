//! Listens to a connection: counts its statements and remembers whether one failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::result::{DatabaseErrorKind, Error};

/// What is known of one connection from listening to it. `total` is shared by all connections of a store.
#[derive(Debug, Default)]
pub(crate) struct Tap {
    total: Arc<AtomicU64>,
    /// How many times over it is muted: statements of our own housekeeping are not counted.
    muted: AtomicU32,
    failed: AtomicBool,
    lost: AtomicBool,
}

impl Tap {
    pub(crate) fn new(total: Arc<AtomicU64>) -> Arc<Self> {
        Arc::new(Self { total, ..Self::default() })
    }

    /// The listener to hand to diesel.
    pub(crate) fn ear(self: &Arc<Self>) -> impl Instrumentation + use<> {
        Ear { tap: Arc::clone(self), transaction_control: false }
    }

    /// Whether a statement has failed since [`Tap::set_failed`]`(false)`.
    pub(crate) fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    pub(crate) fn set_failed(&self, failed: bool) {
        self.failed.store(failed, Ordering::Relaxed);
    }

    /// Whether the server at the other end has hung up.
    pub(crate) fn lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Until this is called with `false` as often as with `true`, statements are not counted.
    pub(crate) fn mute(&self, muted: bool) {
        if muted {
            self.muted.fetch_add(1, Ordering::Relaxed);
        } else {
            self.muted.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

struct Ear {
    tap: Arc<Tap>,
    /// The next statement is a BEGIN, COMMIT, ROLLBACK or SAVEPOINT: announced by diesel, and not counted.
    transaction_control: bool,
}

impl Instrumentation for Ear {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::BeginTransaction { .. }
            | InstrumentationEvent::CommitTransaction { .. }
            | InstrumentationEvent::RollbackTransaction { .. } => self.transaction_control = true,
            InstrumentationEvent::StartQuery { .. } => {
                let ours = std::mem::take(&mut self.transaction_control);
                if !ours && self.tap.muted.load(Ordering::Relaxed) == 0 {
                    self.tap.total.fetch_add(1, Ordering::Relaxed);
                }
            }
            InstrumentationEvent::FinishQuery { error: Some(error), .. } => {
                self.tap.set_failed(true);
                if hung_up(error) {
                    self.tap.lost.store(true, Ordering::Relaxed);
                }
            }
            _ => {}
        }
    }
}

fn hung_up(error: &Error) -> bool {
    matches!(
        error,
        Error::DatabaseError(DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand, _)
    )
}
