//! Words of the dictionary that are spelt almost like another.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use gigline_domain::edit_distance;

use crate::StoreResult;
use crate::any::AnyConn;
use crate::search_index::{shape, with_edges};

/// Not the best but the first so many: ranking them would have to look at all.
const CANDIDATES: i64 = 5_000;
const KEPT: usize = 8;

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Text)]
    word: String,
}

/// The words of the dictionary within one edit of a word of four letters or more, two of eight or more; nearest first.
pub(super) fn similar(conn: &mut AnyConn, word: &str) -> StoreResult<Vec<String>> {
    let length = word.chars().count();
    let limit = match length {
        0..=3 => return Ok(Vec::new()),
        4..=7 => 1,
        _ => 2,
    };
    let lengths = [length.saturating_sub(limit), length.saturating_add(limit)];
    let [shortest, longest] = lengths.map(|length| i64::try_from(length).unwrap_or(i64::MAX));
    let known: Vec<Known> = match conn {
        AnyConn::Sqlite(conn) => diesel::sql_query(
            "SELECT substr(word, 3, length(word) - 3) AS word FROM search_word_trigrams WHERE search_word_trigrams MATCH ? \
             AND length(word) - 3 BETWEEN ? AND ? LIMIT ?",
        )
        .bind::<Text, _>(any_trigram(&with_edges(word)))
        .bind::<BigInt, _>(shortest)
        .bind::<BigInt, _>(longest)
        .bind::<BigInt, _>(CANDIDATES)
        .load(conn)?,
        AnyConn::Pg(conn) => {
            // Low enough that one trigram in common will do, however long the word.
            diesel::sql_query("SELECT set_limit(0.01)").execute(conn)?;
            diesel::sql_query(
                "SELECT word FROM search_words WHERE shape % $1 AND length(word) BETWEEN $2 AND $3 LIMIT $4",
            )
            .bind::<Text, _>(shape(word))
            .bind::<BigInt, _>(shortest)
            .bind::<BigInt, _>(longest)
            .bind::<BigInt, _>(CANDIDATES)
            .load(conn)?
        }
    };
    let asked = letters(word);
    // Counting edits costs more than all else; an edit changes one letter at most.
    let may_be = |known: &str| (asked & !letters(known)).count_ones() <= u32::try_from(limit).unwrap_or(u32::MAX);
    let near = known.into_iter().filter(|known| known.word != word && may_be(&known.word));
    let mut near: Vec<(usize, String)> =
        near.filter_map(|known| edit_distance(word, &known.word, limit).map(|edits| (edits, known.word))).collect();
    near.sort();
    near.truncate(KEPT);
    Ok(near.into_iter().map(|(_, word)| word).collect())
}

/// Which letters stand in a word: a bit for each, which others may share.
fn letters(word: &str) -> u64 {
    word.chars().fold(0, |all, letter| all | 1 << (u32::from(letter) % 64))
}

/// A question for any three letters in a row.
fn any_trigram(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let trigrams: Vec<String> =
        letters.windows(3).map(|three| format!("\"{}\"", three.iter().collect::<String>())).collect();
    trigrams.join(" OR ")
}
