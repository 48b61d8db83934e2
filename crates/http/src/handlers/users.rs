//! People's accounts: looking at them, changing and erasing one's own.

use actix_web::HttpRequest;
use gigline_auth::{Action, Resource};
use gigline_domain::{Email, PersonName, Username};
use gigline_persistence::accounts::{self, AccountPatch};
use gigline_persistence::profiles;

use crate::app::App;
use crate::body::Body;
use crate::caller::{Caller, Visitor};
use crate::error::{ApiError, ApiResult};
use crate::fields::{Fields, text};
use crate::handlers::accounts::phone;
use crate::paging::page;
use crate::path::UserPath;
use crate::reply::{IfMatch, Reply};
use crate::shapes::{UserBody, UserList};

/// `GET /api/user/` — a page of everyone.
pub(crate) async fn list(app: App, visitor: Visitor, request: HttpRequest) -> ApiResult<Reply> {
    let mut fields = Fields::from_query(request.query_string());
    let page = page(&mut fields);
    let page = fields.finish(Some(page))?;
    let viewer = visitor.viewer();
    let found = app.store.read(move |conn| profiles::list(conn, page, viewer)).await?;
    Reply::ok(&UserList::new(found, &app.links(&request)))
}

/// `GET /api/user/{user}/` — one person, as the caller may see them.
pub(crate) async fn get(app: App, visitor: Visitor, path: UserPath, request: HttpRequest) -> ApiResult<Reply> {
    let viewer = visitor.viewer();
    let profile = app.store.read_point(move |conn| profiles::get(conn, path.user, viewer)).await?;
    Ok(Reply::ok(&UserBody::new(profile, &app.links(&request)))?.tagged())
}

fn patch(mut fields: Fields) -> ApiResult<AccountPatch> {
    let patch = AccountPatch {
        first: fields.optional("first", text(PersonName::parse)),
        last: fields.optional("last", text(PersonName::parse)),
        email: fields.optional("email", text(Email::parse)),
        phone: fields.optional("phone_number", phone),
        username: fields.optional("username", text(Username::parse)),
    };
    fields.finish(Some(patch))
}

/// `POST /api/user/{user}/` — changes an account.
pub(crate) async fn update(
    app: App,
    caller: Caller,
    path: UserPath,
    request: HttpRequest,
    body: Body,
) -> ApiResult<Reply> {
    caller.may(Action::EditUser, Resource::User(path.user))?;
    let patch = patch(body.fields().await?)?;
    let (viewer, condition, links) = (caller.viewer(), IfMatch::of(&request), app.links(&request).into_owned());
    let changed = app.store.write(move |tx| {
        if condition.is_given() {
            accounts::lock(tx, path.user)?;
            condition.check(&UserBody::new(profiles::get(tx, path.user, viewer)?, &links))?;
        }
        accounts::update(tx, path.user, &patch)?;
        Ok::<_, ApiError>(profiles::get(tx, path.user, viewer)?)
    });
    Ok(Reply::ok(&UserBody::new(changed.await?, &app.links(&request)))?.tagged())
}

/// `DELETE /api/user/{user}/` — erases an account and gives it as it was.
pub(crate) async fn delete(app: App, caller: Caller, path: UserPath, request: HttpRequest) -> ApiResult<Reply> {
    caller.may(Action::DeleteUser, Resource::User(path.user))?;
    let (viewer, now) = (caller.viewer(), app.now());
    let erased = app.sessions.end_with(move |tx| {
        let profile = profiles::get(tx, path.user, viewer)?;
        let ended = accounts::erase(tx, path.user, now)?;
        Ok::<_, ApiError>((profile, ended))
    });
    let profile = erased.await?;
    crate::housekeeping::bury(&app).await;
    Reply::ok(&UserBody::new(profile, &app.links(&request)))
}
