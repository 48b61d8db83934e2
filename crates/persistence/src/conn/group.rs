//! The writes of a group: each is kept or undone alone, by a savepoint or, if it needs none, by steps back.
//!
//! A savepoint copies every page that is changed while it is open, which costs more than a small change itself. So a write
//! has none until it asks for the database. What it changes before goes through [`Conn::undoable`], together with
//! the way back.

use diesel::SqliteConnection;
use diesel::result::Error;

use super::{AnyConn, Conn, QueryResult};
use crate::savepoint;

/// Undoes one change.
type StepBack = Box<dyn FnOnce(&mut SqliteConnection) -> QueryResult<()> + Send>;

/// How what the write under way does would be undone.
#[derive(Default)]
pub(super) struct Footing {
    /// By `steps` alone: it is one of a group, and has no savepoint yet. Else the database undoes it.
    bare: bool,
    /// What undoes the changes that were made without a savepoint, the last one first.
    steps: Vec<StepBack>,
    /// There should be a savepoint, and could not be: the group is lost.
    failure: Option<Error>,
}

impl Conn {
    /// Runs one write of a group within the group's transaction; what it did stays if it says so.
    pub(crate) fn one_of_group(&mut self, write: impl FnOnce(&mut Self) -> bool) -> QueryResult<()> {
        let clock = self.clock;
        self.footing = Footing { bare: true, steps: std::mem::take(&mut self.footing.steps), failure: None };
        let keep = write(self);
        // A panic may have left savepoints of the write's own open.
        self.unwind_to(1)?;
        let bare = std::mem::take(&mut self.footing.bare);
        if let Some(failure) = self.footing.failure.take() {
            return Err(failure);
        }
        if !bare {
            self.uncounted(|any| savepoint::close(any, keep))?;
        } else if !keep {
            self.check_still_open()?;
        }
        if keep {
            self.footing.steps.clear();
            return Ok(());
        }
        self.clock = clock;
        self.step_back()
    }

    /// What statements take that only read: a write needs no savepoint for them.
    pub(crate) fn look(&mut self) -> &mut AnyConn {
        &mut self.any
    }

    /// What a statement takes that `back` undoes: a write needs no savepoint for it. Where there is one all the same,
    /// or a transaction of the write's own, `back` is not needed.
    pub(crate) fn undoable(
        &mut self,
        back: impl FnOnce(&mut SqliteConnection) -> QueryResult<()> + Send + 'static,
    ) -> &mut AnyConn {
        if self.footing.bare {
            self.footing.steps.push(Box::new(back));
        }
        &mut self.any
    }

    /// Opens the savepoint of the write under way, if it is one of a group that has none yet.
    pub(super) fn stand(&mut self) {
        if !std::mem::take(&mut self.footing.bare) {
            return;
        }
        let opened = self.check_still_open().and_then(|()| self.uncounted(savepoint::open));
        self.footing.failure = opened.err();
    }

    /// Whether the group's transaction is open still. A disk that is full may have ended it under a statement that
    /// failed, and a savepoint would then begin, and commit, a transaction of its own.
    fn check_still_open(&mut self) -> QueryResult<()> {
        if !self.tap.failed() {
            return Ok(());
        }
        let begun = self.uncounted(savepoint::begin_read);
        // One within another is refused.
        if begun.is_err() { Ok(()) } else { Err(Error::BrokenTransactionManager) }
    }

    fn step_back(&mut self) -> QueryResult<()> {
        let steps = std::mem::take(&mut self.footing.steps);
        self.uncounted(|any| match any {
            AnyConn::Sqlite(conn) => steps.into_iter().rev().try_for_each(|back| back(conn)),
            AnyConn::Pg(_) => Ok(()),
        })
    }
}

#[cfg(test)]
mod tests;
