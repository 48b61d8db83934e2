//! The marketplace's vocabulary: values that are valid by construction, and the rules between them.
//!
//! Nothing here reads a clock, a file or a socket. What cannot be valid cannot be built, so a layer that accepts
//! these types need not look again.
//!
//! ```
//! use gigline_domain::{Email, JobLife, JobStatus, RuleViolation, UserId};
//!
//! let email = Email::parse("  Ann@Example.org ").expect("a plain address");
//! assert_eq!(email.as_str(), "Ann@Example.org");
//! assert_eq!(email.key(), "ann@example.org");
//!
//! let ann = UserId::new(1);
//! let job = JobLife { poster: Some(ann), status: JobStatus::Open, receiver: None };
//! assert_eq!(job.apply(ann, false), Err(RuleViolation::OwnJob));
//! ```

mod account;
mod fault;
mod ids;
mod job;
mod life;
mod message;
mod place;
mod rating;
mod search;
mod seq;
mod text;
mod time;

pub use account::{Email, PersonName, Phone, Role, Username};
pub use fault::Fault;
pub use ids::{AssetId, ChatId, EventId, JobId, LoginId, MessageId, RATING_ID_FLOOR, RatingId, SessionId, UserId};
pub use job::{Category, DateActivity, Description, Duration, JobTitle, LocationText, Notes, Reward, Skills};
pub use life::{Change, JobLife, JobStatus, RuleViolation};
pub use message::{ClientId, MessageText};
pub use place::{BoundingBox, Circle, LongitudeRange, Place};
pub use rating::{RatingText, Stars};
pub use search::{SearchTerms, edit_distance, fold_words};
pub use seq::Seq;
pub use time::Timestamp;
