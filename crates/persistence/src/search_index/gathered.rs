//! SQLite's search index is written once for each commit, whatever number of writes share it.
//!
//! FTS5 writes what it holds to the disk's pages at every savepoint, and each time begins a segment that must be merged
//! later. So changes are gathered here while the writes of a group run, and written before the commit, in the same
//! transaction. A write that is undone takes its changes along.

use std::collections::{BTreeSet, HashSet};

use diesel::prelude::*;

use super::{Words, with_edges};
use crate::schema::{job_words, search_word_trigrams, search_words};

/// As many words as a large vocabulary has; beyond, they are looked up again.
const MOST_KNOWN: usize = 200_000;

/// What has to be done to the index.
pub(super) enum Change {
    /// The job has these words; `new`: it is not in the index.
    Put { job: i64, new: bool, words: Words },
    /// The job is gone.
    Remove { job: i64 },
}

/// The changes of an open transaction, in order, and what is known of the dictionary.
#[derive(Default)]
pub(crate) struct IndexChanges {
    /// Those of writes that have ended well.
    kept: Vec<Change>,
    /// Those of the write under way.
    staged: Vec<Change>,
    /// Words that the dictionary holds for certain: it never loses any.
    known: HashSet<String>,
}

impl IndexChanges {
    pub(super) fn gather(&mut self, change: Change) {
        self.staged.push(change);
    }

    /// A place to go back to.
    pub(crate) fn mark(&self) -> usize {
        self.staged.len()
    }

    /// Forgets what was gathered since, in a savepoint that was undone.
    pub(crate) fn back_to(&mut self, mark: usize) {
        self.staged.truncate(mark);
    }

    /// The write under way has ended; its changes stay or go with it.
    pub(crate) fn end_write(&mut self, well: bool) {
        if well {
            self.kept.append(&mut self.staged);
        } else {
            self.staged.clear();
        }
    }

    /// Writes all changes. After an error neither the transaction nor this may be used again.
    pub(crate) fn write(&mut self, conn: &mut SqliteConnection) -> QueryResult<()> {
        let changes = std::mem::take(&mut self.kept);
        for change in &changes {
            change.write(conn)?;
        }
        self.learn(conn, &changes)
    }

    /// Adds words to the dictionary.
    fn learn(&mut self, conn: &mut SqliteConnection, changes: &[Change]) -> QueryResult<()> {
        let words = changes.iter().filter_map(|change| match change {
            Change::Put { words, .. } => Some(words),
            Change::Remove { .. } => None,
        });
        let unknown: BTreeSet<&str> = words.flat_map(Words::long).filter(|word| !self.known.contains(*word)).collect();
        if self.known.len() + unknown.len() > MOST_KNOWN {
            self.known.clear();
        }
        for word in unknown {
            learn_one(conn, word)?;
            self.known.insert(word.to_owned());
        }
        Ok(())
    }
}

impl Change {
    fn write(&self, conn: &mut SqliteConnection) -> QueryResult<()> {
        match self {
            Self::Remove { job } => {
                diesel::delete(job_words::table.filter(job_words::rowid.eq(job))).execute(conn)?;
            }
            Self::Put { job, new, words } => {
                let row = (job_words::rowid.eq(job), job_words::words.eq(words.lettered()));
                if *new {
                    diesel::insert_into(job_words::table).values(row).execute(conn)?;
                } else {
                    diesel::replace_into(job_words::table).values(row).execute(conn)?;
                }
            }
        }
        Ok(())
    }
}

fn learn_one(conn: &mut SqliteConnection, word: &str) -> QueryResult<()> {
    let new: Option<i64> = diesel::insert_or_ignore_into(search_words::table)
        .values(search_words::word.eq(word))
        .returning(search_words::id)
        .get_result(conn)
        .optional()?;
    if let Some(id) = new {
        diesel::insert_into(search_word_trigrams::table)
            .values((search_word_trigrams::rowid.eq(id), search_word_trigrams::word.eq(with_edges(word))))
            .execute(conn)?;
    }
    Ok(())
}
