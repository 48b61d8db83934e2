//! What must be cleared away: files without rows, sessions and answers past their time. Every round is bounded.

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _};
use gigline_media::{BlobError, BlobName};
use gigline_persistence::{StoreError, StoreResult, blobs, idempotency, log as events};

use crate::app::App;

/// How many files or rows one round takes.
const ROUND: u16 = 500;
/// After so many failures the storage is taken to be out of order, and the rest is left to the next round.
const FAILURES: usize = 10;
/// How long somebody who deletes a picture waits for its files.
const PATIENCE: Duration = Duration::from_secs(2);
/// A file without a row may be an upload that is still on its way; after this long it is not.
const ORPHAN_AFTER: Duration = Duration::from_secs(60 * 60);

/// Deletes the files whose rows are gone, for a caller who waits: at most two seconds, whatever the storage does. What
/// is not deleted by then stays noted for the next time.
pub async fn bury(app: &App) {
    if tokio::time::timeout(PATIENCE, bury_all(app)).await.is_err() {
        log::warn!("the picture storage is slow: files of deleted pictures are left to the next round");
    }
}

async fn bury_all(app: &App) {
    if let Err(error) = bury_round(app).await {
        log::warn!("files of deleted pictures are still there: {error}");
    }
}

async fn bury_round(app: &App) -> StoreResult<()> {
    let doomed = app.store.read(|conn| blobs::list_doomed(conn, ROUND.into())).await?;
    let (mut gone, mut stuck) = (Vec::new(), Vec::new());
    for name in doomed {
        if stuck.len() == FAILURES {
            break;
        }
        if delete(app, &name).await {
            gone.push(name);
        } else {
            stuck.push(name);
        }
    }
    if gone.is_empty() && stuck.is_empty() {
        return Ok(());
    }
    let now = app.now();
    let noted = app.store.write(move |tx| {
        blobs::forget_doomed(tx, &gone)?;
        blobs::postpone_doomed(tx, &stuck, now)
    });
    noted.await
}

/// Whether a file is gone now.
async fn delete(app: &App, name: &str) -> bool {
    let Some(blob) = BlobName::parse(name) else {
        log::warn!("{name:?} is no name of a file; forgotten");
        return true;
    };
    match app.blobs.delete(blob).await {
        Ok(()) => true,
        Err(error) => {
            log::warn!("cannot delete file {name}: {error}");
            false
        }
    }
}

/// One round of everything: doomed files, orphaned files, expired sessions, old answers.
pub async fn tidy(app: &App) {
    bury_all(app).await;
    if let Err(error) = sweep_orphans(app).await {
        log::warn!("orphaned files were not swept: {error}");
    }
    if let Err(error) = purge(app).await {
        log::warn!("expired sessions and answers were not purged: {error}");
    }
}

/// Deletes old files that no row names: what an upload that died in between left behind.
async fn sweep_orphans(app: &App) -> StoreResult<()> {
    let unavailable = |error: BlobError| StoreError::Unavailable(error.to_string());
    let before = app.now().minus(ORPHAN_AFTER);
    app.blobs.remove_unfinished(before).await.map_err(unavailable)?;
    let mut old = app.blobs.older_than(before).try_chunks(ROUND.into());
    while let Some(names) = old.next().await {
        let names = names.map_err(|error| unavailable(error.1))?;
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        for name in app.store.read(move |conn| blobs::list_orphans(conn, &names)).await? {
            log::info!("file {name} belongs to no picture; deleting it");
            delete(app, &name).await;
        }
    }
    Ok(())
}

/// Deletes what has expired, round by round until nothing is left, so that it keeps up with any traffic.
async fn purge(app: &App) -> StoreResult<()> {
    while app.sessions.purge(ROUND).await? > 0 {}
    let now = app.now();
    while app.store.write(move |tx| idempotency::purge(tx, now, ROUND)).await? >= usize::from(ROUND) {}
    while app.store.write(move |tx| events::prune(tx, now, ROUND)).await? >= usize::from(ROUND) {}
    Ok(())
}
