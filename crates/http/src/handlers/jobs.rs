//! Jobs: looking for them, posting, editing and deleting one's own.

use actix_web::HttpRequest;
use gigline_auth::{Action, Resource};
use gigline_domain::{
    Category, Circle, DateActivity, Description, Duration, Fault, JobStatus, JobTitle, LocationText, Notes, Place,
    Reward, SearchTerms, Skills, UserId,
};
use gigline_persistence::job_views::{self, JobFilter};
use gigline_persistence::jobs::{self, JobPatch, NewJob};
use gigline_persistence::records::Viewer;
use gigline_persistence::{place, search};

use crate::app::App;
use crate::body::Body;
use crate::caller::{Caller, Visitor};
use crate::error::{ApiError, ApiResult};
use crate::fields::{Fields, Given, number, text, whole};
use crate::paging::page;
use crate::path::{JobPath, UserPath};
use crate::reply::{IfMatch, Reply};
use crate::shapes::{JobBody, JobList};

fn status(word: &str) -> Result<JobStatus, Fault> {
    match word {
        "open" => Ok(JobStatus::Open),
        "taken" => Ok(JobStatus::Taken),
        "done" => Ok(JobStatus::Done),
        _ => Err(Fault::new("must be open, taken or done")),
    }
}

/// A number that `check` lets pass.
fn checked(check: fn(f64) -> Result<f64, Fault>) -> impl FnOnce(Given<'_>) -> Result<f64, Fault> {
    move |given: Given<'_>| check(given.number()?)
}

/// What a query or a body narrows a list of jobs to; faults are noted in the fields.
fn filter(fields: &mut Fields) -> JobFilter {
    JobFilter {
        status: fields.optional("status", text(status)),
        category: fields.optional("category", text(Category::parse)).map(|category| category.as_str().to_owned()),
        poster: fields.optional("poster_id", whole(|id| Ok(UserId::new(id)))),
        within: circle(fields),
    }
}

/// The circle that is asked for: all three of its numbers, or none.
fn circle(fields: &mut Fields) -> Option<Circle> {
    fields.alias("longitude", "longtitude");
    if !["longitude", "latitude", "radius_km"].iter().any(|name| fields.has(name)) {
        return None;
    }
    let longitude = fields.required("longitude", checked(Place::check_longitude));
    let latitude = fields.required("latitude", checked(Place::check_latitude));
    let radius = fields.required("radius_km", number);
    let centre = Place::new(longitude?, latitude?).ok()?;
    Circle::new(centre, radius?).map_err(|fault| fields.fault("radius_km", fault)).ok()
}

/// `GET /api/job/` — a page of jobs: the newest, or the nearest if a place is asked for.
pub(crate) async fn list(app: App, visitor: Visitor, request: HttpRequest) -> ApiResult<Reply> {
    let fields = Fields::from_query(request.query_string());
    browse(&app, visitor.viewer(), &request, fields).await
}

async fn browse(app: &App, viewer: Viewer, request: &HttpRequest, mut fields: Fields) -> ApiResult<Reply> {
    let filter = filter(&mut fields);
    let list = if let Some(circle) = filter.within {
        let page = page(&mut fields);
        let page = fields.finish(Some(page))?;
        let found = app.store.read(move |conn| place::list_near(conn, &circle, &filter, page, viewer));
        JobList::new(found.await?, &app.links(request))
    } else {
        let page = page(&mut fields);
        let page = fields.finish(Some(page))?;
        let found = app.store.read(move |conn| job_views::list(conn, &filter, page, viewer));
        JobList::new(found.await?, &app.links(request))
    };
    Reply::ok(&list)
}

/// `GET /api/job/filter/` — a page of the jobs that match some words, best first. The words come from the query, else
/// from a JSON body, as the first clients send them.
pub(crate) async fn find(app: App, visitor: Visitor, request: HttpRequest, body: Body) -> ApiResult<Reply> {
    let mut fields = Fields::from_query(request.query_string());
    fields.fill_from(body.bytes(crate::body::BODY_LIMIT).await?.as_ref())?;
    let words = fields.optional("search", text(|words| Ok(words.to_owned()))).unwrap_or_default();
    if words.trim().is_empty() && !fields.is_faulty() {
        return browse(&app, visitor.viewer(), &request, fields).await;
    }
    let (terms, filter, viewer) = (SearchTerms::parse(&words), filter(&mut fields), visitor.viewer());
    let page = page(&mut fields);
    let page = fields.finish(Some(page))?;
    let _place = app.searches().enter().await.ok_or(ApiError::Busy)?;
    let found = app.store.read(move |conn| search::search(conn, &terms, &filter, page, viewer)).await?;
    Reply::ok(&JobList::new(found, &app.links(&request)))
}

/// `GET /api/job/{job}/` — one job.
pub(crate) async fn get(app: App, visitor: Visitor, path: JobPath, request: HttpRequest) -> ApiResult<Reply> {
    let viewer = visitor.viewer();
    let job = app.store.read_point(move |conn| job_views::get(conn, path.job, viewer)).await?;
    Ok(Reply::ok(&JobBody::new(job, &app.links(&request)))?.tagged())
}

