//! Removes what has expired, a bounded number of rows at a time, and never waits for those who are using a login.

use diesel::prelude::*;
use gigline_domain::Timestamp;

use crate::any::AnyConn;
use crate::schema::{logins, sessions, update_tokens};
use crate::{StoreResult, WriteTx};

/// Up to `limit` rows of `$table` that have expired, locked; rows that others hold are left for the next time.
macro_rules! expired {
    ($tx:ident, $table:ident, $now:ident, $limit:ident) => {{
        let query = $table::table
            .filter($table::expires_at.le($now.micros()))
            .order($table::expires_at)
            .select($table::id)
            .limit($limit);
        let ids: Vec<i64> = match $tx.db() {
            AnyConn::Pg(conn) => query.for_update().skip_locked().load(conn)?,
            AnyConn::Sqlite(conn) => query.load(conn)?,
        };
        ids
    }};
}

/// Deletes logins, sessions and update tokens that have expired by `now`, at most `limit` of each.
///
/// Gives how many were deleted; as long as that is not zero there may be more.
pub fn purge_expired(tx: &mut WriteTx<'_>, now: Timestamp, limit: u16) -> StoreResult<usize> {
    let limit = i64::from(limit);
    let ids = expired!(tx, logins, now, limit);
    let mut gone = diesel::delete(logins::table.filter(logins::id.eq_any(ids))).execute(tx.db())?;
    let ids = expired!(tx, sessions, now, limit);
    gone += diesel::delete(sessions::table.filter(sessions::id.eq_any(ids))).execute(tx.db())?;
    let ids = expired!(tx, update_tokens, now, limit);
    gone += diesel::delete(update_tokens::table.filter(update_tokens::id.eq_any(ids))).execute(tx.db())?;
    Ok(gone)
}
