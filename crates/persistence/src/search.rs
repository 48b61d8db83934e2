//! Jobs by words, best match first, with the same answers on SQLite and on PostgreSQL.
//!
//! A job is found if it has every word that was asked for, each as the beginning of one of its words. Its score adds
//! up over those words: 200 where one begins a word of the title and 40 more where it is a whole one, 20 and 4 in
//! skills and category, 2 in description and location; so a match in a heavier place always outweighs those in
//! lighter ones. Equal scores go newest first. Where fewer than twenty jobs are found, those follow that have words
//! which are spelt almost like the ones asked for, at half the score.

mod narrow;
mod postgres;
mod similar;
mod sqlite;
mod term;

use std::collections::HashSet;

use gigline_domain::SearchTerms;

use self::similar::similar;
use self::term::Term;
use crate::any::AnyConn;
use crate::job_views::{self, JobFilter};
use crate::place::measure;
use crate::records::{Job, Viewer};
use crate::{Conn, Page, PageRequest, StoreResult};

/// Where a list by score goes on: the score and id of the last job shown.
pub type SearchCursor = (i64, i64);

/// A job's score and id, so that the greatest is the best.
type Hit = (i64, i64);

const ENOUGH: usize = 20;
/// How far behind all others those are that have only similar words. No score comes near it.
const BEHIND: i64 = 1_000_000;
/// How many words of one question may be misspelt.
const CORRECTED: usize = 4;

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

/// The page's matches and one more, best first: by the words as they are, then, if these find few, by similar ones.
fn find(
    conn: &mut AnyConn,
    terms: &SearchTerms,
    filter: &JobFilter,
    page: PageRequest<SearchCursor>,
) -> StoreResult<Vec<Hit>> {
    let mut asked: Vec<Term> = terms.words().iter().map(|word| Term::new(word)).collect();
    let wanted = page.limit.saturating_add(1);
    let mut hits = best(conn, &asked, filter, page.after, wanted)?;
    if hits.len() >= wanted {
        return Ok(hits);
    }
    // Whether they are few is asked of all, wherever the page begins.
    let found = if page.after.is_none() { hits.clone() } else { best(conn, &asked, filter, None, ENOUGH)? };
    if found.len() >= ENOUGH {
        return Ok(hits);
    }
    for term in asked.iter_mut().filter(|term| term.may_be_misspelt()).take(CORRECTED) {
        term.similar = similar(conn, &term.word)?;
    }
    if asked.iter().any(|term| !term.similar.is_empty()) {
        let found: HashSet<i64> = found.iter().map(|(_, id)| *id).collect();
        let after = page.after.filter(|(score, _)| *score < 0).map(|(score, id)| (score + BEHIND, id));
        let others = best(conn, &asked, filter, after, wanted.saturating_add(found.len()))?;
        let others = others.into_iter().filter(|(_, id)| !found.contains(id));
        hits.extend(others.map(|(score, id)| (score - BEHIND, id)));
    }
    Ok(hits)
}

/// The first so many matches after a place in the list, best first.
fn best(
    conn: &mut AnyConn,
    terms: &[Term],
    filter: &JobFilter,
    after: Option<SearchCursor>,
    wanted: usize,
) -> StoreResult<Vec<Hit>> {
    match conn {
        AnyConn::Sqlite(conn) => sqlite::best(conn, terms, filter, after, wanted),
        AnyConn::Pg(conn) => postgres::best(conn, terms, filter, after, wanted),
    }
}

/// The page of `hits` that was asked for, as jobs.
fn show(
    conn: &mut Conn,
    hits: Vec<Hit>,
    filter: &JobFilter,
    page: PageRequest<SearchCursor>,
    viewer: Viewer,
) -> StoreResult<Page<Job, SearchCursor>> {
    let Page { items, next } = Page::cut(hits, page.limit, |hit| *hit);
    let ids: Vec<i64> = items.iter().map(|(_, id)| *id).collect();
    let score = |job: &Job| items.iter().find(|(_, id)| *id == job.id.get()).map_or(0, |(score, _)| *score);
    let mut found = job_views::in_order(conn, &ids, viewer)?;
    if let Some(circle) = &filter.within {
        measure(&mut found, circle);
    }
    Ok(Page { items: found, next }.within_budget(Job::weight, |job| (score(job), job.id.get())))
}
