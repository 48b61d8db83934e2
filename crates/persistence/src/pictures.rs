//! Pictures: the rows behind the files.

use diesel::prelude::*;
use gigline_domain::{AssetId, JobId, Timestamp, UserId};

use crate::any::capped;
use crate::records::Picture;
use crate::rows::PictureRow;
use crate::schema::assets;
use crate::{Conn, Entity, Page, PageRequest, StoreError, StoreResult, WriteTx, blobs, locks};

/// A picture whose files are stored already.
#[derive(Debug, Clone)]
pub struct NewPicture {
    /// Whose it is.
    pub owner: UserId,
    /// The job that it shows.
    pub job: Option<JobId>,
    /// The name of its file.
    pub blob: String,
    /// The name of its thumbnail's file.
    pub thumbnail_blob: String,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// One picture. Errors: `NotFound(Asset)`.
pub fn get(conn: &mut Conn, id: AssetId) -> StoreResult<Picture> {
    let row: Option<PictureRow> = assets::table.filter(assets::id.eq(id.get())).get_result(conn.db()).optional()?;
    row.map(Picture::from).ok_or(StoreError::NotFound(Entity::Asset))
}

/// A page of all pictures, from the newest back, the oldest first within it.
pub fn list(conn: &mut Conn, page: PageRequest) -> StoreResult<Page<Picture>> {
    let query = assets::table.order(assets::id.desc()).into_boxed();
    let query = match page.after {
        Some(before) => query.filter(assets::id.lt(before)),
        None => query,
    };
    let rows: Vec<PictureRow> = capped(query, Some(page.probe())).load(conn.db())?;
    let page = Page::cut(rows.into_iter().map(Picture::from).collect(), page.limit, |row: &Picture| row.id.get());
    Ok(page.reversed())
}

/// Whether a file belongs to a picture that is there.
pub fn has_blob(conn: &mut Conn, name: &str) -> StoreResult<bool> {
    let row: Option<i64> = assets::table
        .filter(assets::blob.eq(name).or(assets::thumbnail_blob.eq(name)))
        .select(assets::id)
        .get_result(conn.db())
        .optional()?;
    Ok(row.is_some())
}

/// Adds a picture. Errors: `NotFound(User)`, `NotFound(Job)`, `Refused(NotThePoster)` if the job is another's.
pub fn insert(tx: &mut WriteTx<'_>, new: &NewPicture, now: Timestamp) -> StoreResult<AssetId> {
    locks::user_stays(tx, new.owner)?;
    if let Some(job) = new.job
        && locks::job(tx, job)?.poster != Some(new.owner)
    {
        return Err(gigline_domain::RuleViolation::NotThePoster.into());
    }
    let id: i64 = diesel::insert_into(assets::table)
        .values((
            assets::user_id.eq(new.owner.get()),
            assets::job_id.eq(new.job.map(JobId::get)),
            assets::blob.eq(&new.blob),
            assets::thumbnail_blob.eq(&new.thumbnail_blob),
            assets::width.eq(i64::from(new.width)),
            assets::height.eq(i64::from(new.height)),
            assets::created_at.eq(now.micros()),
        ))
        .returning(assets::id)
        .get_result(tx.db())?;
    Ok(AssetId::new(id))
}

/// Deletes a picture; its files are doomed in the same transaction. Gives it as it was. Errors: `NotFound(Asset)`.
pub fn delete(tx: &mut WriteTx<'_>, id: AssetId, now: Timestamp) -> StoreResult<Picture> {
    let picture = get(tx, id)?;
    let gone = diesel::delete(assets::table.filter(assets::id.eq(id.get()))).execute(tx.db())?;
    if gone == 0 {
        return Err(StoreError::NotFound(Entity::Asset));
    }
    blobs::doom(tx, [picture.blob.clone(), picture.thumbnail_blob.clone()], now)?;
    Ok(picture)
}
