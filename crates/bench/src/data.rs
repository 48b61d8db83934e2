//! A database to be read: people with pictures and ratings, and many jobs of made-up words.

use gigline_domain::{
    AssetId, Category, DateActivity, Description, Duration, Email, JobId, JobTitle, LocationText, Notes, PersonName,
    Phone, Place, RatingText, Reward, Role, Skills, Stars, Timestamp, UserId, Username,
};
use gigline_persistence::accounts::{self, NewAccount};
use gigline_persistence::jobs::{self, NewJob};
use gigline_persistence::pictures::{self, NewPicture};
use gigline_persistence::ratings::{self, NewRating};
use gigline_persistence::workload::Words;
use gigline_persistence::{StoreError, WriteTx, hiring};

use crate::Failure;
use crate::server::Running;

/// Stands in ten jobs.
pub(crate) const RARE: &str = "zeppelin";
/// Stands in every hundredth job.
pub(crate) const MEDIUM: &str = "harpsichord";
/// Stands in every tenth job.
pub(crate) const COMMON: &str = "garden";

/// Who post about ten jobs each.
const PEOPLE: usize = 10_000;
/// The first of them posts these besides, so that the lists of that account are full.
const BUSY: usize = 200;
/// Jobs in one transaction.
const BATCH: usize = 5_000;
/// The newest jobs are those that are looked at: some of them have found somebody.
const LIVELY: usize = 2_000;

/// What can be asked for.
pub(crate) struct Town {
    pub(crate) users: Vec<i64>,
    pub(crate) newest_jobs: Vec<i64>,
}

/// Fills the server's database.
pub(crate) fn build(server: &Running, count: usize) -> Result<Town, Failure> {
    let store = &server.app.store;
    let people = i64::try_from((count / 10).clamp(1, PEOPLE))?;
    let users =
        store.write_blocking(move |tx| (0..people).map(|number| person(tx, number)).collect::<Result<Vec<_>, _>>());
    let users = users.map_err(|error: Failed| error.0)?;
    let mut made: Vec<JobId> = Vec::with_capacity(count);
    for begin in (0..count).step_by(BATCH) {
        let (numbers, posters) = (begin..count.min(begin + BATCH), users.clone());
        let batch = store.write_blocking(move |tx| {
            let mut words = Words::new(u64::try_from(begin).unwrap_or(0) + 1);
            numbers.map(|number| job(tx, &posters, number, count, &mut words)).collect::<Result<Vec<_>, _>>()
        });
        made.extend(batch.map_err(|error: Failed| error.0)?);
    }
    let newest: Vec<JobId> = made.iter().rev().take(LIVELY).copied().collect();
    let (lively, people) = (newest.clone(), users.clone());
    let lived = store.write_blocking(move |tx| live(tx, &lively, &people));
    lived.map_err(|error: Failed| error.0)?;
    Ok(Town {
        users: users.iter().map(|user| user.get()).collect(),
        newest_jobs: newest.iter().map(|job| job.get()).collect(),
    })
}

/// Somebody who may post jobs, and the token of their session.
pub(crate) fn poster(server: &Running) -> Result<(i64, String), Failure> {
    let sessions = server.app.sessions.clone();
    let opened = server.app.store.write_blocking(move |tx| {
        let user = person(tx, 0)?;
        Ok::<_, Failed>((user, sessions.open(tx, user)?))
    });
    let (user, issued) = opened.map_err(|error| error.0)?;
    Ok((user.get(), issued.session_token.reveal()))
}

/// A failure within a transaction.
pub(crate) struct Failed(pub(crate) Failure);

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self(error.into())
    }
}

impl From<gigline_domain::Fault> for Failed {
    fn from(fault: gigline_domain::Fault) -> Self {
        Self(fault.into())
    }
}

pub(crate) fn now() -> Timestamp {
    use gigline_auth::Clock as _;
    gigline_auth::SystemClock.now()
}

