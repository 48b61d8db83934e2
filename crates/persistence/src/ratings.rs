//! Ratings: once per person and job, from whoever did a job together or, unless the settings forbid it, from anyone.

use diesel::dsl::{count_star, exists, not};
use diesel::prelude::*;
use gigline_domain::{JobId, JobStatus, RatingId, RatingText, RuleViolation, Stars, Timestamp, UserId};

use crate::any::capped;
use crate::records::Rating;
use crate::rows::{PERSON, PersonRow, person, status_word};
use crate::schema::{jobs, ratings, users};
use crate::{Conflict, Conn, Entity, Page, PageRequest, StoreError, StoreResult, WriteTx, locks};

/// A rating before it is given.
#[derive(Debug, Clone)]
pub struct NewRating {
    /// Who gives it.
    pub author: UserId,
    /// Whom it is about.
    pub subject: UserId,
    /// The job that it is for; none: the latest done one that joins the two and is not rated yet, else no job.
    pub job: Option<JobId>,
    /// 0 to 5.
    pub rate: Stars,
    /// The words to it.
    pub description: RatingText,
    /// Whether one that no done job stands behind is refused.
    pub require_job: bool,
}

type Row = (i64, i64, String, Option<i64>, bool, i64, i64, PersonRow, Option<PersonRow>);

/// The users table under two names, for the two people of one row.
mod people {
    use crate::schema::users;
    diesel::alias!(users as authors: Authors, users as subjects: Subjects);
}
use people::{authors, subjects};

macro_rules! joined_ratings {
    () => {
        ratings::table
            .inner_join(authors.on(authors.field(users::id).eq(ratings::author_id)))
            .left_join(subjects.on(subjects.field(users::id).nullable().eq(ratings::subject_id)))
            .select((
                ratings::id,
                ratings::rate,
                ratings::description,
                ratings::job_id,
                ratings::verified,
                ratings::created_at,
                ratings::updated_at,
                authors.fields(PERSON),
                subjects.fields(PERSON).nullable(),
            ))
    };
}

fn record((id, rate, description, job, verified, created_at, updated_at, author, subject): Row) -> Rating {
    Rating {
        id: RatingId::new(id),
        rate,
        description,
        author: person(author),
        subject: subject.map(person),
        job_id: job.map(JobId::new),
        verified,
        created_at: Timestamp::from_micros(created_at),
        updated_at: Timestamp::from_micros(updated_at),
    }
}

/// One rating. Errors: `NotFound(Rating)`.
pub fn get(conn: &mut Conn, id: RatingId) -> StoreResult<Rating> {
    let row: Option<Row> = joined_ratings!().filter(ratings::id.eq(id.get())).get_result(conn.db()).optional()?;
    row.map(record).ok_or(StoreError::NotFound(Entity::Rating))
}

/// A page of all ratings, from the newest back, the oldest first within it.
pub fn list(conn: &mut Conn, page: PageRequest) -> StoreResult<Page<Rating>> {
    let query = joined_ratings!().order(ratings::id.desc()).into_boxed();
    let query = match page.after {
        Some(before) => query.filter(ratings::id.lt(before)),
        None => query,
    };
    let rows: Vec<Row> = capped(query, Some(page.probe())).load(conn.db())?;
    Ok(Page::cut(rows, page.limit, |row| row.0)
        .within_budget(|row| row.2.len(), |row| row.0)
        .reversed()
        .with(|rows| rows.into_iter().map(record).collect()))
}

/// Gives a rating.
///
/// Of several equal calls exactly one succeeds. Errors: `Refused(OwnRating)`, `NotFound(User)`, `NotFound(Job)`,
/// `Refused` with `NotAParty` or `JobNotDone` for a named job that does not join the two or is not done,
/// `Refused(RatingNeedsJob)`, `Conflict(AlreadyRated)`.
pub fn insert(tx: &mut WriteTx<'_>, new: &NewRating, now: Timestamp) -> StoreResult<RatingId> {
    if new.author == new.subject {
        return Err(RuleViolation::OwnRating.into());
    }
    locks::pair(tx, new.author, new.subject)?;
    let (job, verified) = match new.job {
        Some(job) => (Some(named_job(tx, job, new)?), true),
        None => match latest_unrated_job(tx, new)? {
            Some(job) => (Some(job), true),
            None => (None, done_together(tx, new.author, new.subject)?),
        },
    };
    if new.require_job && !verified {
        return Err(RuleViolation::RatingNeedsJob.into());
    }
    let key = job.unwrap_or(0);
    let inserted = tx.savepoint(|conn| {
        diesel::insert_into(ratings::table)
            .values((
                ratings::author_id.eq(new.author.get()),
                ratings::subject_id.eq(new.subject.get()),
                ratings::job_id.eq(job),
                ratings::job_key.eq(key),
                ratings::rate.eq(new.rate.get()),
                ratings::description.eq(new.description.as_str()),
                ratings::verified.eq(verified),
                ratings::created_at.eq(now.micros()),
                ratings::updated_at.eq(now.micros()),
            ))
            .returning(ratings::id)
            .get_result::<i64>(conn.db())
    });
    match inserted {
        Ok(id) => Ok(RatingId::new(id)),
        Err(error) if StoreError::unique(&error).is_some() => Err(already(tx, new, key)?),
        Err(error) => Err(error.into()),
    }
}

