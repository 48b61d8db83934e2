//! The walk through sets of jobs, the most promising first.

use std::collections::BinaryHeap;

use super::super::{Hit, SearchCursor};
use super::ask::Asker;
use super::slots::{Choice, Slot, any};
use crate::StoreResult;

/// A set of fewer jobs is scored job by job, and one of fewer than are wanted.
const SMALL: usize = 32;
/// More than there can be.
const ALL: usize = 1 << 31;

/// Jobs for which the same was chosen in the first slots.
#[derive(Clone, Default)]
struct Set<'a> {
    chosen: Vec<&'a Choice>,
    /// What all of them score.
    points: i64,
    /// Whether it may well be smaller than the set that it is a part of.
    narrower: bool,
}

/// What is still to be looked at. The greatest comes first: the one with the best score, sets before jobs.
struct Entry<'a> {
    rank: (i64, i64),
    set: Option<Set<'a>>,
}

/// The first so many jobs after a place in the list, best first.
pub(super) fn walk(
    asker: &mut Asker<'_>,
    slots: &[Slot],
    terms: usize,
    after: Option<SearchCursor>,
    wanted: usize,
    sets: usize,
) -> StoreResult<Vec<Hit>> {
    let tree = Tree { slots, terms };
    let mut walk = Walk { asker, tree: &tree, after, wanted, sets, open: BinaryHeap::new() };
    walk.open.extend(tree.entry(Set { narrower: true, ..Set::default() }, after));
    let mut hits = Vec::new();
    while hits.len() < wanted
        && let Some(Entry { rank, set }) = walk.open.pop()
    {
        let Some(set) = set else {
            hits.push(rank);
            continue;
        };
        if walk.enter(&tree.skip_single(set))? == Step::TooDear {
            return walk.all();
        }
    }
    Ok(hits)
}

/// What came of looking at a set.
#[derive(PartialEq)]
enum Step {
    Done,
    /// The set holds too many jobs to score them one by one.
    TooLarge,
    /// What may be asked is spent.
    TooDear,
}

struct Walk<'a, 'b> {
    asker: &'b mut Asker<'a>,
    tree: &'b Tree<'b>,
    after: Option<SearchCursor>,
    wanted: usize,
    /// How many more may be asked for; see [`beginnings`].
    sets: usize,
    open: BinaryHeap<Entry<'b>>,
}

impl<'b> Walk<'_, 'b> {
    /// Puts what a set holds among what is still to be looked at.
    fn enter(&mut self, set: &Set<'b>) -> StoreResult<Step> {
        if set.chosen.len() == self.tree.slots.len() {
            return self.newest(set);
        }
        if set.narrower {
            let step = self.score(set)?;
            if step != Step::TooLarge {
                return Ok(step);
            }
        }
        let (tree, after) = (self.tree, self.after);
        self.open.extend(tree.split(set).filter_map(|part| tree.entry(part, after)));
        Ok(Step::Done)
    }

    /// The newest jobs of a set in which all score the same.
    fn newest(&mut self, set: &Set<'b>) -> StoreResult<Step> {
        let question = self.tree.question(set);
        if !self.spend(1 + beginnings(&question)) {
            return Ok(Step::TooDear);
        }
        let before = self.after.filter(|(score, _)| *score == set.points).map_or(i64::MAX, |(_, id)| id);
        let jobs = self.asker.newest(&question, before, self.wanted)?;
        self.open.extend(jobs.into_iter().map(|job| Entry { rank: (set.points, job), set: None }));
        Ok(Step::Done)
    }

    /// The jobs of a set one by one, if they are few.
    fn score(&mut self, set: &Set<'b>) -> StoreResult<Step> {
        let small = self.wanted.checked_next_power_of_two().unwrap_or(self.wanted).max(SMALL);
        let question = self.tree.question(set);
        if !self.spend(1 + beginnings(&question)) {
            return Ok(Step::TooDear);
        }
        let jobs = self.asker.newest(&question, i64::MAX, small)?;
        if jobs.len() >= small {
            return Ok(Step::TooLarge);
        }
        let parts = self.tree.parts(set, &question);
        if !jobs.is_empty() && !self.spend(parts.iter().map(|(_, part)| beginnings(part)).sum()) {
            return Ok(Step::TooDear);
        }
        let scored = self.asker.score(&jobs, &parts)?;
        let scored = scored.into_iter().map(|(score, job)| (score + set.points, job));
        let after = self.after;
        let scored = scored.filter(|hit| after.is_none_or(|after| *hit < after));
        self.open.extend(scored.map(|rank| Entry { rank, set: None }));
        Ok(Step::Done)
    }

    /// Takes from what may be asked; says whether that was left.
    fn spend(&mut self, cost: usize) -> bool {
        let left = self.sets.checked_sub(cost);
        self.sets = left.unwrap_or(0);
        left.is_some()
    }

    /// Every job scored, without the walk: each thing that adds to a score is gone through once.
    fn all(&mut self) -> StoreResult<Vec<Hit>> {
        let root = Set::default();
        let jobs = self.asker.newest(&self.tree.question(&root), i64::MAX, ALL)?;
        let parts: Vec<(i64, String)> = self.tree.slots.iter().flat_map(|slot| slot.parts.clone()).collect();
        let mut hits = self.asker.score(&jobs, &parts)?;
        hits.retain(|hit| self.after.is_none_or(|after| *hit < after));
        hits.sort_unstable_by_key(|hit| std::cmp::Reverse(*hit));
        hits.truncate(self.wanted);
        Ok(hits)
    }
}

