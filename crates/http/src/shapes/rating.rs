//! Ratings, one and in pages, as the contract writes them.

use gigline_domain::JobId;
use gigline_persistence::Page;
use gigline_persistence::records::Rating;
use serde::Serialize;
use utoipa::ToSchema;

use crate::paging::encode;
use crate::shapes::{PersonBody, bodies};
use crate::wire::Time;

/// A rating.
#[derive(Serialize, ToSchema)]
#[schema(as = Rating)]
pub(crate) struct RatingBody {
    id: i64,
    #[schema(minimum = 0, maximum = 5)]
    rate: i64,
    description: String,
    /// Who gave it; exactly one.
    #[schema(min_items = 1, max_items = 1)]
    poster: Vec<PersonBody>,
    /// Whom it is about; exactly one.
    #[schema(min_items = 1, max_items = 1)]
    postee: Vec<PersonBody>,
    /// Null if it is for no job, or the job is gone.
    job_id: Option<i64>,
    /// Whether a done job joins the two.
    verified: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Time,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Time,
}

impl From<Rating> for RatingBody {
    fn from(rating: Rating) -> Self {
        Self {
            id: rating.id.get(),
            rate: rating.rate,
            description: rating.description,
            poster: vec![rating.author.into()],
            postee: vec![PersonBody::or_erased(rating.subject)],
            job_id: rating.job_id.map(JobId::get),
            verified: rating.verified,
            created_at: Time(rating.created_at),
            updated_at: Time(rating.updated_at),
        }
    }
}

/// A page of ratings.
#[derive(Serialize, ToSchema)]
pub(crate) struct RatingList {
    ratings: Vec<RatingBody>,
    /// Null at the end.
    next_cursor: Option<String>,
}

impl From<Page<Rating>> for RatingList {
    fn from(page: Page<Rating>) -> Self {
        Self { ratings: bodies(page.items), next_cursor: page.next.as_ref().map(encode) }
    }
}
