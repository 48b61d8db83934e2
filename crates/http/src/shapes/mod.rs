//! What answers look like: the contract's shapes, from the records that the repositories give.
//!
//! All keys are always there; texts and lists are never null.

mod asset;
mod chat;
mod job;
mod rating;
mod room;
mod said;
mod session;
mod user;

pub(crate) use asset::{AssetBody, AssetList};
pub(crate) use chat::{ChatLineBody, ChatList, MessageList, ReadBody};
pub(crate) use job::{JobBody, JobList};
pub(crate) use rating::{RatingBody, RatingList};
pub(crate) use room::{RoomAccount, RoomBody, RoomId, RoomSignedIn};
pub(crate) use said::{Ended, SaidList};
pub(crate) use session::{SessionBody, SignedIn};
pub(crate) use user::{UserBody, UserList};

use gigline_domain::JobStatus;
use gigline_persistence::records::{JobLine, Person, RatingLine};
use serde::Serialize;
use utoipa::ToSchema;

/// A message to a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Notice)]
pub(crate) struct NoticeBody {
    pub(crate) message: &'static str,
}

/// Somebody, as others refer to them.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SimpleUser)]
pub(crate) struct PersonBody {
    /// 0 for an erased account.
    id: i64,
    first: String,
    last: String,
    username: String,
}

impl PersonBody {
    /// Who is not there any more.
    pub(crate) fn erased() -> Self {
        Self { id: 0, first: "Deleted".to_owned(), last: "user".to_owned(), username: String::new() }
    }

    /// Somebody, or the erased account.
    pub(crate) fn or_erased(person: Option<Person>) -> Self {
        person.map_or_else(Self::erased, Self::from)
    }
}

impl From<Person> for PersonBody {
    fn from(person: Person) -> Self {
        Self { id: person.id.get(), first: person.first, last: person.last, username: person.username }
    }
}

/// A job in one line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SimpleJob)]
pub(crate) struct JobLineBody {
    id: i64,
    title: String,
    reward: String,
    done: bool,
}

impl From<JobLine> for JobLineBody {
    fn from(line: JobLine) -> Self {
        Self { id: line.id.get(), title: line.title, reward: line.reward, done: line.status == JobStatus::Done }
    }
}

/// A rating in one line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SimpleRating)]
pub(crate) struct RatingLineBody {
    id: i64,
    rate: i64,
    description: String,
}

impl From<RatingLine> for RatingLineBody {
    fn from(line: RatingLine) -> Self {
        Self { id: line.id.get(), rate: line.rate, description: line.description }
    }
}

/// Records as bodies.
pub(crate) fn bodies<T, B: From<T>>(records: Vec<T>) -> Vec<B> {
    records.into_iter().map(B::from).collect()
}
