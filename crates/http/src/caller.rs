//! Who is calling: a ladder of extractors, so that a handler's signature says whom it serves.

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::future::LocalBoxFuture;
use gigline_auth::{Action, Actor, Resource, Session, SessionToken, UpdateToken, authorize};
use gigline_domain::{Role, UserId};
use gigline_persistence::records::Viewer;

use crate::app::App;
use crate::error::{ApiError, ApiResult};

/// The name of the cookie that holds a session token.
pub(crate) const COOKIE: &str = "session";

/// Somebody with a live session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller(pub(crate) Session);

/// Somebody with a live session who is going to wait for what comes: with a cookie, a page of another site must not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WaitingCaller(pub(crate) Caller);

/// Somebody with or without a session. A dead one counts as none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visitor(Option<Caller>);

impl Caller {
    pub(crate) fn id(&self) -> UserId {
        self.0.user_id
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor::from(&self.0)
    }

    pub(crate) fn is_admin(&self) -> bool {
        self.0.role == Role::Admin
    }

    pub(crate) fn viewer(&self) -> Viewer {
        Viewer { id: Some(self.id()), admin: self.is_admin() }
    }

    /// Passes if the caller may do this. Errors: `Forbidden`.
    pub(crate) fn may(&self, action: Action, resource: Resource) -> ApiResult<()> {
        authorize(self.actor(), action, resource).map_err(ApiError::from)
    }
}

impl Visitor {
    pub(crate) fn id(&self) -> Option<UserId> {
        self.0.map(|caller| caller.id())
    }

    /// Whoever has a session.
    pub(crate) fn caller(&self) -> Option<Caller> {
        self.0
    }

    pub(crate) fn viewer(&self) -> Viewer {
        self.0.map_or(Viewer::ANYONE, |caller| caller.viewer())
    }
}

/// The token after `Bearer` in the `Authorization` header.
pub(crate) fn bearer(request: &HttpRequest) -> Option<&str> {
    let (scheme, token) = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The update token of a request.
pub(crate) fn update_token(request: &HttpRequest) -> ApiResult<UpdateToken> {
    bearer(request).and_then(UpdateToken::parse).ok_or(ApiError::Unauthorized)
}

/// The live session of a request: by the header, else by the cookie; a cookie is not good enough for a write that
/// another site's page may have made. Looked up once for each request.
pub(crate) async fn session_of(app: &App, request: &HttpRequest) -> ApiResult<Option<Caller>> {
    if let Some(known) = request.extensions().get::<Visitor>() {
        return Ok(known.0);
    }
    let by_header = request.headers().contains_key(header::AUTHORIZATION);
    let token = if by_header {
        bearer(request).and_then(SessionToken::parse)
    } else {
        request.cookie(COOKIE).and_then(|cookie| SessionToken::parse(cookie.value()))
    };
    let Some(token) = token else { return Ok(None) };
    let session = app.sessions.resolve(&token).await?;
    let reads_only = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if session.is_some() && !by_header && !reads_only {
        app.settings.origins.check(request)?;
    }
    let caller = session.map(Caller);
    request.extensions_mut().insert(Visitor(caller));
    Ok(caller)
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { session_of(App::of(&request)?, &request).await?.ok_or(ApiError::Unauthorized) })
    }
}

impl FromRequest for WaitingCaller {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let app = App::of(&request)?;
            let caller = session_of(app, &request).await?.ok_or(ApiError::Unauthorized)?;
            if !request.headers().contains_key(header::AUTHORIZATION) {
                app.settings.origins.check(&request)?;
            }
            Ok(Self(caller))
        })
    }
}

impl FromRequest for Visitor {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, ApiResult<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(session_of(App::of(&request)?, &request).await?)) })
    }
}
