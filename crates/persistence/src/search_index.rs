//! The words of jobs, kept in the transaction that changes the job: FTS5 on SQLite, a tsvector on PostgreSQL.
//!
//! Both get words that are folded already and three classes of weight, so both find and rank the same.

mod gathered;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use gigline_domain::fold_words;

use crate::any::AnyConn;
use crate::schema::jobs;
use crate::{StoreResult, WriteTx};

use self::gathered::Change;
pub(crate) use self::gathered::IndexChanges;

/// The texts of a job that can be searched.
pub(crate) struct IndexedText<'a> {
    pub(crate) title: &'a str,
    pub(crate) skills: &'a str,
    pub(crate) category: &'a str,
    pub(crate) description: &'a str,
    pub(crate) location: &'a str,
}

/// The folded words of a job by weight: the title's, those of skills and category, those of description and location.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    title: Vec<String>,
    tags: Vec<String>,
    body: Vec<String>,
}

impl IndexedText<'_> {
    pub(crate) fn words(&self) -> Words {
        let both = |one: &str, other: &str| [fold_words(one), fold_words(other)].concat();
        Words {
            title: fold_words(self.title),
            tags: both(self.skills, self.category),
            body: both(self.description, self.location),
        }
    }
}

impl Words {
    /// All words, each with the letter of its class before it: with nothing else to tell the classes apart, SQLite's
    /// index needs to note no places of words, and goes through the jobs of one class alone.
    fn lettered(&self) -> String {
        let classes = [('t', &self.title), ('g', &self.tags), ('b', &self.body)];
        let mut text = String::new();
        for (letter, words) in classes {
            for word in words {
                text.push(letter);
                text.push_str(word);
                text.push(' ');
            }
        }
        text
    }

    /// Those that the dictionary learns, which misspelt ones are held against: of four letters and more, the first
    /// hundred of a job, so that nobody fills it with a few long texts.
    fn long(&self) -> impl Iterator<Item = &str> {
        const LEARNT: usize = 100;
        let all = self.title.iter().chain(&self.tags).chain(&self.body);
        all.map(String::as_str).filter(|word| word.chars().nth(3).is_some()).take(LEARNT)
    }
}

/// Indexes a job that is new, or one that is in the index already.
pub(crate) fn put(tx: &mut WriteTx<'_>, job: i64, words: Words, new: bool) -> StoreResult<()> {
    let AnyConn::Pg(conn) = tx.db() else {
        tx.index_changes().gather(Change::Put { job, new, words });
        return Ok(());
    };
    diesel::sql_query(
        "INSERT INTO job_words (job_id, words) VALUES ($1, $2::tsvector) \
         ON CONFLICT (job_id) DO UPDATE SET words = excluded.words",
    )
    .bind::<BigInt, _>(job)
    .bind::<Text, _>(tsvector(&words))
    .execute(conn)?;
    // In order, so that two transactions that learn the same words never wait for each other crosswise.
    let long: BTreeSet<&str> = words.long().collect();
    let shapes: Vec<String> = long.iter().map(|word| shape(word)).collect();
    diesel::sql_query("INSERT INTO search_words (word, shape) SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING")
        .bind::<Array<Text>, _>(long.into_iter().collect::<Vec<_>>())
        .bind::<Array<Text>, _>(shapes)
        .execute(conn)?;
    Ok(())
}

/// Indexes a job again from its row, after a change.
pub(crate) fn refresh(tx: &mut WriteTx<'_>, job: i64) -> StoreResult<()> {
    type Row = (String, String, String, String, String);
    let row: Option<Row> = jobs::table
        .filter(jobs::id.eq(job))
        .select((jobs::title, jobs::relevant_skills, jobs::category, jobs::description, jobs::location))
        .get_result(tx.db())
        .optional()?;
    let Some((title, skills, category, description, location)) = row else { return Ok(()) };
    let text = IndexedText {
        title: &title,
        skills: &skills,
        category: &category,
        description: &description,
        location: &location,
    };
    put(tx, job, text.words(), false)
}

/// Takes a job out of the index. On PostgreSQL its row goes with the job's.
pub(crate) fn remove(tx: &mut WriteTx<'_>, job: i64) {
    if !tx.is_postgres() {
        tx.index_changes().gather(Change::Remove { job });
    }
}

/// A tsvector's text: each word with its places and their weight. Words hold letters and digits only.
fn tsvector(words: &Words) -> String {
    // PostgreSQL counts places up to 16383; only the weight of a place matters here, so all may share the last one.
    let mut text = String::new();
    let classes = [(&words.title, 'A'), (&words.tags, 'B'), (&words.body, 'C')];
    for (class, weight) in classes {
        for word in class.iter().collect::<BTreeSet<_>>() {
            // Writing to a String cannot fail.
            let _ = write!(text, "'{word}':{}{weight} ", u32::from(weight));
        }
    }
    text
}

/// A word with its edges marked, so that its first and last letters make trigrams of their own, as in `pg_trgm`.
pub(crate) fn with_edges(word: &str) -> String {
    format!("^^{word}$")
}

/// A word with a plain letter in place of each that is not ASCII: `pg_trgm` leaves those out where the database's
/// locale does not know them as letters. Different words may get the same shape; it only proposes candidates.
pub(crate) fn shape(word: &str) -> String {
    let letter = |c: char| char::from_digit(u32::from(c) % 26 + 10, 36).unwrap_or('a');
    word.chars().map(|c| if c.is_ascii() { c } else { letter(c) }).collect()
}
