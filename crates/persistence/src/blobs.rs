//! Files that must go: noted in the transaction that removes their row, crossed off once they are gone.

use diesel::prelude::*;
use gigline_domain::Timestamp;

use crate::any::Both;
use crate::schema::{assets, doomed_blobs};
use crate::{Conn, StoreResult, WriteTx};

/// Notes files whose rows go in this transaction.
pub(crate) fn doom(tx: &mut WriteTx<'_>, names: impl IntoIterator<Item = String>, now: Timestamp) -> StoreResult<()> {
    for name in names {
        Both(
            diesel::insert_into(doomed_blobs::table)
                .values((doomed_blobs::name.eq(name), doomed_blobs::since.eq(now.micros())))
                .on_conflict_do_nothing(),
        )
        .execute(tx.db())?;
    }
    Ok(())
}

/// Up to `limit` files that are to be deleted, the longest doomed or tried first.
pub fn list_doomed(conn: &mut Conn, limit: i64) -> StoreResult<Vec<String>> {
    let names = doomed_blobs::table
        .order((doomed_blobs::since, doomed_blobs::name))
        .select(doomed_blobs::name)
        .limit(limit)
        .load(conn.db())?;
    Ok(names)
}

/// Crosses off files that are deleted.
pub fn forget_doomed(tx: &mut WriteTx<'_>, names: &[String]) -> StoreResult<()> {
    diesel::delete(doomed_blobs::table.filter(doomed_blobs::name.eq_any(names))).execute(tx.db())?;
    Ok(())
}

/// Puts files that could not be deleted behind all others, so that they are in nobody's way.
pub fn postpone_doomed(tx: &mut WriteTx<'_>, names: &[String], now: Timestamp) -> StoreResult<()> {
    diesel::update(doomed_blobs::table.filter(doomed_blobs::name.eq_any(names)))
        .set(doomed_blobs::since.eq(now.micros()))
        .execute(tx.db())?;
    Ok(())
}

/// Which of these files no picture has: what an upload that died left behind.
pub fn list_orphans(conn: &mut Conn, names: &[String]) -> StoreResult<Vec<String>> {
    let known: Vec<(String, String)> = assets::table
        .filter(assets::blob.eq_any(names).or(assets::thumbnail_blob.eq_any(names)))
        .select((assets::blob, assets::thumbnail_blob))
        .load(conn.db())?;
    let known: std::collections::HashSet<String> = known.into_iter().flat_map(|(a, b)| [a, b]).collect();
    Ok(names.iter().filter(|name| !known.contains(*name)).cloned().collect())
}
