//! Jobs as their poster writes them: posting, editing, deleting. The search index changes in the same transaction.

use diesel::prelude::*;
use gigline_domain::{
    Category, DateActivity, Description, Duration, JobId, JobLife, JobStatus, JobTitle, LocationText, Notes, Place,
    Reward, Skills, Timestamp, UserId,
};

use crate::any::AnyConn;
use crate::kept::{fixed, kept, named};
use crate::records::{Job, JobText, Person, Picture};
use crate::rows::{PERSON, PersonRow, newest_own_pictures, person, status_word};
use crate::schema::{assets, jobs, users};
use crate::search_index::IndexedText;
use crate::{Conflict, Conn, Entity, StoreError, StoreResult, WriteTx, blobs, locks, search_index};

/// A job before it is posted.
#[derive(Debug, Clone)]
pub struct NewJob {
    /// Title.
    pub title: JobTitle,
    /// Description.
    pub description: Description,
    /// Where, in words.
    pub location: LocationText,
    /// When, in words.
    pub date_activity: DateActivity,
    /// Minutes.
    pub duration: Duration,
    /// What is paid.
    pub reward: Reward,
    /// Category.
    pub category: Category,
    /// Where; both zero for nowhere.
    pub place: Place,
    /// Skills asked for.
    pub relevant_skills: Skills,
    /// Further notes.
    pub other_notes: Notes,
}

/// What changes of a job; what is none stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobPatch {
    /// Title.
    pub title: Option<JobTitle>,
    /// Description.
    pub description: Option<Description>,
    /// Where, in words.
    pub location: Option<LocationText>,
    /// When, in words.
    pub date_activity: Option<DateActivity>,
    /// Minutes.
    pub duration: Option<Duration>,
    /// What is paid.
    pub reward: Option<Reward>,
    /// Category.
    pub category: Option<Category>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Skills asked for.
    pub relevant_skills: Option<Skills>,
    /// Further notes.
    pub other_notes: Option<Notes>,
}

/// The words by which a job is found, worked out by whoever posts it rather than by the one who writes for all.
#[derive(Debug, Clone)]
pub struct JobWords(search_index::Words);

/// Somebody as the jobs that they post show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poster {
    person: Person,
    /// Stands in for the pictures of a job that has none.
    newest_picture: Option<Picture>,
}

impl NewJob {
    /// What [`insert_indexed`] takes beside the job itself.
    pub fn words(&self) -> JobWords {
        let text = IndexedText {
            title: self.title.as_str(),
            skills: self.relevant_skills.as_str(),
            category: self.category.as_str(),
            description: self.description.as_str(),
            location: self.location.as_str(),
        };
        JobWords(text.words())
    }

    /// The job as it is when it has just been posted, without reading it back.
    pub fn posted(&self, id: JobId, poster: Poster, now: Timestamp) -> Job {
        Job {
            id,
            life: JobLife { poster: Some(poster.person.id), status: JobStatus::Open, receiver: None },
            text: self.text(),
            place: self.place,
            duration: self.duration.minutes(),
            created_at: now,
            poster: Some(poster.person),
            receiver: None,
            pictures: poster.newest_picture.into_iter().collect(),
            candidates: Vec::new(),
            candidate_count: 0,
            distance_km: None,
        }
    }

    fn text(&self) -> JobText {
        JobText {
            title: self.title.as_str().to_owned(),
            description: self.description.as_str().to_owned(),
            location: self.location.as_str().to_owned(),
            date_activity: self.date_activity.as_str().to_owned(),
            reward: self.reward.as_str().to_owned(),
            category: self.category.as_str().to_owned(),
            relevant_skills: self.relevant_skills.as_str().to_owned(),
            other_notes: self.other_notes.as_str().to_owned(),
        }
    }
}

named!(PersonById, InsertJob);

/// What the jobs of an account show of it. Errors: `NotFound(User)`.
pub fn poster(conn: &mut Conn, id: UserId) -> StoreResult<Poster> {
    conn.snapshot(|conn| {
        let query = users::table.filter(users::id.eq(id.get())).select(PERSON);
        let row: Option<PersonRow> = kept(PersonById, id.get(), query).get_result(conn.db()).optional()?;
        let person = person(row.ok_or(StoreError::NotFound(Entity::User))?);
        let newest_picture = newest_own_pictures(conn.db(), &[id.get()])?.pop();
        Ok(Poster { person, newest_picture })
    })
}

/// Posts a job. Errors: `NotFound(User)` if the poster is gone.
pub fn insert(tx: &mut WriteTx<'_>, poster: UserId, new: &NewJob, now: Timestamp) -> StoreResult<JobId> {
    insert_indexed(tx, poster, new, new.words(), now)
}

