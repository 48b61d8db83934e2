//! Accounts with all that belongs to them, in a fixed number of statements for one or for a page of them.

use std::collections::{HashMap, HashSet};

use diesel::dsl::count_star;
use diesel::prelude::*;
use gigline_domain::{JobStatus, UserId};

use crate::any::{AnyConn, capped};
use crate::kept::{kept, named};
use crate::many::{newest_of, one_of};
use crate::records::{Account, JobLine, Picture, Profile, RatingLine, RatingSummary, Sight, Viewer};
use crate::rows::{
    ACCOUNT, AccountRow, JOB_LINE, JobLineRow, RATING_LINE, RatingLineRow, job_line, own_pictures, rating_line,
    status_word,
};
use crate::schema::{applications, jobs, ratings, users};
use crate::{Conn, Entity, Page, PageRequest, StoreError, StoreResult};

/// Inner lists end at their newest hundred.
const CAP: i64 = 100;

/// One account as `viewer` sees it. Errors: `NotFound(User)`.
pub fn get(conn: &mut Conn, id: UserId, viewer: Viewer) -> StoreResult<Profile> {
    conn.snapshot(|conn| {
        let account = crate::accounts::get(conn, id)?;
        assemble(conn.db(), vec![account], viewer)?.pop().ok_or(StoreError::NotFound(Entity::User))
    })
}

/// A page of all accounts, from the newest back, the oldest first within it.
pub fn list(conn: &mut Conn, page: PageRequest, viewer: Viewer) -> StoreResult<Page<Profile>> {
    let query = users::table.select(ACCOUNT).order(users::id.desc()).into_boxed();
    let query = match page.after {
        Some(before) => query.filter(users::id.lt(before)),
        None => query,
    };
    conn.snapshot(|conn| {
        let rows: Vec<AccountRow> = capped(query, Some(page.probe())).load(conn.db())?;
        let accounts = rows.into_iter().map(AccountRow::record).collect::<StoreResult<Vec<_>>>()?;
        let Page { items, next } = Page::cut(accounts, page.limit, |account| account.person.id.get());
        let page = Page { items: assemble(conn.db(), items, viewer)?, next };
        Ok(page.within_budget(Profile::weight, |profile| profile.account.person.id.get()).reversed())
    })
}

/// Everything around some accounts.
fn assemble(conn: &mut AnyConn, accounts: Vec<Account>, viewer: Viewer) -> StoreResult<Vec<Profile>> {
    let ids: Vec<i64> = accounts.iter().map(|account| account.person.id.get()).collect();
    let sights = sights(conn, &ids, viewer)?;
    let seen_whole: Vec<i64> = ids.iter().copied().filter(|id| sights(*id) == Sight::Full).collect();
    let mut pictures = grouped(own_pictures(conn, &ids)?.into_iter().map(|p: Picture| (p.user_id.get(), p)));
    let mut posted = posted_jobs(conn, &ids)?;
    let mut received = received_jobs(conn, &ids)?;
    let mut applied = applied_jobs(conn, &seen_whole)?;
    let mut given = given_ratings(conn, &ids)?;
    let mut got = got_ratings(conn, &ids)?;
    let summaries = summaries(conn, &ids)?;
    let mut chats = crate::chats::lines_of(conn, &seen_whole)?;
    let mut messages = crate::messages::newest_sent(conn, &seen_whole)?;
    let profile = |account: Account| {
        let id = account.person.id.get();
        Profile {
            sight: sights(id),
            pictures: pictures.remove(&id).unwrap_or_default(),
            posted: posted.remove(&id).unwrap_or_default(),
            received: received.remove(&id).unwrap_or_default(),
            applied: applied.remove(&id).unwrap_or_default(),
            given: given.remove(&id).unwrap_or_default(),
            got: got.remove(&id).unwrap_or_default(),
            chats: chats.remove(&id).unwrap_or_default(),
            messages: messages.remove(&id).unwrap_or_default(),
            rating: summaries.get(&id).copied().unwrap_or_default(),
            account,
        }
    };
    Ok(accounts.into_iter().map(profile).collect())
}

/// How much of each of `ids` the viewer may see.
fn sights(conn: &mut AnyConn, ids: &[i64], viewer: Viewer) -> StoreResult<impl Fn(i64) -> Sight + use<>> {
    let me = viewer.id.map(UserId::get);
    let others: Vec<i64> = ids.iter().copied().filter(|id| me != Some(*id)).collect();
    let parties = match me {
        Some(me) if !viewer.admin && !others.is_empty() => parties(conn, me, &others)?,
        _ => HashSet::new(),
    };
    Ok(move |id: i64| {
        if viewer.admin || me == Some(id) {
            Sight::Full
        } else if parties.contains(&id) {
            Sight::Contact
        } else {
            Sight::Public
        }
    })
}

