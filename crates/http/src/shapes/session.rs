//! Sessions: the only answers that show a token.

use gigline_auth::Issued;
use serde::Serialize;
use utoipa::ToSchema;

use crate::shapes::UserBody;
use crate::wire::Time;

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionBody {
    /// Goes into `Authorization: Bearer`.
    session_token: String,
    #[schema(value_type = String, format = DateTime)]
    session_expiration: Time,
    /// Goes into `Authorization: Bearer` of `POST /api/session/`, once.
    update_token: String,
}

impl From<&Issued> for SessionBody {
    fn from(issued: &Issued) -> Self {
        Self {
            session_token: issued.session_token.reveal(),
            session_expiration: Time(issued.expires_at),
            update_token: issued.update_token.reveal(),
        }
    }
}

/// A user with the tokens of a new login merged in.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedIn {
    #[serde(flatten)]
    user: UserBody,
    #[serde(flatten)]
    session: SessionBody,
}

impl SignedIn {
    pub(crate) fn new(user: UserBody, issued: &Issued) -> Self {
        Self { user: user.with_token(issued.session_token.reveal()), session: issued.into() }
    }
}
