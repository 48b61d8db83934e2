//! Numbers that name rows: one type each, so that a job's number cannot be passed where a user's is meant.

use std::fmt;

/// Rating ids are above this number and user ids below it, so that one path segment can name either.
pub const RATING_ID_FLOOR: i64 = 1_000_000_000;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Wraps a number that came from the database or from a path.
            pub const fn new(id: i64) -> Self {
                Self(id)
            }

            /// The number itself.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(/// Names a registered person.
    UserId);
id!(/// Names a job.
    JobId);
id!(/// Names a rating; above [`RATING_ID_FLOOR`].
    RatingId);
id!(/// Names a picture.
    AssetId);
id!(/// Names one login: the family of sessions that grew from one sign-in.
    LoginId);
id!(/// Names one session of a login.
    SessionId);
id!(/// Names a conversation.
    ChatId);
id!(/// Names a message.
    MessageId);
id!(/// Numbers an event of the log, over all chats: 1, 2, 3 … without a gap, in the order in which they were committed.
    EventId);

impl EventId {
    /// Before the first event.
    pub const NONE: Self = Self(0);
}
