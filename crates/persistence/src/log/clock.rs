//! The newest event's number while a transaction of SQLite's is open: the row is read once and written once.
//!
//! Nobody else writes meanwhile, so the number may be counted up in memory. A write that is undone has its numbers given
//! to the next one.

use diesel::prelude::*;

use crate::kept::{fixed, kept_in_order, named};
use crate::schema::event_clock;

named!(ReadClock, SetClock);

/// What the row will say at the commit; nothing as long as the transaction has had no event.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Clock(Option<i64>);

impl Clock {
    /// The next event's number.
    pub(super) fn tick(&mut self, conn: &mut SqliteConnection) -> QueryResult<i64> {
        let last = match self.0 {
            Some(last) => last,
            None => read(conn)?,
        };
        self.0 = Some(last + 1);
        Ok(last + 1)
    }

    /// The newest event's number, if this transaction has had an event.
    pub(super) fn last(self) -> Option<i64> {
        self.0
    }

    /// Writes the row, before the commit.
    pub(crate) fn write(self, conn: &mut SqliteConnection) -> QueryResult<()> {
        let Some(last) = self.0 else { return Ok(()) };
        let row = event_clock::table.filter(event_clock::id.eq(1));
        let set = diesel::update(row).set(event_clock::last.eq(last));
        kept_in_order(SetClock, [last, 1], set).execute(conn).map(drop)
    }
}

fn read(conn: &mut SqliteConnection) -> QueryResult<i64> {
    let row = event_clock::table.filter(event_clock::id.eq(1)).select(event_clock::last);
    fixed(ReadClock, row).get_result(conn)
}