/// Who of `others` shares a taken or done job with `me`.
fn parties(conn: &mut AnyConn, me: i64, others: &[i64]) -> StoreResult<HashSet<i64>> {
    let pairs: Vec<(Option<i64>, Option<i64>)> = jobs::table
        .filter(jobs::status.ne(status_word(JobStatus::Open)))
        .filter(
            jobs::poster_id
                .eq(me)
                .and(one_of("jobs.receiver_id", others))
                .or(jobs::receiver_id.eq(me).and(one_of("jobs.poster_id", others))),
        )
        .select((jobs::poster_id, jobs::receiver_id))
        .distinct()
        .load(conn)?;
    Ok(pairs.into_iter().flat_map(|(poster, receiver)| [poster, receiver]).flatten().collect())
}

type Grouped<T> = HashMap<i64, Vec<T>>;

fn grouped<T>(pairs: impl Iterator<Item = (i64, T)>) -> Grouped<T> {
    let mut groups = Grouped::new();
    for (owner, item) in pairs {
        groups.entry(owner).or_default().push(item);
    }
    groups
}

/// Rows come newest first, for the cap; they are shown oldest first.
fn oldest_first<T>(mut groups: Grouped<T>) -> Grouped<T> {
    for group in groups.values_mut() {
        group.reverse();
    }
    groups
}

fn job_lines(rows: Vec<(Option<i64>, JobLineRow)>) -> StoreResult<Grouped<JobLine>> {
    let lines = rows
        .into_iter()
        .filter_map(|(owner, row)| owner.map(|owner| (owner, row)))
        .map(|(owner, row)| Ok((owner, job_line(row)?)))
        .collect::<StoreResult<Vec<_>>>()?;
    Ok(oldest_first(grouped(lines.into_iter())))
}

fn rating_lines(rows: Vec<(Option<i64>, RatingLineRow)>) -> Grouped<RatingLine> {
    let lines = rows.into_iter().filter_map(|(owner, row)| owner.map(|owner| (owner, rating_line(row))));
    oldest_first(grouped(lines))
}

named!(Posted, Received, Given, Got, Summary);

/// The newest rows of `$table` per parent, with the parent's id: by index and limit for one parent, ranked for many.
macro_rules! newest_lines {
    ($name:ident, $conn:expr, $ids:expr, $table:ident, $parent:ident, $columns:expr) => {{
        let query = $table::table.select(($table::$parent.nullable(), $columns)).order($table::id.desc());
        match $ids {
            [one] => {
                let of_one = capped(query.filter($table::$parent.eq(*one)), Some(CAP));
                kept($name, *one, of_one).load($conn)?
            }
            many => query.filter(newest_of(stringify!($table), stringify!($parent), many, "1 = 1", CAP)).load($conn)?,
        }
    }};
}

fn posted_jobs(conn: &mut AnyConn, ids: &[i64]) -> StoreResult<Grouped<JobLine>> {
    job_lines(newest_lines!(Posted, conn, ids, jobs, poster_id, JOB_LINE))
}

fn received_jobs(conn: &mut AnyConn, ids: &[i64]) -> StoreResult<Grouped<JobLine>> {
    job_lines(newest_lines!(Received, conn, ids, jobs, receiver_id, JOB_LINE))
}

fn given_ratings(conn: &mut AnyConn, ids: &[i64]) -> StoreResult<Grouped<RatingLine>> {
    Ok(rating_lines(newest_lines!(Given, conn, ids, ratings, author_id, RATING_LINE)))
}

fn got_ratings(conn: &mut AnyConn, ids: &[i64]) -> StoreResult<Grouped<RatingLine>> {
    Ok(rating_lines(newest_lines!(Got, conn, ids, ratings, subject_id, RATING_LINE)))
}

fn applied_jobs(conn: &mut AnyConn, ids: &[i64]) -> StoreResult<Grouped<JobLine>> {
    if ids.is_empty() {
        return Ok(Grouped::new());
    }
    let rows: Vec<(i64, JobLineRow)> = applications::table
        .inner_join(jobs::table.on(jobs::id.eq(applications::job_id)))
        .filter(newest_of("applications", "user_id", ids, "1 = 1", CAP))
        .select((applications::user_id, JOB_LINE))
        .order(applications::id.desc())
        .load(conn)?;
    job_lines(rows.into_iter().map(|(owner, row)| (Some(owner), row)).collect())
}

/// How often each rate was given to those that the condition lets pass.
macro_rules! counted_ratings {
    ($of:expr) => {
        ratings::table.filter($of).group_by((ratings::subject_id, ratings::verified, ratings::rate)).select((
            ratings::subject_id,
            ratings::verified,
            ratings::rate,
            count_star(),
        ))
    };
}

fn summaries(conn: &mut AnyConn, ids: &[i64]) -> StoreResult<HashMap<i64, RatingSummary>> {
    let rows: Vec<(Option<i64>, bool, i64, i64)> = match ids {
        [one] => kept(Summary, *one, counted_ratings!(ratings::subject_id.eq(*one))).load(conn)?,
        many => counted_ratings!(one_of("ratings.subject_id", many)).load(conn)?,
    };
    let mut sums: HashMap<i64, RatingSummary> = HashMap::new();
    for (subject, verified, rate, count) in rows {
        let Some(subject) = subject else { continue };
        let sum = sums.entry(subject).or_default();
        sum.count += count;
        sum.sum += count * rate;
        if verified {
            sum.verified_count += count;
            sum.verified_sum += count * rate;
        }
    }
    Ok(sums)
}
