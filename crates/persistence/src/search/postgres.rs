//! The question in tsquery's words. Terms are letters and digits only, so they may stand in the text.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::narrow::{Spot, conditions};
use super::term::{CLASSES, Term};
use super::{Hit, SearchCursor};
use crate::StoreResult;
use crate::job_views::JobFilter;

/// Rows asked for at first where a circle may drop some of them.
const BATCH: usize = 2_000;

/// See [`super::best`].
pub(super) fn best(
    conn: &mut PgConnection,
    terms: &[Term],
    filter: &JobFilter,
    mut after: Option<SearchCursor>,
    wanted: usize,
) -> StoreResult<Vec<Hit>> {
    let statement = statement(terms, filter);
    let mut limit = if filter.within.is_some() { BATCH.max(wanted) } else { wanted };
    let mut hits = Vec::new();
    loop {
        let (score, id) = after.unwrap_or((i64::MAX, i64::MAX));
        let spots: Vec<Spot> = diesel::sql_query(&statement)
            .bind::<Text, _>(filter.category.as_deref().unwrap_or_default())
            .bind::<BigInt, _>(score)
            .bind::<BigInt, _>(id)
            .bind::<BigInt, _>(i64::try_from(limit).unwrap_or(i64::MAX))
            .load(conn)?;
        after = spots.last().map(|spot| (spot.score, spot.id));
        let all = spots.len() < limit;
        for spot in spots {
            if spot.is_within(filter)? {
                hits.push((spot.score, spot.id));
            }
        }
        if all || hits.len() >= wanted {
            hits.truncate(wanted);
            return Ok(hits);
        }
        // Each time all matches are scored again, so it must not be asked many times.
        limit = limit.saturating_mul(8);
    }
}

fn statement(terms: &[Term], filter: &JobFilter) -> String {
    let scores: Vec<String> = terms.iter().flat_map(scores).collect();
    let all: Vec<String> = terms.iter().map(any_of).collect();
    format!(
        "SELECT * FROM (SELECT jobs.id AS id, ({})::bigint AS score, jobs.longitude AS longitude, \
         jobs.latitude AS latitude FROM job_words JOIN jobs ON jobs.id = job_words.job_id \
         WHERE job_words.words @@ '{}'::tsquery{}) AS hits \
         WHERE (score, id) < ($2, $3) ORDER BY score DESC, id DESC LIMIT $4",
        scores.join(" + "),
        all.join(" & "),
        conditions(filter, "$1"),
    )
}

fn any_of(term: &Term) -> String {
    let mut words = vec![format!("''{}'':*", term.word)];
    words.extend(term.similar.iter().map(|word| format!("''{word}''")));
    format!("({})", words.join(" | "))
}

fn scores(term: &Term) -> Vec<String> {
    let score =
        |points: i64, what: String| format!("CASE WHEN job_words.words @@ '{what}'::tsquery THEN {points} ELSE 0 END");
    let mut scores = Vec::new();
    for class in &CLASSES {
        scores.push(score(class.begins, format!("''{}'':*{}", term.word, class.weight)));
        if class.whole > 0 {
            scores.push(score(class.whole, format!("''{}'':{}", term.word, class.weight)));
        }
        if !term.similar.is_empty() {
            let similar: Vec<String> = term.similar.iter().map(|word| format!("''{word}'':{}", class.weight)).collect();
            scores.push(score(class.similar(), similar.join(" | ")));
        }
    }
    scores
}
