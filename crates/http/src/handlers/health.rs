//! Whether the server lives, and whether it may take traffic.

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::reply::Reply;
use crate::shapes::NoticeBody;

/// `GET /healthz` — the process answers.
pub(crate) async fn alive() -> ApiResult<Reply> {
    Reply::ok(&NoticeBody { message: "alive" })
}

/// `GET /readyz` — the database and the picture store answer too. Errors: `Busy`.
pub(crate) async fn ready(app: App) -> ApiResult<Reply> {
    let database = app.store.read(gigline_persistence::ping).await;
    let blobs = app.blobs.check().await;
    match (database, blobs) {
        (Ok(()), Ok(())) => Reply::ok(&NoticeBody { message: "ready" }),
        (database, blobs) => {
            log::warn!("not ready: database {database:?}, pictures {blobs:?}");
            Err(ApiError::Busy)
        }
    }
}
