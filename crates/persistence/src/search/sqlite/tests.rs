//! The walk against scoring every job by itself.

use gigline_domain::{Circle, Place, SearchTerms};
use proptest::prelude::*;

use super::super::term::{CLASSES, Term};
use super::super::{Hit, SearchCursor, best};
use super::ask::Asker;
use super::slots::slots;
use super::walk::walk;
use crate::any::AnyConn;
use crate::job_views::JobFilter;
use crate::search_index::{self, IndexedText};
use crate::testing::Scratch;
use crate::workload::{self, Postings};
use crate::{Conn, StoreResult};

/// Many that begin with others, and more that begin with `a` than are asked for one by one.
const WORDS: [&str; 14] =
    ["a", "ab", "abc", "abcd", "abd", "abe", "abf", "abg", "abh", "abi", "b", "bc", "garden", "gardens"];

/// The words of a job in its title, its skills and its description.
type Job = [Vec<&'static str>; 3];

fn job() -> impl Strategy<Value = Job> {
    let words = |most| prop::collection::vec(prop::sample::select(&WORDS), 0..=most);
    (words(2), words(2), words(4)).prop_map(|(title, skills, description)| [title, skills, description])
}

fn question() -> impl Strategy<Value = Vec<(String, Vec<String>)>> {
    let similar = prop::collection::vec(prop::sample::select(&WORDS).prop_map(str::to_owned), 0..=2);
    let term = (prop::sample::select(&WORDS).prop_map(str::to_owned), prop_oneof![2 => Just(Vec::new()), 1 => similar]);
    prop::collection::vec(term, 1..=3)
}

fn score(job: &Job, term: &Term) -> i64 {
    let places = job.iter().zip(&CLASSES).map(|(words, class)| {
        let if_any =
            |points: i64, is: &dyn Fn(&str) -> bool| if words.iter().any(|word| is(word)) { points } else { 0 };
        if_any(class.begins, &|word| word.starts_with(&term.word))
            + if_any(class.whole, &|word| word == term.word)
            + if_any(class.similar(), &|word| term.similar.iter().any(|similar| similar == word))
    });
    places.sum()
}

fn by_hand(jobs: &[Job], terms: &[Term]) -> Vec<Hit> {
    let scores = jobs.iter().map(|job| terms.iter().map(|term| score(job, term)).collect::<Vec<_>>());
    let hits = scores.zip(1_i64..).filter(|(scores, _)| !scores.contains(&0));
    let mut hits: Vec<Hit> = hits.map(|(scores, id)| (scores.iter().sum(), id)).collect();
    hits.sort_unstable_by_key(|hit| std::cmp::Reverse(*hit));
    hits
}

/// All pages of the list.
fn walked(conn: &mut Conn, terms: &[Term], wanted: usize, sets: usize) -> StoreResult<Vec<Hit>> {
    let AnyConn::Sqlite(conn) = conn.db() else { panic!("not SQLite") };
    let slots = slots(conn, terms)?;
    let (mut all, mut after) = (Vec::new(), None::<SearchCursor>);
    loop {
        let filter = JobFilter::default();
        let page = walk(&mut Asker { conn, filter: &filter }, &slots, terms.len(), after, wanted, sets)?;
        after = page.last().copied();
        let ended = page.len() < wanted;
        all.extend(page);
        if ended {
            return Ok(all);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_best_come_first_however_they_are_looked_for(
        jobs in prop::collection::vec(job(), 150..250),
        questions in prop::collection::vec(question(), 8),
    ) {
        let scratch = Scratch::new();
        let posted = jobs.clone();
        scratch.store.write_blocking(move |tx| {
            for ([title, skills, description], id) in posted.iter().zip(1_i64..) {
                let [title, skills, description] = [title, skills, description].map(|words| words.join(" "));
                let text = IndexedText { title: &title, skills: &skills, category: "", description: &description, location: "" };
                search_index::put(tx, id, text.words(), true)?;
            }
            StoreResult::Ok(())
        }).unwrap();
        for question in questions {
            let terms: Vec<Term> = question.into_iter().map(|(word, similar)| Term { word, similar }).collect();
            let expected = by_hand(&jobs, &terms);
            for (wanted, sets) in [(3, 48), (40, 48), (3, 5), (3, 14), (40, 20), (40, 0)] {
                let found = scratch.store.read_blocking(|conn| walked(conn, &terms, wanted, sets)).unwrap();
                prop_assert_eq!(&found, &expected);
            }
        }
    }
}

/// So many jobs in one place.
fn made_up(count: usize) -> Scratch {
    let scratch = Scratch::new();
    let jobs = Postings::of(count).unwrap();
    scratch
        .store
        .write_blocking(move |tx| {
            let poster = workload::poster(tx)?;
            (0..count).try_for_each(|_| jobs.next(poster)(tx))
        })
        .unwrap();
    scratch
}

/// How many statements it takes to find twenty.
fn statements(scratch: &Scratch, words: &str, filter: &JobFilter) -> u64 {
    let terms: Vec<Term> = SearchTerms::parse(words).words().iter().map(|word| Term::new(word)).collect();
    let before = scratch.store.statements();
    scratch.store.read_blocking(|conn| best(conn.db(), &terms, filter, None, 20)).unwrap();
    scratch.store.statements() - before
}

#[test]
fn eight_beginnings_of_many_words_are_not_collected_again_and_again() {
    let scratch = made_up(2_000);
    let asked = statements(&scratch, "b k l m t d v p", &JobFilter::default());
    assert!(asked <= 8, "{asked} statements");
}

#[test]
fn a_circle_beside_all_jobs_of_its_box_is_found_empty_soon() {
    let scratch = made_up(2_000);
    let beside = Place::new(-76.497 + 0.125, 42.4396 + 0.0925).unwrap();
    let circle = Circle::new(beside, 11.0).unwrap();
    let filter = JobFilter { within: Some(circle), ..JobFilter::default() };
    let asked = statements(&scratch, "b", &filter);
    assert!(asked <= 8, "{asked} statements");
}