/// [`insert`] with the job's words, which others need not wait for then. Errors: the same.
pub fn insert_indexed(
    tx: &mut WriteTx<'_>,
    poster: UserId,
    new: &NewJob,
    JobWords(words): JobWords,
    now: Timestamp,
) -> StoreResult<JobId> {
    let statement = diesel::insert_into(jobs::table)
        .values((
            jobs::poster_id.eq(poster.get()),
            jobs::status.eq(status_word(JobStatus::Open)),
            jobs::title.eq(new.title.as_str()),
            jobs::description.eq(new.description.as_str()),
            jobs::location.eq(new.location.as_str()),
            jobs::date_activity.eq(new.date_activity.as_str()),
            jobs::duration.eq(new.duration.minutes()),
            jobs::reward.eq(new.reward.as_str()),
            jobs::category.eq(new.category.as_str()),
            jobs::longitude.eq(new.place.longitude()),
            jobs::latitude.eq(new.place.latitude()),
            jobs::relevant_skills.eq(new.relevant_skills.as_str()),
            jobs::other_notes.eq(new.other_notes.as_str()),
            jobs::created_at.eq(now.micros()),
        ))
        .returning(jobs::id);
    // The reference to the poster is what tells that they are there, and keeps them there on PostgreSQL. SQLite looks
    // at it after it has given the id, so the answer has to be read to its end, which `get_result` would not do.
    let ids: QueryResult<Vec<i64>> = match tx.db() {
        AnyConn::Sqlite(conn) => fixed(InsertJob, statement).load(conn),
        AnyConn::Pg(conn) => statement.load(conn),
    };
    let id = ids.map_err(without_poster)?.pop().ok_or(StoreError::NotFound(Entity::Job))?;
    search_index::put(tx, id, words, true)?;
    Ok(JobId::new(id))
}

/// The poster is all that a new job refers to.
fn without_poster(error: diesel::result::Error) -> StoreError {
    match error.into() {
        StoreError::Conflict(Conflict::Reference(_)) => StoreError::NotFound(Entity::User),
        other => other,
    }
}

/// Sees to it that nobody changes a job before this transaction ends, and tells its life. Errors: `NotFound(Job)`.
pub fn lock(tx: &mut WriteTx<'_>, id: JobId) -> StoreResult<JobLife> {
    locks::job(tx, id)
}

#[derive(AsChangeset)]
#[diesel(table_name = jobs)]
struct Changes<'a> {
    title: Option<&'a str>,
    description: Option<&'a str>,
    location: Option<&'a str>,
    date_activity: Option<&'a str>,
    duration: Option<i64>,
    reward: Option<&'a str>,
    category: Option<&'a str>,
    longitude: Option<f64>,
    latitude: Option<f64>,
    relevant_skills: Option<&'a str>,
    other_notes: Option<&'a str>,
}

/// Changes what `patch` holds. Errors: `NotFound(Job)`, `Refused(JobDone)`.
pub fn update(tx: &mut WriteTx<'_>, id: JobId, patch: &JobPatch) -> StoreResult<()> {
    let life = locks::job(tx, id)?;
    let changes = Changes {
        title: patch.title.as_ref().map(JobTitle::as_str),
        description: patch.description.as_ref().map(Description::as_str),
        location: patch.location.as_ref().map(LocationText::as_str),
        date_activity: patch.date_activity.as_ref().map(DateActivity::as_str),
        duration: patch.duration.map(Duration::minutes),
        reward: patch.reward.as_ref().map(Reward::as_str),
        category: patch.category.as_ref().map(Category::as_str),
        longitude: patch.longitude,
        latitude: patch.latitude,
        relevant_skills: patch.relevant_skills.as_ref().map(Skills::as_str),
        other_notes: patch.other_notes.as_ref().map(Notes::as_str),
    };
    life.edit()?;
    // Nothing to change is no fault, but also no statement.
    if *patch == JobPatch::default() {
        return Ok(());
    }
    let changed =
        diesel::update(jobs::table.filter(jobs::id.eq(id.get())).filter(jobs::status.ne(status_word(JobStatus::Done))))
            .set(&changes)
            .execute(tx.db())?;
    if changed == 0 { Err(StoreError::NotFound(Entity::Job)) } else { search_index::refresh(tx, id.get()) }
}

/// Deletes a job with its pictures and applications; ratings stay. `even_taken`: an admin's word.
///
/// Errors: `NotFound(Job)`, `Refused(JobTaken)`.
pub fn delete(tx: &mut WriteTx<'_>, id: JobId, even_taken: bool, now: Timestamp) -> StoreResult<()> {
    let life = locks::job(tx, id)?;
    if !even_taken {
        life.delete()?;
    }
    let pictures = assets::table
        .filter(assets::job_id.eq(id.get()))
        .order(assets::id.asc())
        .select((assets::blob, assets::thumbnail_blob));
    let doomed: Vec<(String, String)> = locks::load_locked!(tx, pictures)?;
    blobs::doom(tx, doomed.into_iter().flat_map(|(blob, thumbnail)| [blob, thumbnail]), now)?;
    search_index::remove(tx, id.get());
    let gone = diesel::delete(jobs::table.filter(jobs::id.eq(id.get()))).execute(tx.db())?;
    if gone == 0 { Err(StoreError::NotFound(Entity::Job)) } else { Ok(()) }
}
