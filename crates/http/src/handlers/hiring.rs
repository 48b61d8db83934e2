//! How a job finds its receiver: applying, withdrawing, picking, finishing.

use actix_web::HttpRequest;
use gigline_auth::{Action, Resource};
use gigline_persistence::{hiring, job_views, profiles};

use crate::app::App;
use crate::caller::Caller;
use crate::error::{ApiError, ApiResult};
use crate::path::{JobPath, UserJobPath};
use crate::reply::Reply;
use crate::shapes::{JobBody, UserBody};

/// `POST /api/user/{user}/job/{job}/` — the caller applies for a job.
pub(crate) async fn apply(app: App, caller: Caller, path: UserJobPath, request: HttpRequest) -> ApiResult<Reply> {
    caller.may(Action::ApplyAs, Resource::User(path.user))?;
    let (viewer, now) = (caller.viewer(), app.now());
    let applied = app.store.write(move |tx| {
        hiring::apply(tx, path.job, path.user, now)?;
        Ok::<_, ApiError>(profiles::get(tx, path.user, viewer)?)
    });
    Reply::created(&UserBody::new(applied.await?, &app.links(&request)))
}

/// `DELETE /api/user/{user}/job/{job}/` — the caller withdraws an application.
pub(crate) async fn withdraw(app: App, caller: Caller, path: UserJobPath, request: HttpRequest) -> ApiResult<Reply> {
    caller.may(Action::WithdrawAs, Resource::User(path.user))?;
    let viewer = caller.viewer();
    let withdrawn = app.store.write(move |tx| {
        hiring::withdraw(tx, path.job, path.user)?;
        Ok::<_, ApiError>(job_views::get(tx, path.job, viewer)?)
    });
    Reply::ok(&JobBody::new(withdrawn.await?, &app.links(&request)))
}

/// `POST /api/job/{job}/user/{user}/` — the poster picks one candidate of an open job.
pub(crate) async fn choose(app: App, caller: Caller, path: UserJobPath, request: HttpRequest) -> ApiResult<Reply> {
    let viewer = caller.viewer();
    let chosen = app.store.write(move |tx| {
        hiring::choose(tx, caller.id(), path.job, path.user)?;
        Ok::<_, ApiError>(job_views::get(tx, path.job, viewer)?)
    });
    Reply::created(&JobBody::new(chosen.await?, &app.links(&request)))
}

/// `POST /api/job/{job}/done/` — poster or receiver says that the job is done.
pub(crate) async fn finish(app: App, caller: Caller, path: JobPath, request: HttpRequest) -> ApiResult<Reply> {
    let viewer = caller.viewer();
    let finished = app.store.write(move |tx| {
        hiring::finish(tx, caller.id(), path.job)?;
        Ok::<_, ApiError>(job_views::get(tx, path.job, viewer)?)
    });
    Reply::created(&JobBody::new(finished.await?, &app.links(&request)))
}
