//! Jobs as their poster writes them: posting, editing, deleting. The search index changes in the same transaction.

use diesel::prelude::*;
use gigline_domain::{
    Category, DateActivity, Description, Duration, JobId, JobLife, JobStatus, JobTitle, LocationText, Notes, Place,
    Reward, Skills, Timestamp, UserId,
};

use crate::rows::status_word;
use crate::schema::{assets, jobs};
use crate::search_index::IndexedText;
use crate::{Entity, StoreError, StoreResult, WriteTx, blobs, locks, search_index};

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

/// Posts a job. Errors: `NotFound(User)` if the poster is gone.
pub fn insert(tx: &mut WriteTx<'_>, poster: UserId, new: &NewJob, now: Timestamp) -> StoreResult<JobId> {
    locks::user_stays(tx, poster)?;
    let id: i64 = diesel::insert_into(jobs::table)
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
        .returning(jobs::id)
        .get_result(tx.db())?;
    let text = IndexedText {
        title: new.title.as_str(),
        skills: new.relevant_skills.as_str(),
        category: new.category.as_str(),
        description: new.description.as_str(),
        location: new.location.as_str(),
    };
    search_index::put(tx, id, &text, true)?;
    Ok(JobId::new(id))
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
