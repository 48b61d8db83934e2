//! With which session a connection comes: by header, by cookie, or by the query where clients can set neither.

use std::sync::OnceLock;

use actix_web::HttpRequest;
use actix_web::http::header;
use gigline_auth::{Session, SessionToken, TokenDigest};

use crate::app::Parts;
use crate::caller::{COOKIE, bearer};
use crate::error::{ApiError, ApiResult};

/// What the request that opened a connection said of its sender.
#[derive(Debug, Clone)]
pub(crate) struct Guest {
    token: Option<SessionToken>,
    bound: Option<Bound>,
}

/// The live session with which the connection came. Every later request of it must come with the same.
///
/// One thing is excepted: the Python client sends its headers with the handshake and with no poll. Whose first request
/// after the handshake comes without, may go on without.
#[derive(Debug, Clone)]
struct Bound {
    digest: TokenDigest,
    by_cookie: bool,
    shows_it_again: OnceLock<bool>,
}

/// A token that a request shows.
struct Shown {
    token: Option<SessionToken>,
    by_cookie: bool,
}

impl Guest {
    /// Reads a request. Errors: `CrossSite` for another site's page that comes with its visitor's cookie; the store's.
    pub(crate) async fn of(app: &Parts, request: &HttpRequest) -> ApiResult<Self> {
        let Some(shown) = shown(request) else { return Ok(Self::unbound(query_token(request))) };
        let live = match &shown.token {
            Some(token) => app.sessions.resolve(token).await?.is_some(),
            None => false,
        };
        match shown.token {
            Some(token) if live => {
                if shown.by_cookie {
                    app.settings.origins.check(request)?;
                }
                let (digest, by_cookie) = (token.digest(), shown.by_cookie);
                let bound = Bound { digest, by_cookie, shows_it_again: OnceLock::new() };
                Ok(Self { token: Some(token), bound: Some(bound) })
            }
            // A cookie may be left over from long ago; a header was put there on purpose.
            _ if shown.by_cookie => Ok(Self::unbound(query_token(request))),
            token => Ok(Self::unbound(token)),
        }
    }

    fn unbound(token: Option<SessionToken>) -> Self {
        Self { token, bound: None }
    }

    /// Whether a later request comes from the same one.
    pub(crate) fn is_same(&self, app: &Parts, request: &HttpRequest) -> bool {
        let Some(bound) = &self.bound else { return true };
        let shown = shown(request);
        let shows_it_again = *bound.shows_it_again.get_or_init(|| bound.by_cookie || shown.is_some());
        match shown {
            None => !shows_it_again,
            Some(Shown { token: Some(token), .. }) if token.digest() == bound.digest => {
                !bound.by_cookie || app.settings.origins.check(request).is_ok()
            }
            Some(_) => false,
        }
    }

    /// The live session of the token in `instead`, else of the request's. Errors: `Unauthorized`; the store's.
    pub(crate) async fn session(&self, app: &Parts, instead: Option<&str>) -> ApiResult<Session> {
        let given = instead.map(SessionToken::parse);
        let token = given.as_ref().map_or(self.token.as_ref(), Option::as_ref);
        let token = token.ok_or(ApiError::Unauthorized)?;
        app.sessions.resolve(token).await?.ok_or(ApiError::Unauthorized)
    }
}

/// The token in a request's header, else in its cookie.
fn shown(request: &HttpRequest) -> Option<Shown> {
    if request.headers().contains_key(header::AUTHORIZATION) {
        return Some(Shown { token: bearer(request).and_then(SessionToken::parse), by_cookie: false });
    }
    let cookie = request.cookie(COOKIE)?;
    Some(Shown { token: SessionToken::parse(cookie.value()), by_cookie: true })
}

fn query_token(request: &HttpRequest) -> Option<SessionToken> {
    let mut pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
    let (_, token) = pairs.find(|(key, _)| key == "token")?;
    SessionToken::parse(&token)
}
