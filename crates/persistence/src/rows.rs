//! Column lists and the way from rows to records, in one place for all repositories.

use diesel::prelude::*;
use gigline_domain::{AssetId, JobId, JobStatus, RatingId, Role, Timestamp, UserId};

use crate::any::{AnyConn, capped};
use crate::kept::{Named, kept, named};
use crate::many::newest_of;
use crate::records::{Account, JobLine, Person, Picture, RatingLine};
use crate::schema::{assets, jobs, ratings, users};
use crate::{StoreError, StoreResult};

pub(crate) type PersonRow = (i64, String, String, String);
pub(crate) const PERSON: (users::id, users::first, users::last, users::username) =
    (users::id, users::first, users::last, users::username);

pub(crate) fn person((id, first, last, username): PersonRow) -> Person {
    Person { id: UserId::new(id), first, last, username }
}

#[derive(Queryable)]
pub(crate) struct AccountRow {
    id: i64,
    email: Option<String>,
    username: String,
    first: String,
    last: String,
    phone: String,
    phone_digits: i64,
    role: String,
    created_at: i64,
}
pub(crate) type AccountColumns = (
    users::id,
    users::email,
    users::username,
    users::first,
    users::last,
    users::phone,
    users::phone_digits,
    users::role,
    users::created_at,
);
pub(crate) const ACCOUNT: AccountColumns = (
    users::id,
    users::email,
    users::username,
    users::first,
    users::last,
    users::phone,
    users::phone_digits,
    users::role,
    users::created_at,
);

impl AccountRow {
    pub(crate) fn record(self) -> StoreResult<Account> {
        Ok(Account {
            person: person((self.id, self.first, self.last, self.username)),
            email: self.email,
            phone: self.phone,
            phone_digits: self.phone_digits,
            role: role(&self.role)?,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}

/// The word under which a role is stored.
pub(crate) fn role_word(role: Role) -> &'static str {
    match role {
        Role::Member => "member",
        Role::Admin => "admin",
    }
}

/// The role that a stored word means.
pub(crate) fn role(word: &str) -> StoreResult<Role> {
    match word {
        "member" => Ok(Role::Member),
        "admin" => Ok(Role::Admin),
        other => Err(StoreError::Corrupt(format!("unknown role {other:?}"))),
    }
}

/// The word under which a status is stored.
pub(crate) fn status_word(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Open => "open",
        JobStatus::Taken => "taken",
        JobStatus::Done => "done",
    }
}

pub(crate) fn status(word: &str) -> StoreResult<JobStatus> {
    match word {
        "open" => Ok(JobStatus::Open),
        "taken" => Ok(JobStatus::Taken),
        "done" => Ok(JobStatus::Done),
        other => Err(StoreError::Corrupt(format!("unknown job status {other:?}"))),
    }
}

pub(crate) type JobLineRow = (i64, String, String, String);
pub(crate) const JOB_LINE: (jobs::id, jobs::title, jobs::reward, jobs::status) =
    (jobs::id, jobs::title, jobs::reward, jobs::status);

pub(crate) fn job_line((id, title, reward, word): JobLineRow) -> StoreResult<JobLine> {
    Ok(JobLine { id: JobId::new(id), title, reward, status: status(&word)? })
}

pub(crate) type RatingLineRow = (i64, i64, String);
pub(crate) const RATING_LINE: (ratings::id, ratings::rate, ratings::description) =
    (ratings::id, ratings::rate, ratings::description);

pub(crate) fn rating_line((id, rate, description): RatingLineRow) -> RatingLine {
    RatingLine { id: RatingId::new(id), rate, description }
}

#[derive(Queryable)]
pub(crate) struct PictureRow {
    id: i64,
    user_id: i64,
    job_id: Option<i64>,
    blob: String,
    thumbnail_blob: String,
    width: i64,
    height: i64,
    created_at: i64,
}

impl From<PictureRow> for Picture {
    fn from(row: PictureRow) -> Self {
        Self {
            id: AssetId::new(row.id),
            user_id: UserId::new(row.user_id),
            job_id: row.job_id.map(JobId::new),
            blob: row.blob,
            thumbnail_blob: row.thumbnail_blob,
            width: row.width,
            height: row.height,
            created_at: Timestamp::from_micros(row.created_at),
        }
    }
}

/// How many of its owner's pictures are shown with a profile, at most; with a job it is the newest alone.
pub(crate) const OWN_PICTURES: i64 = 100;

named!(PicturesOfUser, NewestPictureOfUser);

/// The newest pictures of each of `owners`, those of their jobs left out; newest first.
pub(crate) fn own_pictures(conn: &mut AnyConn, owners: &[i64]) -> QueryResult<Vec<Picture>> {
    newest_own(conn, PicturesOfUser, owners, OWN_PICTURES)
}

/// The newest picture of each of `owners` that has any, those of their jobs left out.
pub(crate) fn newest_own_pictures(conn: &mut AnyConn, owners: &[i64]) -> QueryResult<Vec<Picture>> {
    newest_own(conn, NewestPictureOfUser, owners, 1)
}

fn newest_own<N: Named>(conn: &mut AnyConn, name: N, owners: &[i64], cap: i64) -> QueryResult<Vec<Picture>> {
    let query = assets::table.order(assets::id.desc());
    let rows: Vec<PictureRow> = match owners {
        [] => return Ok(Vec::new()),
        [one] => {
            let of_one = query.filter(assets::user_id.eq(*one)).filter(assets::job_id.is_null());
            kept(name, *one, capped(of_one, Some(cap))).load(conn)?
        }
        many => query.filter(newest_of("assets", "user_id", many, "job_id IS NULL", cap)).load(conn)?,
    };
    Ok(rows.into_iter().map(Picture::from).collect())
}
