//! Jobs, one and in pages, as the contract writes them.

use gigline_domain::JobStatus;
use gigline_persistence::Page;
use gigline_persistence::records::Job;
use serde::Serialize;
use utoipa::ToSchema;

use crate::paging::{Cursor, encode};
use crate::shapes::{AssetBody, PersonBody, bodies};
use crate::wire::{Links, Time, maybe_number, number};

/// A job, as whoever asked may see it.
#[derive(Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobBody {
    id: i64,
    title: String,
    description: String,
    location: String,
    #[schema(value_type = String, format = DateTime, min_length = 26, max_length = 26)]
    date_created: Time,
    date_activity: String,
    /// Minutes.
    duration: i64,
    reward: String,
    done: bool,
    taken: bool,
    #[schema(inline, value_type = Status)]
    status: &'static str,
    category: String,
    /// Degrees east; 0 with `latitude` 0: no place. The spelling is that of the first clients.
    #[serde(serialize_with = "number")]
    longtitude: f64,
    /// Degrees north.
    #[serde(serialize_with = "number")]
    latitude: f64,
    relevant_skills: String,
    other_notes: String,
    /// The job's pictures, newest first; where it has none, its poster's newest one.
    asset: Vec<AssetBody>,
    /// Exactly one.
    #[schema(min_items = 1, max_items = 1)]
    poster: Vec<PersonBody>,
    /// One if the job is taken or done, else none.
    #[schema(max_items = 1)]
    receiver: Vec<PersonBody>,
    /// All candidates for the poster; for others only themselves.
    potential: Vec<PersonBody>,
    potential_count: i64,
    /// Kilometres from the place asked for; null if none was, or if the job has none.
    #[serde(serialize_with = "maybe_number")]
    distance_km: Option<f64>,
}

/// How far a job has come.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the strings of `status`")]
#[schema(rename_all = "lowercase")]
enum Status {
    Open,
    Taken,
    Done,
}

impl JobBody {
    pub(crate) fn new(job: Job, links: &Links<'_>) -> Self {
        let (status, taken, done) = match job.life.status {
            JobStatus::Open => ("open", false, false),
            JobStatus::Taken => ("taken", true, false),
            JobStatus::Done => ("done", true, true),
        };
        Self {
            id: job.id.get(),
            title: job.text.title,
            description: job.text.description,
            location: job.text.location,
            date_created: Time(job.created_at),
            date_activity: job.text.date_activity,
            duration: job.duration,
            reward: job.text.reward,
            done,
            taken,
            status,
            category: job.text.category,
            longtitude: job.place.longitude(),
            latitude: job.place.latitude(),
            relevant_skills: job.text.relevant_skills,
            other_notes: job.text.other_notes,
            asset: AssetBody::all(job.pictures, links),
            poster: vec![PersonBody::or_erased(job.poster)],
            receiver: if taken { vec![PersonBody::or_erased(job.receiver)] } else { Vec::new() },
            potential: bodies(job.candidates),
            potential_count: job.candidate_count,
            distance_km: job.distance_km,
        }
    }
}

/// A page of jobs.
#[derive(Serialize, ToSchema)]
pub(crate) struct JobList {
    jobs: Vec<JobBody>,
    /// Null at the end.
    next_cursor: Option<String>,
}

impl JobList {
    pub(crate) fn new<C: Cursor>(page: Page<Job, C>, links: &Links<'_>) -> Self {
        let jobs = page.items.into_iter().map(|job| JobBody::new(job, links)).collect();
        Self { jobs, next_cursor: page.next.as_ref().map(encode) }
    }
}
