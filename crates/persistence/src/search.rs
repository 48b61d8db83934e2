//! Jobs by words, best match first, with the same answers on SQLite and on PostgreSQL.
//!
//! A job is found if it has every word that was asked for, each as the beginning of one of its words. Its score adds
//! up over those words: 200 where one begins a word of the title and 40 more where it is a whole one, 20 and 4 in
//! skills and category, 2 in description and location; so a match in a heavier place always outweighs those in
//! lighter ones. Equal scores go newest first. Where fewer than twenty jobs are found, those follow that have words
//! which are spelt almost like the ones asked for, at half the score. At most the best two thousand are looked at.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Text};
use gigline_domain::{Place, SearchTerms, edit_distance};

use crate::any::AnyConn;
use crate::job_views::{self, JobFilter};
use crate::place::measure;
use crate::records::{Job, Viewer};
use crate::rows::status_word;
use crate::search_index::{shape, with_edges};
use crate::{Conn, Page, PageRequest, StoreError, StoreResult};

/// Where a list by score goes on: the score and id of the last job shown.
pub type SearchCursor = (i64, i64);

const DEPTH: i64 = 2_000;
const ENOUGH: usize = 20;
/// How far behind all others those are that have only similar words. No score comes near it.
const BEHIND: i64 = 1_000_000;

/// How many words of one question may be misspelt.
const CORRECTED: usize = 4;

/// A word that was asked for, and the words of the dictionary that it may have meant.
struct Term {
    word: String,
    similar: Vec<String>,
}

#[derive(QueryableByName)]
struct Hit {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    score: i64,
    #[diesel(sql_type = Double)]
    longitude: f64,
    #[diesel(sql_type = Double)]
    latitude: f64,
}

/// A page of the jobs that match `terms` and pass the filter, best first. No terms find nothing.
pub fn search(
    conn: &mut Conn,
    terms: &SearchTerms,
    filter: &JobFilter,
    page: PageRequest<SearchCursor>,
    viewer: Viewer,
) -> StoreResult<Page<Job, SearchCursor>> {
    if terms.is_empty() {
        return Ok(Page { items: Vec::new(), next: None });
    }
    conn.snapshot(|conn| {
        let hits = find(conn.db(), terms, filter, page)?;
        show(conn, hits, filter, page, viewer)
    })
}

/// All that match, best first: by the words as they are and, if these find few, then those with similar ones.
fn find(
    conn: &mut AnyConn,
    terms: &SearchTerms,
    filter: &JobFilter,
    page: PageRequest<SearchCursor>,
) -> StoreResult<Vec<Hit>> {
    let mut asked: Vec<Term> =
        terms.words().iter().map(|word| Term { word: word.clone(), similar: Vec::new() }).collect();
    let mut hits = rank(conn, &asked, filter, Some(page))?;
    if hits.len() >= ENOUGH {
        return Ok(hits);
    }
    for term in asked.iter_mut().filter(|term| shortest_misspelt(&term.word)).take(CORRECTED) {
        term.similar = similar(conn, &term.word)?;
    }
    if asked.iter().any(|term| !term.similar.is_empty()) {
        let found: HashSet<i64> = hits.iter().map(|hit| hit.id).collect();
        let others = rank(conn, &asked, filter, None)?.into_iter().filter(|hit| !found.contains(&hit.id));
        hits.extend(others.map(|hit| Hit { score: hit.score - BEHIND, ..hit }));
    }
    Ok(hits)
}

/// The page of `hits` that was asked for, as jobs.
fn show(
    conn: &mut Conn,
    mut hits: Vec<Hit>,
    filter: &JobFilter,
    page: PageRequest<SearchCursor>,
    viewer: Viewer,
) -> StoreResult<Page<Job, SearchCursor>> {
    if let Some((score, id)) = page.after {
        hits.retain(|hit| (hit.score, hit.id) < (score, id));
    }
    let Page { items, next } = Page::cut(hits, page.limit, |hit| (hit.score, hit.id));
    let ids: Vec<i64> = items.iter().map(|hit| hit.id).collect();
    let score = |job: &Job| items.iter().find(|hit| hit.id == job.id.get()).map_or(0, |hit| hit.score);
    let mut found = job_views::in_order(conn, &ids, viewer)?;
    if let Some(circle) = &filter.within {
        measure(&mut found, circle);
    }
    Ok(Page { items: found, next }.within_budget(Job::weight, |job| (score(job), job.id.get())))
}

