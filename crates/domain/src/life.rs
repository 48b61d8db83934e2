//! A job's life, open → taken → done, and who may move it.
//!
//! These functions are total and decide on what they are given. Under concurrency the decision is made by a
//! conditional update in the database; it asks here for the reason when that update found no row.

use crate::UserId;

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobStatus {
    /// Looking for somebody.
    Open,
    /// Given to its receiver.
    Taken,
    /// Finished; it was taken before.
    Done,
}

/// Why the rules refuse a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleViolation {
    /// Only the poster may do this.
    #[error("only the poster may do this")]
    NotThePoster,
    /// Only the poster or the receiver may do this.
    #[error("only the poster or the receiver may do this")]
    NotAParty,
    /// Nobody applies for a job of their own.
    #[error("this is your own job")]
    OwnJob,
    /// The job is not open any more.
    #[error("the job is no longer open")]
    JobNotOpen,
    /// The job is not taken yet.
    #[error("the job is not taken")]
    JobNotTaken,
    /// A job that somebody is working on cannot go.
    #[error("the job is taken; it can be deleted when it is done")]
    JobTaken,
    /// A done job does not change.
    #[error("the job is done")]
    JobDone,
    /// The job is not done yet.
    #[error("the job is not done")]
    JobNotDone,
    /// One application per person and job.
    #[error("applied already")]
    AlreadyApplied,
    /// There is no application of this person.
    #[error("not a candidate")]
    NotACandidate,
    /// The person was picked already.
    #[error("picked already")]
    PickedAlready,
    /// Nobody rates themselves.
    #[error("nobody rates themselves")]
    OwnRating,
    /// Ratings need a done job here.
    #[error("only people who finished a job together may rate each other")]
    RatingNeedsJob,
    /// Nobody opens a chat with themselves.
    #[error("nobody chats with themselves")]
    OwnChat,
    /// Only the admin of a room may do this.
    #[error("only the room's admin may do this")]
    NotTheChatAdmin,
}

/// Whether an allowed request changes anything, or says again what already is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The state is to change.
    Needed,
    /// It is so already.
    AlreadySo,
}

/// What the rules look at.
///
/// `poster` and `receiver` are absent when there is none or when the account is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobLife {
    /// Who posted it.
    pub poster: Option<UserId>,
    /// How far it has come.
    pub status: JobStatus,
    /// Who was picked.
    pub receiver: Option<UserId>,
}

impl JobLife {
    /// Whether `applicant` may become a candidate; `applied`: is one already.
    pub fn apply(&self, applicant: UserId, applied: bool) -> Result<(), RuleViolation> {
        if self.poster == Some(applicant) {
            return Err(RuleViolation::OwnJob);
        }
        if self.status != JobStatus::Open {
            return Err(RuleViolation::JobNotOpen);
        }
        if applied { Err(RuleViolation::AlreadyApplied) } else { Ok(()) }
    }

    /// Whether `applicant` may take the application back.
    pub fn withdraw(&self, applicant: UserId, applied: bool) -> Result<(), RuleViolation> {
        if self.receiver == Some(applicant) {
            return Err(RuleViolation::PickedAlready);
        }
        if applied { Ok(()) } else { Err(RuleViolation::NotACandidate) }
    }

    /// Whether `actor` may give the job to `candidate`; `applied`: they are a candidate.
    pub fn choose(&self, actor: UserId, candidate: UserId, applied: bool) -> Result<Change, RuleViolation> {
        if self.poster != Some(actor) {
            return Err(RuleViolation::NotThePoster);
        }
        match self.status {
            JobStatus::Taken | JobStatus::Done if self.receiver == Some(candidate) => Ok(Change::AlreadySo),
            JobStatus::Taken | JobStatus::Done => Err(RuleViolation::JobNotOpen),
            JobStatus::Open if applied => Ok(Change::Needed),
            JobStatus::Open => Err(RuleViolation::NotACandidate),
        }
    }

    /// Whether `actor` may call the job done.
    pub fn finish(&self, actor: UserId) -> Result<Change, RuleViolation> {
        if self.poster != Some(actor) && self.receiver != Some(actor) {
            return Err(RuleViolation::NotAParty);
        }
        match self.status {
            JobStatus::Open => Err(RuleViolation::JobNotTaken),
            JobStatus::Taken => Ok(Change::Needed),
            JobStatus::Done => Ok(Change::AlreadySo),
        }
    }

