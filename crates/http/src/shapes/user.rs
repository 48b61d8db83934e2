//! Users, as whoever asks may see them.

use gigline_chat::wire::MessageBody;
use gigline_persistence::Page;
use gigline_persistence::records::{Profile, RatingSummary, Sight};
use serde::Serialize;
use utoipa::ToSchema;

use crate::paging::encode;
use crate::shapes::{AssetBody, ChatLineBody, JobLineBody, RatingLineBody, bodies};
use crate::wire::{Links, Time, maybe_number};

/// A user. Private fields are empty unless seen by themselves or an admin; how to reach them also by the other party
/// of a taken or done job. Inner lists hold at most their newest 100.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserBody {
    id: i64,
    email: String,
    username: String,
    first: String,
    last: String,
    /// The digits of `phone`; 0 for none.
    phone_number: i64,
    phone: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    /// Newest first.
    assets: Vec<AssetBody>,
    job_as_poster: Vec<JobLineBody>,
    job_as_receiver: Vec<JobLineBody>,
    job_as_potential: Vec<JobLineBody>,
    rating_as_poster: Vec<RatingLineBody>,
    rating_as_postee: Vec<RatingLineBody>,
    rating: SummaryBody,
    chats: Vec<ChatLineBody>,
    /// The newest twenty that they sent, oldest first.
    messages: Vec<MessageBody>,
    /// Empty everywhere but in answers to register and login.
    token: String,
}

/// What others say of a user: over the verified ratings where there are any, else over all.
#[derive(Serialize, ToSchema)]
#[schema(as = RatingSummary)]
struct SummaryBody {
    /// Null without any rating.
    #[serde(serialize_with = "maybe_number")]
    average: Option<f64>,
    count: i64,
    verified_count: i64,
}

impl From<RatingSummary> for SummaryBody {
    fn from(all: RatingSummary) -> Self {
        let (sum, count) =
            if all.verified_count > 0 { (all.verified_sum, all.verified_count) } else { (all.sum, all.count) };
        #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "counts of ratings are far below 2^53")]
        let average = (count > 0).then(|| sum as f64 / count as f64);
        Self { average, count: all.count, verified_count: all.verified_count }
    }
}

impl UserBody {
    pub(crate) fn new(profile: Profile, links: &Links<'_>) -> Self {
        let account = profile.account;
        let reachable = profile.sight != Sight::Public;
        Self {
            id: account.person.id.get(),
            email: account.email.filter(|_| reachable).unwrap_or_default(),
            username: account.person.username,
            first: account.person.first,
            last: account.person.last,
            phone_number: if reachable { account.phone_digits } else { 0 },
            phone: if reachable { account.phone } else { String::new() },
            created_at: Time(account.created_at),
            assets: AssetBody::all(profile.pictures, links),
            job_as_poster: bodies(profile.posted),
            job_as_receiver: bodies(profile.received),
            job_as_potential: if profile.sight == Sight::Full { bodies(profile.applied) } else { Vec::new() },
            rating_as_poster: bodies(profile.given),
            rating_as_postee: bodies(profile.got),
            rating: profile.rating.into(),
            chats: bodies(profile.chats),
            messages: profile.messages.iter().map(MessageBody::from).collect(),
            token: String::new(),
        }
    }

    /// The same user with the token of a new login.
    pub(crate) fn with_token(self, token: String) -> Self {
        Self { token, ..self }
    }
}

/// A page of users, under the first clients' name for it.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserList {
    user: Vec<UserBody>,
    /// Null at the end.
    next_cursor: Option<String>,
}

impl UserList {
    pub(crate) fn new(page: Page<Profile>, links: &Links<'_>) -> Self {
        let user = page.items.into_iter().map(|profile| UserBody::new(profile, links)).collect();
        Self { user, next_cursor: page.next.as_ref().map(encode) }
    }
}
