//! Who may do what: the marketplace's permissions in one function, which knows ids and nothing else.
//!
//! Members act on what is theirs. Admins edit and delete anything, and never act as another. What depends on the
//! state of a thing (an open job, one's own job) is a rule of the domain and not asked here.

use gigline_domain::{Role, UserId};
use gigline_persistence::sessions::Session;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Somebody without a session.
    Anonymous,
    /// A member.
    Member(UserId),
    /// An admin.
    Admin(UserId),
}

impl Actor {
    /// The account, if there is a session.
    pub fn id(self) -> Option<UserId> {
        match self {
            Self::Anonymous => None,
            Self::Member(id) | Self::Admin(id) => Some(id),
        }
    }
}

impl From<&Session> for Actor {
    fn from(session: &Session) -> Self {
        match session.role {
            Role::Member => Self::Member(session.user_id),
            Role::Admin => Self::Admin(session.user_id),
        }
    }
}

/// What is asked for. Reading what everyone may read needs no asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Change an account.
    EditUser,
    /// Erase an account.
    DeleteUser,
    /// See an account's private side.
    SeePrivate,
    /// Add a picture to an account.
    UploadToUser,
    /// Post a job under an account's name.
    PostJobAs,
    /// Apply for a job under an account's name.
    ApplyAs,
    /// Take back an account's application.
    WithdrawAs,
    /// Rate somebody under an account's name.
    RateAs,
    /// Add a picture to a job.
    UploadToJob,
    /// Change a job.
    EditJob,
    /// Delete a job.
    DeleteJob,
    /// Pick a candidate of a job.
    PickCandidate,
    /// Call a job done.
    FinishJob,
    /// Change a rating.
    EditRating,
    /// Delete a rating.
    DeleteRating,
    /// Delete a picture.
    DeleteAsset,
}

/// What it is asked for, with those who have a say in it. Whose account is erased has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// An account.
    User(UserId),
    /// A job.
    Job {
        /// Who posted it.
        poster: Option<UserId>,
        /// Who was picked.
        receiver: Option<UserId>,
    },
    /// A rating.
    Rating {
        /// Who gave it.
        author: UserId,
    },
    /// A picture.
    Asset {
        /// Whose it is.
        owner: UserId,
    },
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Somebody would have to sign in first.
    #[error("sign in first")]
    Unauthenticated,
    /// Signed in, and not entitled.
    #[error("this is not yours to do")]
    Forbidden,
}

/// Whether `actor` may do `action` to `resource`; an action that makes no sense for it is refused.
pub fn authorize(actor: Actor, action: Action, resource: Resource) -> Result<(), Refusal> {
    let me = actor.id().ok_or(Refusal::Unauthenticated)?;
    let admin = matches!(actor, Actor::Admin(_));
    let allowed = match (action, resource) {
        (Action::EditUser | Action::DeleteUser | Action::SeePrivate, Resource::User(owner))
        | (Action::EditRating | Action::DeleteRating, Resource::Rating { author: owner })
        | (Action::DeleteAsset, Resource::Asset { owner }) => admin || owner == me,

        (Action::EditJob | Action::DeleteJob, Resource::Job { poster, .. }) => admin || poster == Some(me),

        (
            Action::UploadToUser | Action::PostJobAs | Action::ApplyAs | Action::WithdrawAs | Action::RateAs,
            Resource::User(claimed),
        ) => claimed == me,

        (Action::UploadToJob | Action::PickCandidate, Resource::Job { poster, .. }) => poster == Some(me),
        (Action::FinishJob, Resource::Job { poster, receiver }) => poster == Some(me) || receiver == Some(me),

        _ => false,
    };
    if allowed { Ok(()) } else { Err(Refusal::Forbidden) }
}

#[cfg(test)]
mod tests;
