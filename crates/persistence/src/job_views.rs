//! Jobs with the people and pictures around them, in a fixed number of statements for one or for a page of them.

use std::collections::HashMap;

use diesel::prelude::*;
use gigline_domain::{Circle, JobId, JobLife, JobStatus, Place, Timestamp, UserId};

use crate::any::{AnyConn, capped};
use crate::kept::{kept, named};
use crate::many::{newest_of, one_of};
use crate::records::{Job, JobText, Person, Picture, Viewer};
use crate::rows::{PERSON, PersonRow, PictureRow, newest_own_pictures, person, status, status_word};
use crate::schema::{applications, assets, jobs, users};
use crate::{Conn, Entity, Page, PageRequest, StoreError, StoreResult};

/// A job shows at most its newest hundred pictures and, to its poster, its newest thousand candidates.
const PICTURES: i64 = 100;
const CANDIDATES: i64 = 1_000;

/// Which jobs a list holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobFilter {
    /// Only those that have come so far.
    pub status: Option<JobStatus>,
    /// Only those of this category, by exact text.
    pub category: Option<String>,
    /// Only those of this poster.
    pub poster: Option<UserId>,
    /// Only those in this circle.
    pub within: Option<Circle>,
}

#[derive(Queryable)]
struct JobRow {
    id: i64,
    poster_id: Option<i64>,
    receiver_id: Option<i64>,
    status: String,
    title: String,
    description: String,
    location: String,
    date_activity: String,
    duration: i64,
    reward: String,
    category: String,
    longitude: f64,
    latitude: f64,
    relevant_skills: String,
    other_notes: String,
    created_at: i64,
}

impl JobRow {
    /// How many bytes its texts take.
    fn weight(&self) -> usize {
        let texts = [&self.title, &self.description, &self.location, &self.relevant_skills, &self.other_notes];
        texts.iter().map(|text| text.len()).sum()
    }
}

/// The users table under two names, for the two people of one row.
mod people {
    use crate::schema::users;
    diesel::alias!(users as posters: Posters, users as receivers: Receivers);
}
use people::{posters, receivers};

/// A job, its poster, its receiver, and how many candidates it has.
type JoinedRow = (JobRow, Option<PersonRow>, Option<PersonRow>, Option<i64>);

/// The select that every view of jobs starts from; conditions and order are added to it.
macro_rules! joined_jobs {
    () => {
        jobs::table
            .left_join(posters.on(posters.field(users::id).nullable().eq(jobs::poster_id)))
            .left_join(receivers.on(receivers.field(users::id).nullable().eq(jobs::receiver_id)))
            .select((
                jobs::all_columns,
                posters.fields(PERSON).nullable(),
                receivers.fields(PERSON).nullable(),
                applications::table.filter(applications::job_id.eq(jobs::id)).count().single_value(),
            ))
    };
}

named!(JobById, PicturesOfJob);

/// One job as `viewer` sees it. Errors: `NotFound(Job)`.
pub fn get(conn: &mut Conn, id: JobId, viewer: Viewer) -> StoreResult<Job> {
    conn.snapshot(|conn| {
        let query = joined_jobs!().filter(jobs::id.eq(id.get()));
        let row: Option<JoinedRow> = kept(JobById, id.get(), query).get_result(conn.db()).optional()?;
        let row = row.ok_or(StoreError::NotFound(Entity::Job))?;
        assemble(conn.db(), vec![row], viewer)?.pop().ok_or(StoreError::NotFound(Entity::Job))
    })
}

/// A page of jobs from the newest back, the oldest first within it. The filter's circle is left to [`crate::place`].
pub fn list(conn: &mut Conn, filter: &JobFilter, page: PageRequest, viewer: Viewer) -> StoreResult<Page<Job>> {
    let mut query = joined_jobs!().order(jobs::id.desc()).into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(jobs::status.eq(status_word(status)));
    }
    if let Some(category) = &filter.category {
        query = query.filter(jobs::category.eq(category.as_str()));
    }
    if let Some(poster) = filter.poster {
        query = query.filter(jobs::poster_id.eq(poster.get()));
    }
    if let Some(before) = page.after {
        query = query.filter(jobs::id.lt(before));
    }
    conn.snapshot(|conn| {
        let rows: Vec<JoinedRow> = capped(query, Some(page.probe())).load(conn.db())?;
        let rows = Page::cut(rows, page.limit, |row| row.0.id);
        let Page { items, next } = rows.within_budget(|row| row.0.weight(), |row| row.0.id).reversed();
        Ok(Page { items: assemble(conn.db(), items, viewer)?, next })
    })
}

