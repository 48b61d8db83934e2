//! With which session a connection comes: by header, by cookie, or by the query where clients can set neither.

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
#[derive(Debug, Clone)]
struct Bound {
    digest: TokenDigest,
    by_cookie: bool,
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
                let bound = Bound { digest: token.digest(), by_cookie: shown.by_cookie };
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
        let token = shown(request).and_then(|shown| shown.token);
        let same = token.is_some_and(|token| token.digest() == bound.digest);
        same && (!bound.by_cookie || app.settings.origins.check(request).is_ok())
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
