//! Where the terms stand: for each place and term what may be the case, and what that scores.

use diesel::SqliteConnection;
use diesel::sql_types::{BigInt, Text};

use super::super::term::{CLASSES, Class, Term};
use super::ask::{Bound, Written};
use crate::StoreResult;

/// Words that begin with a term are asked for one by one if they are fewer. For FTS5 collects all jobs that have a word
/// of some beginning before it gives the first, but of a whole word it gives one after the other.
const LONGER: usize = 8;

/// A term in one place.
pub(super) struct Slot {
    /// Which of the terms.
    pub(super) term: usize,
    /// What adds to the score: the points, and the question for the jobs that get them.
    pub(super) parts: Vec<(i64, String)>,
    /// All that may be the case of a job, from the most points; never none.
    pub(super) choices: Vec<Choice>,
}

/// What may be the case of a job, in one slot.
#[derive(Clone, Default)]
pub(super) struct Choice {
    pub(super) points: i64,
    /// Questions that find the job.
    pub(super) with: Vec<String>,
    /// Questions that do not.
    pub(super) without: Vec<String>,
}

/// The slots of all terms, those in heavier places first.
pub(super) fn slots(conn: &mut SqliteConnection, terms: &[Term]) -> StoreResult<Vec<Slot>> {
    let pairs =
        || CLASSES.iter().flat_map(|class| terms.iter().enumerate().map(move |(number, term)| (class, number, term)));
    let mut text = Vec::new();
    let mut bound = Vec::new();
    for (number, (class, _, term)) in pairs().enumerate() {
        let word = format!("{}{}", class.letter, term.word);
        // All words that begin with the term but the term itself, whose many jobs the list of words would count.
        text.push(format!(
            "SELECT * FROM (SELECT {number}, term FROM job_terms WHERE term >= ? AND term <= ? LIMIT {LONGER})"
        ));
        bound.extend([Bound::Text(format!("{word}0")), Bound::Text(format!("{word}\u{10FFFF}"))]);
        text.push(stands_anywhere(number, "="));
        bound.push(Bound::Text(quoted(&word)));
        if !term.similar.is_empty() {
            text.push(stands_anywhere(number, "~"));
            bound.push(Bound::Text(similar(class, term)));
        }
    }
    let found: Vec<(i64, String)> = Written::<(BigInt, Text)>::new(text.join(" UNION ALL "), bound).load(conn)?;
    let slots = pairs().zip(0_i64..).map(|((class, number, term), at)| {
        let found = || found.iter().filter(move |(slot, _)| *slot == at).map(|(_, word)| word.as_str());
        let word = quoted(&format!("{}{}", class.letter, term.word));
        let longer: Vec<&str> = found().filter(|word| !["=", "~"].contains(word)).collect();
        let longer = match longer.as_slice() {
            [] => None,
            all if all.len() < LONGER => Some(any(all.iter().copied().map(quoted))),
            _ => Some(format!("({word} *)")),
        };
        let whole = found().any(|mark| mark == "=").then_some(word);
        let similar = found().any(|mark| mark == "~").then(|| similar(class, term));
        Slot::new(number, class, whole, longer, similar)
    });
    Ok(slots.collect())
}

/// Gives the slot's number and a mark if any job answers a question.
fn stands_anywhere(slot: usize, mark: &str) -> String {
    format!("SELECT * FROM (SELECT {slot}, '{mark}' FROM job_words WHERE job_words MATCH ? LIMIT 1)")
}

fn quoted(word: &str) -> String {
    format!("\"{word}\"")
}

fn similar(class: &Class, term: &Term) -> String {
    any(term.similar.iter().map(|word| quoted(&format!("{}{word}", class.letter))))
}

/// A question for any of some.
pub(super) fn any(questions: impl IntoIterator<Item = String>) -> String {
    format!("({})", questions.into_iter().collect::<Vec<_>>().join(" OR "))
}

impl Slot {
    /// Of the questions for jobs that have the word itself, longer ones and similar ones, where there are any.
    fn new(term: usize, class: &Class, whole: Option<String>, longer: Option<String>, similar: Option<String>) -> Self {
        let (whole, longer) = match (whole, longer) {
            // A whole word is worth no more there.
            (Some(whole), Some(longer)) if class.whole == 0 => (Some(any([whole, longer])), None),
            both => both,
        };
        let mut parts = Vec::new();
        match (&whole, &longer) {
            (Some(whole), Some(longer)) => {
                parts.push((class.begins, any([whole.clone(), longer.clone()])));
                parts.push((class.whole, whole.clone()));
            }
            (Some(whole), None) => parts.push((class.begins + class.whole, whole.clone())),
            (None, Some(longer)) => parts.push((class.begins, longer.clone())),
            (None, None) => {}
        }
        parts.extend(similar.clone().map(|similar| (class.similar(), similar)));
        let choices = choices(class, whole, longer, similar);
        Self { term, parts, choices }
    }

    /// The most that it can add to a score.
    pub(super) fn most(&self) -> i64 {
        self.choices.first().map_or(0, |choice| choice.points)
    }

    /// A question for the jobs in which the term stands here.
    pub(super) fn any(&self) -> Option<String> {
        let parts = self.parts.iter().map(|(_, question)| question.clone());
        (!self.parts.is_empty()).then(|| any(parts))
    }
}

fn choices(class: &Class, whole: Option<String>, longer: Option<String>, similar: Option<String>) -> Vec<Choice> {
    let mut choices = vec![Choice::default()];
    if let Some(longer) = longer {
        choices = split(&choices, class.begins, &longer);
    }
    if let Some(whole) = whole {
        // Whether longer words stand there too makes no difference then.
        let without = choices.iter().map(|choice| choice.clone().but_not(&whole)).collect::<Vec<_>>();
        choices = vec![Choice { points: class.begins + class.whole, with: vec![whole], without: Vec::new() }];
        choices.extend(without);
    }
    if let Some(similar) = similar {
        choices = split(&choices, class.similar(), &similar);
    }
    choices.sort_by_key(|choice| std::cmp::Reverse(choice.points));
    choices
}

/// Each choice with and without one more thing.
fn split(choices: &[Choice], points: i64, question: &str) -> Vec<Choice> {
    choices.iter().flat_map(|choice| [choice.clone().and(points, question), choice.clone().but_not(question)]).collect()
}

impl Choice {
    fn and(mut self, points: i64, question: &str) -> Self {
        self.points += points;
        self.with.push(question.to_owned());
        self
    }

    fn but_not(mut self, question: &str) -> Self {
        self.without.push(question.to_owned());
        self
    }
}
