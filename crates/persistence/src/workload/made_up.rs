//! Jobs of made-up words, and somebody to post them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gigline_domain::{
    Category, DateActivity, Description, Duration, Fault, JobTitle, LocationText, Notes, PersonName, Phone, Place,
    Reward, Role, Skills, Timestamp, UserId, Username,
};

use crate::accounts::{self, NewAccount};
use crate::jobs::{self, NewJob};
use crate::{Entity, StoreError, StoreResult, WriteTx};

/// Made-up words, some much more frequent than others; the same each time (`SplitMix64`).
#[derive(Debug)]
pub struct Words(u64);

impl Words {
    /// Other words for each seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    /// A number below `bound`, by the same dice.
    pub fn below(&mut self, bound: usize) -> usize {
        u64::try_from(bound).map_or(0, |bound| usize::try_from(self.next() % bound.max(1)).unwrap_or(0))
    }

    /// One of some 8,000 words; small numbers come more often, as words do.
    fn one(&mut self) -> String {
        const SYLLABLES: [&str; 20] = [
            "ba", "ker", "lo", "min", "ta", "ris", "den", "vo", "pal", "eth", "su", "gor", "ni", "fel", "qua", "dro",
            "hy", "lan", "wex", "ju",
        ];
        let limit = 1 + self.below(8_000);
        let number = self.below(limit);
        let syllable = |at: usize| SYLLABLES.get(at % SYLLABLES.len()).copied().unwrap_or_default();
        [syllable(number), syllable(number / 20), syllable(number / 400 + 3)].concat()
    }

    /// So many words with spaces between them.
    pub fn some(&mut self, count: usize) -> String {
        (0..count).map(|_| self.one()).collect::<Vec<_>>().join(" ")
    }
}

/// Jobs to be posted one after the other, by whoever comes next. Clones share them.
#[derive(Debug, Clone)]
pub struct Postings(Arc<(Vec<NewJob>, AtomicUsize)>);

impl Postings {
    /// So many different jobs, as long as jobs are; after the last comes the first again.
    pub fn of(count: usize) -> Result<Self, Fault> {
        let mut words = Words::new(2);
        let jobs: Vec<NewJob> = (0..count.max(1)).map(|_| job(&mut words)).collect::<Result<_, _>>()?;
        Ok(Self(Arc::new((jobs, AtomicUsize::new(0)))))
    }

    /// All of them.
    pub fn jobs(&self) -> &[NewJob] {
        &self.0.0
    }

    /// What posts the next one. What needs no database is done here already, as a server does it.
    pub fn next(&self, poster: UserId) -> impl FnOnce(&mut WriteTx<'_>) -> StoreResult<()> + Send + 'static + use<> {
        let (jobs, turn) = &*self.0;
        let turn = turn.fetch_add(1, Ordering::Relaxed) % jobs.len();
        let job = jobs.get(turn).cloned();
        let words = job.as_ref().map(NewJob::words);
        move |tx| {
            let (job, words) = job.zip(words).ok_or(StoreError::NotFound(Entity::Job))?;
            jobs::insert_indexed(tx, poster, &job, words, now()).map(drop)
        }
    }
}

pub(super) fn now() -> Timestamp {
    Timestamp::from_micros(1_795_219_200_000_000)
}

fn job(words: &mut Words) -> Result<NewJob, Fault> {
    Ok(NewJob {
        title: JobTitle::parse(&words.some(4))?,
        description: Description::parse(&words.some(24))?,
        location: LocationText::parse(&words.some(3))?,
        date_activity: DateActivity::parse("2026-11-21T15:00:00Z")?,
        duration: Duration::parse(90)?,
        reward: Reward::parse("30.00")?,
        category: Category::parse("Labor")?,
        place: Place::new(-76.497, 42.4396)?,
        relevant_skills: Skills::parse(&words.some(2))?,
        other_notes: Notes::parse("")?,
    })
}

/// Somebody who may post jobs.
pub fn poster(tx: &mut WriteTx<'_>) -> StoreResult<UserId> {
    let new = nobody().map_err(|fault| StoreError::Corrupt(fault.to_string()))?;
    let username = Username::parse("poster").map_err(|fault| StoreError::Corrupt(fault.to_string()))?;
    accounts::insert(tx, &new, &username)
}

pub(crate) fn nobody() -> Result<NewAccount, Fault> {
    Ok(NewAccount {
        email: None,
        first: PersonName::parse("Jordan")?,
        last: PersonName::parse("Ellsworth")?,
        phone: Some(Phone::from_digits(16_075_550_100)?),
        password_hash: "nobody signs in by password here".to_owned(),
        role: Role::Member,
        created_at: now(),
    })
}
