//! Who is who, and who may do what: passwords, tokens, sessions, throttling and permissions.
//!
//! A plain secret reaches neither the store nor a log: passwords are stored as bcrypt hashes and tokens as SHA-256
//! digests, and the types that hold them print nothing. Time comes from a [`Clock`], so nothing here has to wait to
//! be tested.
//!
//! ```
//! use std::sync::Arc;
//!
//! use gigline_auth::{Action, Actor, Refusal, Resource, SessionPolicy, SessionToken, Sessions, SystemClock, authorize};
//! use gigline_domain::UserId;
//! use gigline_persistence::{DatabaseUrl, Store, StoreConfig};
//!
//! # let dir = tempfile::tempdir().expect("a directory");
//! # let path = dir.path().join("gigline.db");
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
//! # runtime.block_on(async {
//! let store = Store::open(&StoreConfig::new(DatabaseUrl::Sqlite(path))).expect("a database");
//! let sessions = Sessions::new(store, Arc::new(SystemClock), SessionPolicy::default());
//!
//! // Well-formed, and nobody's.
//! let token = SessionToken::parse("gls_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").expect("a token's text");
//! let session = sessions.resolve(&token).await.expect("an answer");
//! let actor = session.as_ref().map_or(Actor::Anonymous, Actor::from);
//!
//! let ann = Resource::User(UserId::new(1));
//! assert_eq!(authorize(actor, Action::EditUser, ann), Err(Refusal::Unauthenticated));
//! assert_eq!(authorize(Actor::Member(UserId::new(2)), Action::EditUser, ann), Err(Refusal::Forbidden));
//! assert_eq!(authorize(Actor::Admin(UserId::new(2)), Action::EditUser, ann), Ok(()));
//! # });
//! ```

mod authorize;
mod clock;
mod hasher;
mod password;
mod session_cache;
mod sessions;
mod sign_in;
mod throttle;
mod token;

pub use authorize::{Action, Actor, Refusal, Resource, authorize};
pub use clock::{Clock, ManualClock, SystemClock};
pub use gigline_persistence::sessions::{EndedSession, Session, TokenDigest};
pub use hasher::{Check, HashError, Hasher};
pub use password::{Cost, Password, PasswordHash};
pub use sessions::{Issued, Renewal, SessionPolicy, Sessions};
pub use sign_in::{Authenticator, LoginName, SignInError};
pub use throttle::{Attempt, Network, Throttle, ThrottlePolicy, Throttled};
pub use token::{SessionToken, UpdateToken};

#[cfg(test)]
mod test_house;
