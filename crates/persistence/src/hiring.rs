//! How a job finds its receiver: applying, withdrawing, being picked, finishing.
//!
//! Each change locks the job and is then one conditional statement whose row count decides; the domain's rules
//! say why when it changed nothing.

use diesel::dsl::{count_star, exists};
use diesel::prelude::*;
use gigline_domain::{Change, JobId, JobStatus, RuleViolation, Timestamp, UserId};

use crate::rows::status_word;
use crate::schema::{applications, jobs, ratings};
use crate::{Entity, StoreError, StoreResult, WriteTx, locks};

fn is_candidate(tx: &mut WriteTx<'_>, job: JobId, user: UserId) -> StoreResult<bool> {
    let count: i64 = applications::table
        .filter(applications::job_id.eq(job.get()))
        .filter(applications::user_id.eq(user.get()))
        .select(count_star())
        .get_result(tx.db())?;
    Ok(count > 0)
}

/// Makes `applicant` a candidate for an open job.
///
/// Of several equal calls exactly one succeeds. Errors: `NotFound(Job)`, `NotFound(User)`, `Refused` with `OwnJob`,
/// `JobNotOpen` or `AlreadyApplied`.
pub fn apply(tx: &mut WriteTx<'_>, job: JobId, applicant: UserId, now: Timestamp) -> StoreResult<()> {
    locks::user_stays(tx, applicant)?;
    let life = locks::job(tx, job)?;
    let applied = is_candidate(tx, job, applicant)?;
    life.apply(applicant, applied)?;
    diesel::insert_into(applications::table)
        .values((
            applications::job_id.eq(job.get()),
            applications::user_id.eq(applicant.get()),
            applications::created_at.eq(now.micros()),
        ))
        .execute(tx.db())?;
    Ok(())
}

/// Takes an application back.
///
/// Errors: `NotFound(Job)`, `NotFound(Candidate)`, `Refused(PickedAlready)`.
pub fn withdraw(tx: &mut WriteTx<'_>, job: JobId, applicant: UserId) -> StoreResult<()> {
    let life = locks::job(tx, job)?;
    let gone = diesel::delete(
        applications::table
            .filter(applications::job_id.eq(job.get()))
            .filter(applications::user_id.eq(applicant.get())),
    )
    .execute(tx.db())?;
    life.withdraw(applicant, gone > 0).map_err(candidate_missing)
}

/// Gives `job` to `candidate`, who is no longer among the candidates then.
///
/// Of several calls with different candidates exactly one succeeds; the same pick again changes nothing. Errors:
/// `NotFound(Job)`, `NotFound(Candidate)`, `Refused` with `NotThePoster` or `JobNotOpen`.
pub fn choose(tx: &mut WriteTx<'_>, actor: UserId, job: JobId, candidate: UserId) -> StoreResult<()> {
    // Nobody who is being erased is picked; who is not there any more has no application either.
    match locks::user_stays(tx, candidate) {
        Ok(()) | Err(StoreError::NotFound(_)) => {}
        Err(error) => return Err(error),
    }
    let life = locks::job(tx, job)?;
    let applied = exists(
        applications::table
            .filter(applications::job_id.eq(job.get()))
            .filter(applications::user_id.eq(candidate.get())),
    );
    let open = jobs::table
        .filter(jobs::id.eq(job.get()))
        .filter(jobs::poster_id.eq(actor.get()))
        .filter(jobs::status.eq(status_word(JobStatus::Open)))
        .filter(applied);
    let chosen = diesel::update(open)
        .set((jobs::status.eq(status_word(JobStatus::Taken)), jobs::receiver_id.eq(candidate.get())))
        .execute(tx.db())?;
    if chosen == 0 {
        return match life.choose(actor, candidate, false).map_err(candidate_missing)? {
            Change::AlreadySo => Ok(()),
            Change::Needed => Err(StoreError::NotFound(Entity::Candidate)),
        };
    }
    diesel::delete(
        applications::table
            .filter(applications::job_id.eq(job.get()))
            .filter(applications::user_id.eq(candidate.get())),
    )
    .execute(tx.db())?;
    Ok(())
}

/// Calls a taken job done; what the two have said of each other is verified from then on. Again changes nothing.
///
/// Errors: `NotFound(Job)`, `Refused` with `NotAParty` or `JobNotTaken`.
pub fn finish(tx: &mut WriteTx<'_>, actor: UserId, job: JobId) -> StoreResult<()> {
    // The two of them first, so that a rating that one gives the other just now sees the job done, or is seen here.
    if let (Some(poster), Some(receiver)) = parties(tx, job)? {
        match locks::pair(tx, poster, receiver) {
            Ok(()) | Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let life = locks::job(tx, job)?;
    let taken = jobs::table
        .filter(jobs::id.eq(job.get()))
        .filter(jobs::status.eq(status_word(JobStatus::Taken)))
        .filter(jobs::poster_id.eq(actor.get()).or(jobs::receiver_id.eq(actor.get())));
    let finished = diesel::update(taken).set(jobs::status.eq(status_word(JobStatus::Done))).execute(tx.db())?;
    if finished == 0 {
        return life.finish(actor).map(drop).map_err(StoreError::from);
    }
    if let (Some(poster), Some(receiver)) = (life.poster, life.receiver) {
        let between = ratings::table.filter(ratings::verified.eq(false)).filter(
            ratings::author_id
                .eq(poster.get())
                .and(ratings::subject_id.eq(receiver.get()))
                .or(ratings::author_id.eq(receiver.get()).and(ratings::subject_id.eq(poster.get()))),
        );
        diesel::update(between).set(ratings::verified.eq(true)).execute(tx.db())?;
    }
    Ok(())
}

/// Poster and receiver as of now; without the job's lock this may change, if only by an account that goes.
fn parties(tx: &mut WriteTx<'_>, job: JobId) -> StoreResult<(Option<UserId>, Option<UserId>)> {
    let row: Option<(Option<i64>, Option<i64>)> = jobs::table
        .filter(jobs::id.eq(job.get()))
        .select((jobs::poster_id, jobs::receiver_id))
        .get_result(tx.db())
        .optional()?;
    let (poster, receiver) = row.ok_or(StoreError::NotFound(Entity::Job))?;
    Ok((poster.map(UserId::new), receiver.map(UserId::new)))
}

/// Whoever names a candidate that is none has named something that is not there.
fn candidate_missing(violation: RuleViolation) -> StoreError {
    match violation {
        RuleViolation::NotACandidate => StoreError::NotFound(Entity::Candidate),
        other => StoreError::Refused(other),
    }
}