/// The best matches in order: all of them or, where only a page is wanted, enough to cut it from.
fn rank(
    conn: &mut AnyConn,
    terms: &[Term],
    filter: &JobFilter,
    page: Option<PageRequest<SearchCursor>>,
) -> StoreResult<Vec<Hit>> {
    let category = filter.category.clone().unwrap_or_default();
    match conn {
        AnyConn::Pg(conn) => {
            let statement = postgres::statement(terms, &conditions(filter, "$1"));
            let hits = diesel::sql_query(statement).bind::<Text, _>(category).load(conn)?;
            within(hits, filter)
        }
        AnyConn::Sqlite(conn) => {
            let conditions = conditions(filter, "?");
            let mut hits: Vec<Hit> = Vec::new();
            for tier in sqlite::TIERS {
                let statement = sqlite::statement(terms, tier, &conditions);
                let found = diesel::sql_query(statement).bind::<Text, _>(category.as_str()).load(conn)?;
                hits.append(&mut within(found, filter)?);
                if sqlite::tiers_are_in_order(terms) && page.is_some_and(|page| is_enough(&hits, page)) {
                    break;
                }
            }
            hits.sort_unstable_by_key(|hit| std::cmp::Reverse((hit.score, hit.id)));
            hits.truncate(usize::try_from(DEPTH).unwrap_or(usize::MAX));
            Ok(hits)
        }
    }
}

/// Whether these best matches hold the whole page and one more, and are so many that similar words are not asked for.
fn is_enough(hits: &[Hit], page: PageRequest<SearchCursor>) -> bool {
    let open = hits.iter().filter(|hit| page.after.is_none_or(|after| (hit.score, hit.id) < after));
    hits.len() >= ENOUGH && open.count() > page.limit
}

/// Those of the matches that lie in the filter's circle, if it has one.
fn within(hits: Vec<Hit>, filter: &JobFilter) -> StoreResult<Vec<Hit>> {
    let Some(circle) = &filter.within else { return Ok(hits) };
    let mut kept = Vec::with_capacity(hits.len());
    for hit in hits {
        let place = Place::new(hit.longitude, hit.latitude).map_err(|fault| StoreError::Corrupt(fault.to_string()))?;
        if !place.is_nowhere() && circle.distance_within(place).is_some() {
            kept.push(hit);
        }
    }
    Ok(kept)
}

/// What the filter asks of a row of `jobs`; `category` is the placeholder of the one bound value.
fn conditions(filter: &JobFilter, category: &str) -> String {
    // The placeholder must be used even where no category is asked for.
    let mut all = match filter.category {
        Some(_) => vec![format!("jobs.category = {category}")],
        None => vec![format!("{category} = ''")],
    };
    all.extend(filter.status.map(|status| format!("jobs.status = '{}'", status_word(status))));
    all.extend(filter.poster.map(|poster| format!("jobs.poster_id = {poster}")));
    if let Some(circle) = &filter.within {
        let found = circle.bounding_box();
        let [one, other] = found.longitudes;
        all.push(format!(
            "jobs.latitude BETWEEN {} AND {} AND (jobs.longitude BETWEEN {} AND {} OR jobs.longitude BETWEEN {} AND {})",
            found.south, found.north, one.west, one.east, other.west, other.east
        ));
    }
    all.join(" AND ")
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Text)]
    word: String,
}

/// Whether a word is long enough to be taken for a misspelt one.
fn shortest_misspelt(word: &str) -> bool {
    word.chars().nth(3).is_some()
}