    /// Whether its words may change.
    pub fn edit(&self) -> Result<(), RuleViolation> {
        if self.status == JobStatus::Done { Err(RuleViolation::JobDone) } else { Ok(()) }
    }

    /// Whether its poster may delete it: not while somebody is at work.
    pub fn delete(&self) -> Result<(), RuleViolation> {
        if self.status == JobStatus::Taken { Err(RuleViolation::JobTaken) } else { Ok(()) }
    }

    /// Whether the two are its poster and receiver, and so may see how to reach each other.
    pub fn joins(&self, one: UserId, other: UserId) -> bool {
        let pair = (self.poster, self.receiver);
        pair == (Some(one), Some(other)) || pair == (Some(other), Some(one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSTER: UserId = UserId::new(1);
    const PICKED: UserId = UserId::new(2);
    const OTHER: UserId = UserId::new(3);

    fn at(status: JobStatus) -> JobLife {
        let receiver = (status != JobStatus::Open).then_some(PICKED);
        JobLife { poster: Some(POSTER), status, receiver }
    }

    #[test]
    fn only_strangers_apply_and_only_while_it_is_open() {
        assert_eq!(at(JobStatus::Open).apply(OTHER, false), Ok(()));
        assert_eq!(at(JobStatus::Open).apply(OTHER, true), Err(RuleViolation::AlreadyApplied));
        assert_eq!(at(JobStatus::Open).apply(POSTER, false), Err(RuleViolation::OwnJob));
        assert_eq!(at(JobStatus::Taken).apply(OTHER, true), Err(RuleViolation::JobNotOpen));
    }

    #[test]
    fn the_picked_one_cannot_withdraw() {
        assert_eq!(at(JobStatus::Taken).withdraw(PICKED, false), Err(RuleViolation::PickedAlready));
        assert_eq!(at(JobStatus::Taken).withdraw(OTHER, true), Ok(()));
        assert_eq!(at(JobStatus::Open).withdraw(OTHER, false), Err(RuleViolation::NotACandidate));
    }

    #[test]
    fn the_poster_picks_one_candidate_and_may_say_so_again() {
        assert_eq!(at(JobStatus::Open).choose(POSTER, OTHER, true), Ok(Change::Needed));
        assert_eq!(at(JobStatus::Open).choose(POSTER, OTHER, false), Err(RuleViolation::NotACandidate));
        assert_eq!(at(JobStatus::Open).choose(OTHER, OTHER, true), Err(RuleViolation::NotThePoster));
        assert_eq!(at(JobStatus::Taken).choose(POSTER, PICKED, false), Ok(Change::AlreadySo));
        assert_eq!(at(JobStatus::Done).choose(POSTER, PICKED, false), Ok(Change::AlreadySo));
        assert_eq!(at(JobStatus::Taken).choose(POSTER, OTHER, true), Err(RuleViolation::JobNotOpen));
    }

    #[test]
    fn either_party_finishes_what_is_taken() {
        for party in [POSTER, PICKED] {
            assert_eq!(at(JobStatus::Taken).finish(party), Ok(Change::Needed));
            assert_eq!(at(JobStatus::Done).finish(party), Ok(Change::AlreadySo));
        }
        assert_eq!(at(JobStatus::Open).finish(POSTER), Err(RuleViolation::JobNotTaken));
        assert_eq!(at(JobStatus::Taken).finish(OTHER), Err(RuleViolation::NotAParty));
    }

    #[test]
    fn a_done_job_does_not_change_and_a_taken_one_does_not_go() {
        assert_eq!(at(JobStatus::Taken).edit(), Ok(()));
        assert_eq!(at(JobStatus::Done).edit(), Err(RuleViolation::JobDone));
        assert_eq!(at(JobStatus::Taken).delete(), Err(RuleViolation::JobTaken));
        assert_eq!(at(JobStatus::Done).delete(), Ok(()));
    }

    #[test]
    fn a_job_joins_its_two_parties_only() {
        assert!(at(JobStatus::Taken).joins(PICKED, POSTER));
        assert!(!at(JobStatus::Taken).joins(OTHER, POSTER));
        let erased = JobLife { poster: None, status: JobStatus::Done, receiver: None };
        assert!(!erased.joins(OTHER, POSTER));
    }
}
