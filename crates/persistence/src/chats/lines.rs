//! The chats that somebody is in, a line each, for one account or for a page of them.

use std::collections::HashMap;

use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use gigline_domain::{ChatId, Timestamp};

use super::views::in_text;
use crate::StoreResult;
use crate::any::{AnyConn, capped};
use crate::kept::{kept, named};
use crate::records::ChatLine;
use crate::schema::{chats, participants};

/// The lists of an account end at their newest hundred.
const CAP: i64 = 100;

named!(ChatsOfUser);

/// The newest hundred chats of each of `ids` by their last activity.
pub(crate) fn lines_of(conn: &mut AnyConn, ids: &[i64]) -> StoreResult<HashMap<i64, Vec<ChatLine>>> {
    let query = participants::table.inner_join(chats::table).order((chats::last_at.desc(), chats::id.desc())).select((
        participants::user_id,
        chats::id,
        chats::last_at,
    ));
    let rows: Vec<(i64, i64, i64)> = match ids {
        [] => return Ok(HashMap::new()),
        [one] => kept(ChatsOfUser, *one, capped(query.filter(participants::user_id.eq(*one)), Some(CAP))).load(conn)?,
        many => query.filter(latest_of_each(many)).load(conn)?,
    };
    let mut lines: HashMap<i64, Vec<ChatLine>> = HashMap::new();
    for (user, id, at) in rows {
        let line = ChatLine { id: ChatId::new(id), last_at: Timestamp::from_micros(at) };
        lines.entry(user).or_default().push(line);
    }
    Ok(lines)
}

fn latest_of_each(ids: &[i64]) -> SqlLiteral<Bool> {
    diesel::dsl::sql(&format!(
        "(participants.chat_id, participants.user_id) IN (SELECT ranked.chat_id, ranked.user_id FROM (SELECT \
         p.chat_id, p.user_id, ROW_NUMBER() OVER (PARTITION BY p.user_id ORDER BY c.last_at DESC, c.id DESC) AS place \
         FROM participants AS p JOIN chats AS c ON c.id = p.chat_id WHERE p.user_id IN ({})) AS ranked \
         WHERE ranked.place <= {CAP})",
        in_text(ids)
    ))
}
