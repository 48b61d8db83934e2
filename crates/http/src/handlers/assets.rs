//! Pictures: uploading them to a person or a job, looking at them, deleting one's own.

use actix_web::HttpRequest;
use gigline_auth::{Action, Resource};
use gigline_domain::{JobId, UserId};
use gigline_media::{Kept, Picture, PictureError};
use gigline_persistence::pictures::{self, NewPicture};
use gigline_persistence::{StoreError, job_views, records};

use crate::app::App;
use crate::body::{Body, UPLOAD_LIMIT};
use crate::caller::Caller;
use crate::error::{ApiError, ApiResult};
use crate::fields::{Fields, text};
use crate::housekeeping;
use crate::paging::page;
use crate::path::{AssetPath, JobPath, UserPath};
use crate::reply::Reply;
use crate::shapes::{AssetBody, AssetList};

/// `GET /api/asset/` — a page of all pictures.
pub(crate) async fn list(app: App, request: HttpRequest) -> ApiResult<Reply> {
    let mut fields = Fields::from_query(request.query_string());
    let page = page(&mut fields);
    let page = fields.finish(Some(page))?;
    let found = app.store.read(move |conn| pictures::list(conn, page)).await?;
    Reply::ok(&AssetList::new(found, &app.links(&request)))
}

/// `GET /api/asset/{asset}/` — one picture.
pub(crate) async fn get(app: App, path: AssetPath, request: HttpRequest) -> ApiResult<Reply> {
    let picture = app.store.read_point(move |conn| pictures::get(conn, path.asset)).await?;
    Ok(Reply::ok(&AssetBody::new(&picture, &app.links(&request)))?.tagged())
}

/// `POST /api/user/{user}/upload/` — a picture of the caller.
pub(crate) async fn upload_to_user(
    app: App,
    caller: Caller,
    path: UserPath,
    request: HttpRequest,
    body: Body,
) -> ApiResult<Reply> {
    caller.may(Action::UploadToUser, Resource::User(path.user))?;
    upload(&app, path.user, None, &request, body).await
}

/// `POST /api/job/{job}/upload/` — a picture of the caller's job.
pub(crate) async fn upload_to_job(
    app: App,
    caller: Caller,
    path: JobPath,
    request: HttpRequest,
    body: Body,
) -> ApiResult<Reply> {
    let viewer = caller.viewer();
    // Asked before anything is read or decoded, and once more in the transaction that adds the picture.
    let job = app.store.read_point(move |conn| job_views::get(conn, path.job, viewer)).await?;
    caller.may(Action::UploadToJob, Resource::Job { poster: job.life.poster, receiver: job.life.receiver })?;
    upload(&app, caller.id(), Some(path.job), &request, body).await
}

/// Cleans the picture, stores its files, then adds its row; whatever fails, no half of it stays.
async fn upload(app: &App, owner: UserId, job: Option<JobId>, request: &HttpRequest, body: Body) -> ApiResult<Reply> {
    let mut fields = body.upload_fields().await?;
    let data = fields.required("image_data", text(|data| Ok(data.to_owned())));
    let data = fields.finish(data)?;
    let picture = app.studio.clean_base64(data, UPLOAD_LIMIT).await.map_err(refused)?;
    let kept = app.blobs.keep(&picture).await?;
    match add(app, owner, job, &picture, &kept).await {
        Ok(added) => Reply::created(&AssetBody::new(&added, &app.links(request))),
        Err(error) => {
            // Whether a commit that failed was kept after all, only the database knows: the sweep asks it later.
            if matches!(error, StoreError::NotFound(_) | StoreError::Refused(_) | StoreError::Busy) {
                discard(app, &kept).await;
            }
            Err(error.into())
        }
    }
}

async fn add(
    app: &App,
    owner: UserId,
    job: Option<JobId>,
    picture: &Picture,
    kept: &Kept,
) -> Result<records::Picture, StoreError> {
    let new = NewPicture {
        owner,
        job,
        blob: kept.picture.to_string(),
        thumbnail_blob: kept.thumbnail.to_string(),
        width: picture.full.width,
        height: picture.full.height,
    };
    let now = app.now();
    let added = app.store.write(move |tx| {
        let id = pictures::insert(tx, &new, now)?;
        pictures::get(tx, id)
    });
    added.await
}

/// Deletes files that got no row. Where that fails the sweep finds them.
async fn discard(app: &App, kept: &Kept) {
    for name in [kept.picture, kept.thumbnail] {
        if let Err(error) = app.blobs.delete(name).await {
            log::warn!("file {name} of a refused upload is still there: {error}");
        }
    }
}

fn refused(error: PictureError) -> ApiError {
    match error {
        PictureError::Busy => ApiError::Busy,
        fault => ApiError::field("image_data", fault),
    }
}

/// `DELETE /api/asset/{asset}/` — its owner deletes a picture, and gets it as it was.
pub(crate) async fn delete(app: App, caller: Caller, path: AssetPath, request: HttpRequest) -> ApiResult<Reply> {
    let now = app.now();
    let deleted = app.store.write(move |tx| {
        let owner = pictures::get(tx, path.asset)?.user_id;
        caller.may(Action::DeleteAsset, Resource::Asset { owner })?;
        Ok::<_, ApiError>(pictures::delete(tx, path.asset, now)?)
    });
    let picture = deleted.await?;
    housekeeping::bury(&app).await;
    Reply::ok(&AssetBody::new(&picture, &app.links(&request)))
}
