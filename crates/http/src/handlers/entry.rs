//! Registering, signing in and out by username, as the rooms' clients do it.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration as CookieDuration;
use gigline_auth::{LoginName, Password};
use gigline_domain::{PersonName, Role, Username};
use gigline_persistence::StoreError;
use gigline_persistence::accounts::{self, NewAccount};

use crate::app::App;
use crate::body::{BODY_LIMIT, Body};
use crate::caller::Visitor;
use crate::error::{ApiError, ApiResult};
use crate::fields::{Fields, text};
use crate::handlers::accounts::session_cookie;
use crate::reply::Reply;
use crate::shapes::{NoticeBody, RoomAccount, RoomSignedIn};

/// The parameters of a request of this family.
pub(crate) async fn params(request: &HttpRequest, body: Body) -> ApiResult<Fields> {
    let body = body.bytes(BODY_LIMIT).await?;
    Fields::from_anywhere(request.query_string(), &body)
}

/// What people without names of their own are called: by their username, and after that a dash.
fn names(username: &Username) -> ApiResult<(PersonName, PersonName)> {
    let name = |text| PersonName::parse(text).map_err(|fault| ApiError::Internal(fault.to_string()));
    Ok((name(username.as_str())?, name("-")?))
}

/// `POST /register/` — a new account with nothing but a username.
pub(crate) async fn register(app: App, request: HttpRequest, body: Body) -> ApiResult<Reply> {
    app.settings.origins.check_entry(&request)?;
    let mut fields = params(&request, body).await?;
    let username = fields.required("username", text(Username::parse));
    let password = fields.required("password", text(Password::parse));
    let (username, password) = fields.finish(username.zip(password))?;
    app.throttle.registration(app.settings.proxies.client(&request), app.now())?;
    let (first, last) = names(&username)?;
    let hash = app.hasher.hash(password).await?;
    let account = NewAccount {
        email: None,
        first,
        last,
        phone: None,
        password_hash: hash.as_str().to_owned(),
        role: Role::Member,
        created_at: app.now(),
    };
    let (sessions, name) = (app.sessions.clone(), username.clone());
    let issued = app.store.write(move |tx| {
        let user = accounts::insert(tx, &account, &name)?;
        sessions.open(tx, user)
    });
    let issued = issued.await?;
    let account = RoomAccount { id: issued.user_id.get(), username: username.as_str().to_owned() };
    Ok(Reply::created(&account)?.with_cookie(session_cookie(&app, issued.session_token.reveal())))
}

/// `POST /login/` — a login of its own for whoever knows the password.
pub(crate) async fn login(app: App, request: HttpRequest, body: Body) -> ApiResult<Reply> {
    app.settings.origins.check_entry(&request)?;
    let mut fields = params(&request, body).await?;
    let username = fields.required("username", text(|name| Ok(name.to_owned())));
    let password = fields.required("password", text(|password| Ok(password.to_owned())));
    let (username, password) = fields.finish(username.zip(password))?;
    let address = app.settings.proxies.client(&request);
    let issued = app.authenticator.sign_in(LoginName::username(&username), &password, address).await?;
    let user = issued.user_id;
    let account = app.store.read_point(move |conn| accounts::get(conn, user)).await.map_err(|error| match error {
        // Erased since: as if it had never been.
        StoreError::NotFound(_) => ApiError::WrongCredentials,
        error => error.into(),
    })?;
    let account = RoomAccount { id: user.get(), username: account.person.username };
    let cookie = session_cookie(&app, issued.session_token.reveal());
    Ok(Reply::ok(&RoomSignedIn::new(account, &issued))?.with_cookie(cookie))
}

/// `POST /logout/` — whoever was signed in is not any more.
pub(crate) async fn logout(app: App, visitor: Visitor) -> ApiResult<Reply> {
    if let Some(caller) = visitor.caller() {
        app.sessions.logout(caller.0.login_id).await?;
    }
    let mut gone = session_cookie(&app, String::new());
    gone.set_max_age(CookieDuration::ZERO);
    Ok(Reply::ok(&NoticeBody { message: "logged out" })?.with_cookie(gone))
}