/// The conflict that names the rating that is there already.
fn already(tx: &mut WriteTx<'_>, new: &NewRating, key: i64) -> StoreResult<StoreError> {
    let id: i64 = ratings::table
        .filter(ratings::author_id.eq(new.author.get()))
        .filter(ratings::subject_id.eq(new.subject.get()))
        .filter(ratings::job_key.eq(key))
        .select(ratings::id)
        .get_result(tx.db())?;
    Ok(StoreError::Conflict(Conflict::AlreadyRated(RatingId::new(id))))
}

/// A job that was named: it must join the two and be done.
fn named_job(tx: &mut WriteTx<'_>, job: JobId, new: &NewRating) -> StoreResult<i64> {
    let life = locks::job(tx, job)?;
    if !life.joins(new.author, new.subject) {
        return Err(RuleViolation::NotAParty.into());
    }
    if life.status == JobStatus::Done { Ok(job.get()) } else { Err(RuleViolation::JobNotDone.into()) }
}

/// The done jobs that join two people.
macro_rules! done_jobs {
    ($one:expr, $other:expr) => {
        jobs::table.filter(jobs::status.eq(status_word(JobStatus::Done))).filter(
            jobs::poster_id
                .eq($one.get())
                .and(jobs::receiver_id.eq($other.get()))
                .or(jobs::poster_id.eq($other.get()).and(jobs::receiver_id.eq($one.get()))),
        )
    };
}

/// The latest done job that joins the two and is not rated yet; it stays until the transaction ends.
fn latest_unrated_job(tx: &mut WriteTx<'_>, new: &NewRating) -> StoreResult<Option<i64>> {
    while let Some(job) = find_unrated_job(tx, new)? {
        match locks::job(tx, JobId::new(job)) {
            Ok(_) => return Ok(Some(job)),
            // Deleted this very moment: the next look does not find it any more.
            Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn find_unrated_job(tx: &mut WriteTx<'_>, new: &NewRating) -> StoreResult<Option<i64>> {
    let rated = exists(
        ratings::table
            .filter(ratings::author_id.eq(new.author.get()))
            .filter(ratings::subject_id.eq(new.subject.get()))
            .filter(ratings::job_key.eq(jobs::id)),
    );
    let job = done_jobs!(new.author, new.subject)
        .filter(not(rated))
        .order(jobs::id.desc())
        .select(jobs::id)
        .first(tx.db())
        .optional()?;
    Ok(job)
}

fn done_together(tx: &mut WriteTx<'_>, one: UserId, other: UserId) -> StoreResult<bool> {
    let count: i64 = done_jobs!(one, other).select(count_star()).get_result(tx.db())?;
    Ok(count > 0)
}

/// Sees to it that nobody changes a rating before this transaction ends. Errors: `NotFound(Rating)`.
pub fn lock(tx: &mut WriteTx<'_>, id: RatingId) -> StoreResult<()> {
    locks::rating(tx, id)
}

/// Changes a rating's rate and words. Errors: `NotFound(Rating)`.
pub fn update(
    tx: &mut WriteTx<'_>,
    id: RatingId,
    rate: Stars,
    description: &RatingText,
    now: Timestamp,
) -> StoreResult<()> {
    let changed = diesel::update(ratings::table.filter(ratings::id.eq(id.get())))
        .set((
            ratings::rate.eq(rate.get()),
            ratings::description.eq(description.as_str()),
            ratings::updated_at.eq(now.micros()),
        ))
        .execute(tx.db())?;
    if changed == 0 { Err(StoreError::NotFound(Entity::Rating)) } else { Ok(()) }
}

/// Deletes a rating. Errors: `NotFound(Rating)`.
pub fn delete(tx: &mut WriteTx<'_>, id: RatingId) -> StoreResult<()> {
    let gone = diesel::delete(ratings::table.filter(ratings::id.eq(id.get()))).execute(tx.db())?;
    if gone == 0 { Err(StoreError::NotFound(Entity::Rating)) } else { Ok(()) }
}
