//! The best matches on SQLite, without looking at all of them.
//!
//! What decides a score is where each term stands: a few choices in each of a few slots. Choosing in one slot after
//! the other makes a tree of ever smaller sets of jobs. It is walked by what a set's jobs may score at most; a set that
//! is small is scored job by job, and one in which everything is chosen holds jobs of one score, which the index gives
//! newest first and no more of them than are wanted.

mod ask;
mod slots;
#[cfg(test)]
mod tests;
mod walk;

use diesel::SqliteConnection;

use self::ask::Asker;
use self::slots::slots;
use self::walk::walk;
use super::term::Term;
use super::{Hit, SearchCursor};
use crate::StoreResult;
use crate::job_views::JobFilter;

/// How many questions are asked before all jobs are scored instead: with many words there are too many sets. A question
/// counts more than once where it is dear.
const SETS: usize = 48;

/// See [`super::best`].
pub(super) fn best(
    conn: &mut SqliteConnection,
    terms: &[Term],
    filter: &JobFilter,
    after: Option<SearchCursor>,
    wanted: usize,
) -> StoreResult<Vec<Hit>> {
    let slots = slots(conn, terms)?;
    walk(&mut Asker { conn, filter }, &slots, terms.len(), after, wanted, SETS)
}