/// How many times a question makes FTS5 collect all jobs that have a word of some beginning. Each of these costs as
/// much as a question of its own, and is what makes a question dear.
fn beginnings(question: &str) -> usize {
    question.matches('*').count()
}

struct Tree<'a> {
    slots: &'a [Slot],
    terms: usize,
}

impl<'a> Tree<'a> {
    /// The set as something to look at, unless none of its jobs can be wanted.
    fn entry(&self, set: Set<'a>, after: Option<SearchCursor>) -> Option<Entry<'a>> {
        let possible = (0..self.terms).all(|term| self.may_have(&set, term));
        let wanted = after.is_none_or(|(score, _)| set.points <= score);
        let most: i64 = self.slots.iter().skip(set.chosen.len()).map(Slot::most).sum();
        (possible && wanted).then(|| Entry { rank: (set.points + most, i64::MAX), set: Some(set) })
    }

    /// Whether a term stands somewhere in the jobs of a set, or may.
    fn may_have(&self, set: &Set<'_>, term: usize) -> bool {
        let open = self.slots.iter().skip(set.chosen.len()).any(|slot| slot.term == term && !slot.parts.is_empty());
        open || self.chosen(set).any(|(slot, choice)| slot.term == term && !choice.with.is_empty())
    }

    fn chosen<'b>(&self, set: &'b Set<'a>) -> impl Iterator<Item = (&'a Slot, &'b &'a Choice)> {
        self.slots.iter().zip(&set.chosen)
    }

    /// The same set with the slots chosen in which there is nothing to choose.
    fn skip_single(&self, mut set: Set<'a>) -> Set<'a> {
        while let Some([single]) = self.slots.get(set.chosen.len()).map(|slot| slot.choices.as_slice()) {
            set.chosen.push(single);
        }
        set
    }

    /// The set in parts, by what may be chosen in the next slot.
    fn split<'b>(&'b self, set: &'b Set<'a>) -> impl Iterator<Item = Set<'a>> + 'b {
        let choices = self.slots.get(set.chosen.len()).map(|slot| slot.choices.as_slice()).unwrap_or_default();
        choices.iter().map(|choice| {
            let mut part = set.clone();
            part.chosen.push(choice);
            part.points += choice.points;
            part.narrower = !choice.with.is_empty();
            part
        })
    }

    /// The question for the jobs of a set.
    fn question(&self, set: &Set<'a>) -> String {
        let mut with = Vec::new();
        for term in 0..self.terms {
            let chosen: Vec<String> = self
                .chosen(set)
                .filter(|(slot, _)| slot.term == term)
                .flat_map(|(_, choice)| choice.with.clone())
                .collect();
            if chosen.is_empty() {
                let open = self.slots.iter().skip(set.chosen.len()).filter(|slot| slot.term == term);
                with.push(any(open.filter_map(Slot::any)));
            }
            with.extend(chosen);
        }
        let with = with.join(" AND ");
        let without: Vec<String> = set.chosen.iter().flat_map(|choice| choice.without.clone()).collect();
        if without.is_empty() { with } else { format!("({with}) NOT {}", any(without)) }
    }

    /// What adds to the score of a set's jobs beyond what all of them have.
    fn parts(&self, set: &Set<'_>, question: &str) -> Vec<(i64, String)> {
        let open = self.slots.iter().skip(set.chosen.len()).flat_map(|slot| &slot.parts);
        let all = set.chosen.is_empty() && self.terms == 1;
        let narrowed = |part: &String| if all { part.clone() } else { format!("({question}) AND {part}") };
        open.map(|(points, part)| (*points, narrowed(part))).collect()
    }
}

impl PartialEq for Entry<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.rank == other.rank
    }
}

impl Eq for Entry<'_> {}

impl PartialOrd for Entry<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank.cmp(&other.rank)
    }
}
