//! Registering, signing in and out, and renewing a session.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use gigline_auth::{Issued, LoginName, Password, Renewal};
use gigline_domain::{Email, Fault, PersonName, Phone, Role};
use gigline_persistence::accounts::{self, NewAccount};
use gigline_persistence::records::{Profile, Viewer};
use gigline_persistence::{StoreError, profiles};

use crate::app::App;
use crate::body::Body;
use crate::caller::{COOKIE, Caller, update_token};
use crate::error::{ApiError, ApiResult};
use crate::fields::{Fields, Given, text};
use crate::reply::Reply;
use crate::shapes::{NoticeBody, SessionBody, SignedIn, UserBody};

/// The password and what else a registration holds.
struct Registration {
    email: Email,
    password: Password,
    first: PersonName,
    last: PersonName,
    phone: Phone,
}

impl Registration {
    fn parse(mut fields: Fields) -> ApiResult<Self> {
        let email = fields.required("email", text(Email::parse));
        let password = fields.required("password", text(Password::parse));
        let first = fields.required("first", text(PersonName::parse));
        let last = fields.required("last", text(PersonName::parse));
        let phone = fields.required("phone_number", phone);
        let made = || Some(Self { email: email?, password: password?, first: first?, last: last?, phone: phone? });
        fields.finish(made())
    }
}

/// A telephone number: a text, or its digits as a number.
pub(crate) fn phone(given: Given<'_>) -> Result<Phone, Fault> {
    if given.is_text() { Phone::parse(given.text()?) } else { Phone::from_digits(given.whole()?) }
}

/// `POST /api/register/` — a new account and its first login.
pub(crate) async fn register(app: App, request: HttpRequest, body: Body) -> ApiResult<Reply> {
    app.settings.origins.check_entry(&request)?;
    let new = Registration::parse(body.fields().await?)?;
    app.throttle.registration(app.settings.proxies.client(&request), app.now())?;
    let hash = app.hasher.hash(new.password).await?;
    let account = NewAccount {
        email: Some(new.email),
        first: new.first,
        last: new.last,
        phone: Some(new.phone),
        password_hash: hash.as_str().to_owned(),
        role: Role::Member,
        created_at: app.now(),
    };
    let sessions = app.sessions.clone();
    let registered = app.store.write(move |tx| {
        let user = accounts::insert_named(tx, &account, rand::random)?;
        let issued = sessions.open(tx, user)?;
        Ok::<_, StoreError>((profiles::get(tx, user, oneself(&issued))?, issued))
    });
    let (profile, issued) = registered.await?;
    signed_in(&app, &request, &issued, profile, Reply::created)
}

/// `POST /api/login/` — a login of its own for whoever knows the password.
pub(crate) async fn login(app: App, request: HttpRequest, body: Body) -> ApiResult<Reply> {
    app.settings.origins.check_entry(&request)?;
    let mut fields = body.fields().await?;
    let email = fields.required("email", text(|email| Ok(email.to_owned())));
    let password = fields.required("password", text(|password| Ok(password.to_owned())));
    let (email, password) = fields.finish(email.zip(password))?;
    let address = app.settings.proxies.client(&request);
    let issued = app.authenticator.sign_in(LoginName::email(&email), &password, address).await?;
    let (user, viewer) = (issued.user_id, oneself(&issued));
    let profile = app.store.read_point(move |conn| profiles::get(conn, user, viewer)).await;
    let profile = profile.map_err(|error| match error {
        // Erased since: as if it had never been.
        StoreError::NotFound(_) => ApiError::WrongCredentials,
        error => error.into(),
    })?;
    signed_in(&app, &request, &issued, profile, Reply::ok)
}

/// Whoever has just signed in, looking at themselves.
fn oneself(issued: &Issued) -> Viewer {
    Viewer { id: Some(issued.user_id), admin: false }
}

/// The answer to a new login: the user in full, the tokens, the cookie.
fn signed_in(
    app: &App,
    request: &HttpRequest,
    issued: &Issued,
    profile: Profile,
    reply: impl FnOnce(&SignedIn) -> ApiResult<Reply>,
) -> ApiResult<Reply> {
    let user = UserBody::new(profile, &app.links(request));
    Ok(reply(&SignedIn::new(user, issued))?.with_cookie(session_cookie(app, issued.session_token.reveal())))
}

/// `POST /api/session/` — a new pair of tokens for an update token.
pub(crate) async fn renew(app: App, request: HttpRequest) -> ApiResult<Reply> {
    match app.sessions.refresh(&update_token(&request)?).await? {
        Renewal::Renewed { issued, .. } => {
            let cookie = session_cookie(&app, issued.session_token.reveal());
            Ok(Reply::ok(&SessionBody::from(&issued))?.with_cookie(cookie))
        }
        Renewal::Refused { .. } => Err(ApiError::Unauthorized),
    }
}

/// `GET /api/secret/` — tells whether the session is alive.
pub(crate) async fn secret(_: Caller) -> ApiResult<Reply> {
    Reply::ok(&NoticeBody { message: "the session is alive" })
}

/// `POST /api/logout/` — the login's sessions and update tokens are dead.
pub(crate) async fn logout(app: App, caller: Caller) -> ApiResult<Reply> {
    app.sessions.logout(caller.0.login_id).await?;
    let mut gone = session_cookie(&app, String::new());
    gone.set_max_age(CookieDuration::ZERO);
    Ok(Reply::ok(&NoticeBody { message: "logged out" })?.with_cookie(gone))
}

/// The cookie that holds a session's token: unreadable for scripts, kept from other sites, and from plain HTTP where
/// we are reached by HTTPS.
pub(crate) fn session_cookie(app: &App, token: String) -> Cookie<'static> {
    let life = i64::try_from(app.settings.session_life.as_secs()).unwrap_or(i64::MAX);
    let secure = app.settings.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
    Cookie::build(COOKIE, token)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .max_age(CookieDuration::seconds(life))
        .finish()
}