/// The words of the dictionary within one edit of a word of four letters or more, two of eight or more; nearest first.
fn similar(conn: &mut AnyConn, word: &str) -> StoreResult<Vec<String>> {
    // Not the best but the first so many: ranking them would have to look at all.
    const CANDIDATES: i64 = 5_000;
    const KEPT: usize = 8;
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
            "SELECT trim(word, '^$') AS word FROM search_word_trigrams WHERE search_word_trigrams MATCH ? \
             AND length(trim(word, '^$')) BETWEEN ? AND ? LIMIT ?",
        )
        .bind::<Text, _>(sqlite::any_trigram(&with_edges(word)))
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
    let near = known.into_iter().filter(|known| known.word != word);
    let mut near: Vec<(usize, String)> =
        near.filter_map(|known| edit_distance(word, &known.word, limit).map(|edits| (edits, known.word))).collect();
    near.sort();
    near.truncate(KEPT);
    Ok(near.into_iter().map(|(_, word)| word).collect())
}

/// A place where words may stand: its name on either database and what a match in it adds to the score.
struct Class {
    column: &'static str,
    weight: char,
    begins: i64,
    whole: i64,
}

const CLASSES: [Class; 3] = [
    Class { column: "title", weight: 'A', begins: 200, whole: 40 },
    Class { column: "tags", weight: 'B', begins: 20, whole: 4 },
    Class { column: "body", weight: 'C', begins: 2, whole: 0 },
];

/// The question in FTS5's words. Terms are letters and digits only, so they may stand in the text.
///
/// Jobs are looked for in tiers: those with a word in the title, then in the tags, then in the body alone. A frequent
/// word fills a page from the first, and the many jobs of the last are not even counted.
mod sqlite {
    use super::{CLASSES, DEPTH, Term};

    /// Where a job's heaviest match stands.
    #[derive(Clone, Copy)]
    pub(super) enum Tier {
        Title,
        Tags,
        Body,
    }

    pub(super) const TIERS: [Tier; 3] = [Tier::Title, Tier::Tags, Tier::Body];

    /// Whether each job of a tier outscores all of the next: with very many words, or half-counted similar ones, the
    /// matches in lighter places may add up to more than one in a heavier place.
    pub(super) fn tiers_are_in_order(terms: &[Term]) -> bool {
        terms.len() < 8 && terms.iter().all(|term| term.similar.is_empty())
    }

    pub(super) fn statement(terms: &[Term], tier: Tier, conditions: &str) -> String {
        let jobs = jobs(terms, tier);
        let same_for_all = matches!(tier, Tier::Body) && tiers_are_in_order(terms);
        if same_for_all {
            // Nothing but the body's small score, so the newest are the best, and the index has them in that order.
            let score = 2 * terms.len();
            return format!(
                "SELECT jobs.id AS id, {score} AS score, jobs.longitude AS longitude, jobs.latitude AS latitude \
                 FROM job_words CROSS JOIN jobs ON jobs.id = job_words.rowid \
                 WHERE job_words MATCH '{jobs}' AND {conditions} ORDER BY job_words.rowid DESC LIMIT {DEPTH}"
            );
        }
        let parts: Vec<String> = terms.iter().flat_map(|term| parts(term, &jobs)).collect();
        format!(
            "SELECT jobs.id AS id, hits.score AS score, jobs.longitude AS longitude, jobs.latitude AS latitude \
             FROM (SELECT id, sum(score) AS score FROM ({}) GROUP BY id) AS hits \
             CROSS JOIN jobs ON jobs.id = hits.id WHERE {conditions} \
             ORDER BY hits.score DESC, jobs.id DESC LIMIT {DEPTH}",
            parts.join(" UNION ALL "),
        )
    }