/// Somebody with two pictures; their files are never asked for.
pub(crate) fn person(tx: &mut WriteTx<'_>, number: i64) -> Result<UserId, Failed> {
    let new = NewAccount {
        email: Some(Email::parse(&format!("person{number}@gigline.example"))?),
        first: PersonName::parse("Jordan")?,
        last: PersonName::parse("Ellsworth")?,
        phone: Some(Phone::from_digits(16_075_550_100 + number)?),
        password_hash: "nobody signs in by password here".to_owned(),
        role: Role::Member,
        created_at: now(),
    };
    let id = accounts::insert(tx, &new, &Username::parse(&format!("person{number}"))?)?;
    for which in 0..2 {
        picture(tx, id, number * 2 + which)?;
    }
    Ok(id)
}

fn picture(tx: &mut WriteTx<'_>, owner: UserId, number: i64) -> Result<AssetId, Failed> {
    let (blob, thumbnail_blob) = (format!("{number:032x}.jpg"), format!("{number:032x}-t.jpg"));
    let new = NewPicture { owner, job: None, blob, thumbnail_blob, width: 1600, height: 1200 };
    Ok(pictures::insert(tx, &new, now())?)
}

fn job(
    tx: &mut WriteTx<'_>,
    posters: &[UserId],
    number: usize,
    count: usize,
    words: &mut Words,
) -> Result<JobId, Failed> {
    let mut description = words.some(24);
    for (word, every) in [(COMMON, 10), (MEDIUM, 100), (RARE, (count / 10).max(1))] {
        if number.is_multiple_of(every) {
            description = format!("{description} {word}");
        }
    }
    // Some of the frequent word's places are titles, as with any word that names a job.
    let title = if number.is_multiple_of(50) { format!("{COMMON} {}", words.some(3)) } else { words.some(4) };
    let who = if number < BUSY { 0 } else { number % posters.len().max(1) };
    let poster = posters.get(who).copied().unwrap_or(UserId::new(1));
    let category = ["Research", "Entertainment", "Labor", "Tutoring"].get(number % 4).copied().unwrap_or("Labor");
    let spread = |steps: usize| u16::try_from(steps).map_or(0.0, f64::from) / 1000.0;
    let place = Place::new(spread(words.below(360)) - 76.7, spread(words.below(200)) + 42.3)?;
    let new = NewJob {
        title: JobTitle::parse(&title)?,
        description: Description::parse(&description)?,
        location: LocationText::parse(&words.some(3))?,
        date_activity: DateActivity::parse("2026-11-21T15:00:00Z")?,
        duration: Duration::parse(90)?,
        reward: Reward::parse("30.00")?,
        category: Category::parse(category)?,
        place,
        relevant_skills: Skills::parse(&words.some(2))?,
        other_notes: Notes::parse("")?,
    };
    Ok(jobs::insert(tx, poster, &new, now())?)
}

/// Every third of these jobs has candidates, every sixth is done and rated.
fn live(tx: &mut WriteTx<'_>, jobs: &[JobId], people: &[UserId]) -> Result<(), Failed> {
    for (number, job) in jobs.iter().enumerate().filter(|(number, _)| number.is_multiple_of(3)) {
        let poster = jobs_poster(tx, *job)?;
        let candidate = |offset: usize| people.get((number + offset) % people.len().max(1)).copied();
        let candidates: Vec<UserId> =
            [1, 7].into_iter().filter_map(candidate).filter(|candidate| *candidate != poster).collect();
        for candidate in &candidates {
            hiring::apply(tx, *job, *candidate, now())?;
        }
        let (Some(receiver), true) = (candidates.first().copied(), number.is_multiple_of(6)) else { continue };
        hiring::choose(tx, poster, *job, receiver)?;
        hiring::finish(tx, poster, *job)?;
        for (author, subject) in [(poster, receiver), (receiver, poster)] {
            let (rate, description) = (Stars::parse(5)?, RatingText::parse("Could not have been better.")?);
            let new = NewRating { author, subject, job: Some(*job), rate, description, require_job: false };
            ratings::insert(tx, &new, now())?;
        }
    }
    Ok(())
}

fn jobs_poster(tx: &mut WriteTx<'_>, job: JobId) -> Result<UserId, Failed> {
    jobs::lock(tx, job)?.poster.ok_or("a job without a poster").map_err(|text| Failed(text.into()))
}