/// The jobs with these ids, in their order; those that went meanwhile are left out.
pub(crate) fn in_order(conn: &mut Conn, ids: &[i64], viewer: Viewer) -> StoreResult<Vec<Job>> {
    let rows: Vec<JoinedRow> = joined_jobs!().filter(one_of("jobs.id", ids)).load(conn.db())?;
    let found = assemble(conn.db(), rows, viewer)?;
    let mut found: HashMap<i64, Job> = found.into_iter().map(|job| (job.id.get(), job)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Everything around some jobs: pictures and candidates.
fn assemble(conn: &mut AnyConn, rows: Vec<JoinedRow>, viewer: Viewer) -> StoreResult<Vec<Job>> {
    let mut pictures = pictures(conn, &rows)?;
    let mut candidates = candidates(conn, &rows, viewer)?;
    rows.into_iter()
        .map(|row| {
            let id = row.0.id;
            let pictures = pictures.remove(&id).unwrap_or_default();
            job(row, pictures, candidates.remove(&id).unwrap_or_default())
        })
        .collect()
}

fn job((row, poster, receiver, count): JoinedRow, pictures: Vec<Picture>, candidates: Vec<Person>) -> StoreResult<Job> {
    Ok(Job {
        id: JobId::new(row.id),
        life: JobLife {
            poster: row.poster_id.map(UserId::new),
            status: status(&row.status)?,
            receiver: row.receiver_id.map(UserId::new),
        },
        text: JobText {
            title: row.title,
            description: row.description,
            location: row.location,
            date_activity: row.date_activity,
            reward: row.reward,
            category: row.category,
            relevant_skills: row.relevant_skills,
            other_notes: row.other_notes,
        },
        place: Place::new(row.longitude, row.latitude).map_err(|fault| StoreError::Corrupt(fault.to_string()))?,
        duration: row.duration,
        created_at: Timestamp::from_micros(row.created_at),
        poster: poster.map(person),
        receiver: receiver.map(person),
        pictures,
        candidates,
        candidate_count: count.unwrap_or(0),
        distance_km: None,
    })
}

/// Each job's own pictures, newest first; where it has none, its poster's newest.
fn pictures(conn: &mut AnyConn, rows: &[JoinedRow]) -> StoreResult<HashMap<i64, Vec<Picture>>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.0.id).collect();
    let query = assets::table.order(assets::id.desc());
    let own: Vec<PictureRow> = match ids.as_slice() {
        [] => return Ok(HashMap::new()),
        [one] => {
            let of_one = capped(query.filter(assets::job_id.eq(*one)), Some(PICTURES));
            kept(PicturesOfJob, *one, of_one).load(conn)?
        }
        many => query.filter(newest_of("assets", "job_id", many, "1 = 1", PICTURES)).load(conn)?,
    };
    let mut found: HashMap<i64, Vec<Picture>> = HashMap::new();
    for picture in own.into_iter().map(Picture::from) {
        if let Some(job) = picture.job_id {
            found.entry(job.get()).or_default().push(picture);
        }
    }
    let bare = rows.iter().filter(|row| !found.contains_key(&row.0.id));
    let bare: Vec<(i64, i64)> = bare.filter_map(|row| row.0.poster_id.map(|poster| (row.0.id, poster))).collect();
    let mut owners: Vec<i64> = bare.iter().map(|(_, poster)| *poster).collect();
    owners.sort_unstable();
    owners.dedup();
    let newest: HashMap<i64, Picture> =
        newest_own_pictures(conn, &owners)?.into_iter().map(|picture| (picture.user_id.get(), picture)).collect();
    for (job, poster) in bare {
        found.insert(job, newest.get(&poster).cloned().into_iter().collect());
    }
    Ok(found)
}

/// The candidates that `viewer` may see: all of their own jobs', else only themselves.
fn candidates(conn: &mut AnyConn, rows: &[JoinedRow], viewer: Viewer) -> StoreResult<HashMap<i64, Vec<Person>>> {
    let Some(me) = viewer.id.map(UserId::get) else { return Ok(HashMap::new()) };
    let with_any = rows.iter().filter(|row| row.3.unwrap_or(0) > 0);
    let (whole, self_only): (Vec<&JoinedRow>, Vec<&JoinedRow>) = with_any.partition(|row| row.0.poster_id == Some(me));
    let ids = |rows: &[&JoinedRow]| rows.iter().map(|row| row.0.id).collect::<Vec<i64>>();
    let (whole, self_only) = (ids(&whole), ids(&self_only));
    if whole.is_empty() && self_only.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(i64, PersonRow)> = applications::table
        .inner_join(users::table.on(users::id.eq(applications::user_id)))
        .filter(
            newest_of("applications", "job_id", &whole, "1 = 1", CANDIDATES)
                .or(applications::user_id.eq(me).and(one_of("applications.job_id", &self_only))),
        )
        .order(applications::id.asc())
        .select((applications::job_id, PERSON))
        .load(conn)?;
    let mut found: HashMap<i64, Vec<Person>> = HashMap::new();
    for (job, row) in rows {
        found.entry(job).or_default().push(person(row));
    }
    Ok(found)
}