    /// The jobs of a tier: every term in them somewhere, the heaviest match there.
    fn jobs(terms: &[Term], tier: Tier) -> String {
        let all = terms.iter().map(any_of).collect::<Vec<_>>().join(" AND ");
        let any = terms.iter().map(any_of).collect::<Vec<_>>().join(" OR ");
        if terms.len() == 1 {
            return match tier {
                Tier::Title => format!("{{title}} : {any}"),
                Tier::Tags => format!("({{tags}} : {any}) NOT ({{title}} : {any})"),
                Tier::Body => format!("({{body}} : {any}) NOT ({{title tags}} : {any})"),
            };
        }
        match tier {
            Tier::Title => format!("({all}) AND ({{title}} : ({any}))"),
            Tier::Tags => format!("({all}) AND (({{tags}} : ({any})) NOT ({{title}} : ({any})))"),
            Tier::Body => format!("({all}) NOT ({{title tags}} : ({any}))"),
        }
    }

    fn any_of(term: &Term) -> String {
        let mut words = vec![format!("\"{}\" *", term.word)];
        words.extend(term.similar.iter().map(|word| format!("\"{word}\"")));
        format!("({})", words.join(" OR "))
    }

    /// One select for each thing that adds to the score of `jobs`.
    fn parts(term: &Term, jobs: &str) -> Vec<String> {
        let select = |score: i64, column: &str, what: &str| {
            format!(
                "SELECT rowid AS id, {score} AS score FROM job_words \
                 WHERE job_words MATCH '({jobs}) AND ({{{column}}} : ({what}))'"
            )
        };
        let mut parts = Vec::new();
        for class in &CLASSES {
            parts.push(select(class.begins, class.column, &format!("\"{}\" *", term.word)));
            if class.whole > 0 {
                parts.push(select(class.whole, class.column, &format!("\"{}\"", term.word)));
            }
            if !term.similar.is_empty() {
                let similar: Vec<String> = term.similar.iter().map(|word| format!("\"{word}\"")).collect();
                parts.push(select(class.begins / 2, class.column, &similar.join(" OR ")));
            }
        }
        parts
    }

    /// A question for any three letters in a row.
    pub(super) fn any_trigram(word: &str) -> String {
        let letters: Vec<char> = word.chars().collect();
        let trigrams: Vec<String> =
            letters.windows(3).map(|three| format!("\"{}\"", three.iter().collect::<String>())).collect();
        trigrams.join(" OR ")
    }
}

/// The question in tsquery's words. Terms are letters and digits only, so they may stand in the text.
mod postgres {
    use super::{CLASSES, DEPTH, Term};

    pub(super) fn statement(terms: &[Term], conditions: &str) -> String {
        let scores: Vec<String> = terms.iter().flat_map(scores).collect();
        let all: Vec<String> = terms.iter().map(any_of).collect();
        format!(
            "SELECT jobs.id AS id, ({})::bigint AS score, jobs.longitude AS longitude, jobs.latitude AS latitude \
             FROM job_words JOIN jobs ON jobs.id = job_words.job_id \
             WHERE job_words.words @@ '{}'::tsquery AND {conditions} \
             ORDER BY score DESC, jobs.id DESC LIMIT {DEPTH}",
            scores.join(" + "),
            all.join(" & "),
        )
    }

    fn any_of(term: &Term) -> String {
        let mut words = vec![format!("''{}'':*", term.word)];
        words.extend(term.similar.iter().map(|word| format!("''{word}''")));
        format!("({})", words.join(" | "))
    }

    fn scores(term: &Term) -> Vec<String> {
        let score = |points: i64, what: String| {
            format!("CASE WHEN job_words.words @@ '{what}'::tsquery THEN {points} ELSE 0 END")
        };
        let mut scores = Vec::new();
        for class in &CLASSES {
            scores.push(score(class.begins, format!("''{}'':*{}", term.word, class.weight)));
            if class.whole > 0 {
                scores.push(score(class.whole, format!("''{}'':{}", term.word, class.weight)));
            }
            if !term.similar.is_empty() {
                let similar: Vec<String> =
                    term.similar.iter().map(|word| format!("''{word}'':{}", class.weight)).collect();
                scores.push(score(class.begins / 2, similar.join(" | ")));
            }
        }
        scores
    }
}