fn new_job(mut fields: Fields) -> ApiResult<NewJob> {
    fields.alias("longtitude", "longitude");
    let title = fields.required("title", text(JobTitle::parse));
    let description = fields.required("description", text(Description::parse));
    let location = fields.required("location", text(LocationText::parse));
    let date_activity = fields.required("date_activity", text(DateActivity::parse));
    let duration = fields.required("duration", whole(Duration::parse));
    let reward = fields.required("reward", text(Reward::parse));
    let category = fields.required("category", text(Category::parse));
    let longitude = fields.required("longtitude", checked(Place::check_longitude));
    let latitude = fields.required("latitude", checked(Place::check_latitude));
    let skills = fields.optional("relevant_skills", text(Skills::parse)).map_or_else(|| Skills::parse(""), Ok);
    let notes = fields.optional("other_notes", text(Notes::parse)).map_or_else(|| Notes::parse(""), Ok);
    let made = || {
        Some(NewJob {
            title: title?,
            description: description?,
            location: location?,
            date_activity: date_activity?,
            duration: duration?,
            reward: reward?,
            category: category?,
            place: Place::new(longitude?, latitude?).ok()?,
            relevant_skills: skills.ok()?,
            other_notes: notes.ok()?,
        })
    };
    fields.finish(made())
}

/// `POST /api/user/{user}/job/` — the caller posts a job.
pub(crate) async fn create(
    app: App,
    caller: Caller,
    path: UserPath,
    request: HttpRequest,
    body: Body,
) -> ApiResult<Reply> {
    caller.may(Action::PostJobAs, Resource::User(path.user))?;
    let new = new_job(body.fields().await?)?;
    // All writes wait for one another, so this one does nothing but write: what its answer shows of the poster is read
    // before it, for after it nothing may fail that would have a posted job answered like one that was not.
    let poster = app.store.read_point(move |conn| jobs::poster(conn, path.user)).await?;
    let (words, now) = (new.words(), app.now());
    let posted = app.store.write(move |tx| {
        let job = jobs::insert_indexed(tx, path.user, &new, words, now)?;
        Ok::<_, ApiError>((job, new))
    });
    let (job, new) = posted.await?;
    Reply::created(&JobBody::new(new.posted(job, poster, now), &app.links(&request)))
}

fn patch(mut fields: Fields) -> ApiResult<JobPatch> {
    fields.alias("longtitude", "longitude");
    let patch = JobPatch {
        title: fields.optional("title", text(JobTitle::parse)),
        description: fields.optional("description", text(Description::parse)),
        location: fields.optional("location", text(LocationText::parse)),
        date_activity: fields.optional("date_activity", text(DateActivity::parse)),
        duration: fields.optional("duration", whole(Duration::parse)),
        reward: fields.optional("reward", text(Reward::parse)),
        category: fields.optional("category", text(Category::parse)),
        longitude: fields.optional("longtitude", checked(Place::check_longitude)),
        latitude: fields.optional("latitude", checked(Place::check_latitude)),
        relevant_skills: fields.optional("relevant_skills", text(Skills::parse)),
        other_notes: fields.optional("other_notes", text(Notes::parse)),
    };
    fields.finish(Some(patch))
}

/// `POST /api/job/{job}/` — the poster changes a job.
pub(crate) async fn update(
    app: App,
    caller: Caller,
    path: JobPath,
    request: HttpRequest,
    body: Body,
) -> ApiResult<Reply> {
    let fields = body.fields().await?;
    let (viewer, condition, links) = (caller.viewer(), IfMatch::of(&request), app.links(&request).into_owned());
    let changed = app.store.write(move |tx| {
        let life = jobs::lock(tx, path.job)?;
        caller.may(Action::EditJob, Resource::Job { poster: life.poster, receiver: life.receiver })?;
        let patch = patch(fields)?;
        if condition.is_given() {
            condition.check(&JobBody::new(job_views::get(tx, path.job, viewer)?, &links))?;
        }
        jobs::update(tx, path.job, &patch)?;
        Ok::<_, ApiError>(job_views::get(tx, path.job, viewer)?)
    });
    Ok(Reply::created(&JobBody::new(changed.await?, &app.links(&request)))?.tagged())
}

/// `DELETE /api/job/{job}/` — the poster deletes a job, and gets it as it was.
pub(crate) async fn delete(app: App, caller: Caller, path: JobPath, request: HttpRequest) -> ApiResult<Reply> {
    let (viewer, now) = (caller.viewer(), app.now());
    let deleted = app.store.write(move |tx| {
        let life = jobs::lock(tx, path.job)?;
        caller.may(Action::DeleteJob, Resource::Job { poster: life.poster, receiver: life.receiver })?;
        let job = job_views::get(tx, path.job, viewer)?;
        jobs::delete(tx, path.job, caller.is_admin(), now)?;
        Ok::<_, ApiError>(job)
    });
    let job = deleted.await?;
    crate::housekeeping::bury(&app).await;
    Reply::ok(&JobBody::new(job, &app.links(&request)))
}
