//! Ratings: giving, changing, deleting one's own, reading everyone's.

use actix_web::HttpRequest;
use gigline_auth::{Action, Resource};
use gigline_domain::{JobId, RATING_ID_FLOOR, RatingId, RatingText, Stars, UserId};
use gigline_persistence::ratings::{self, NewRating};

use crate::app::App;
use crate::body::Body;
use crate::caller::Caller;
use crate::error::{ApiError, ApiResult};
use crate::fields::{Fields, text, whole};
use crate::paging::page;
use crate::path::{RatePath, RatingPath};
use crate::reply::{IfMatch, Reply};
use crate::shapes::{RatingBody, RatingList};

/// `GET /api/rating/` — a page of all ratings.
pub(crate) async fn list(app: App, request: HttpRequest) -> ApiResult<Reply> {
    let mut fields = Fields::from_query(request.query_string());
    let page = page(&mut fields);
    let page = fields.finish(Some(page))?;
    let found = app.store.read(move |conn| ratings::list(conn, page)).await?;
    Reply::ok(&RatingList::from(found))
}

/// `GET /api/rating/{rating}/` — one rating.
pub(crate) async fn get(app: App, path: RatingPath) -> ApiResult<Reply> {
    let rating = app.store.read_point(move |conn| ratings::get(conn, path.rating)).await?;
    Ok(Reply::ok(&RatingBody::from(rating))?.tagged())
}

/// What is said of somebody.
struct Verdict {
    rate: Stars,
    description: RatingText,
    job: Option<JobId>,
}

impl Verdict {
    fn parse(mut fields: Fields) -> ApiResult<Self> {
        let rate = fields.required("rate", whole(Stars::parse));
        let description = fields.required("description", text(RatingText::parse));
        let job = fields.optional("job_id", whole(|id| Ok(JobId::new(id))));
        let made = || Some(Self { rate: rate?, description: description?, job });
        fields.finish(made())
    }
}

/// `POST /api/user/{user}/rating/{target}/` — rates a person, or changes a rating: which of the two the number says.
pub(crate) async fn rate(
    app: App,
    caller: Caller,
    path: RatePath,
    request: HttpRequest,
    body: Body,
) -> ApiResult<Reply> {
    if path.target.get() > RATING_ID_FLOOR {
        change(app, caller, path, &request, body).await
    } else {
        give(app, caller, path, body).await
    }
}

async fn give(app: App, caller: Caller, path: RatePath, body: Body) -> ApiResult<Reply> {
    caller.may(Action::RateAs, Resource::User(path.user))?;
    let verdict = Verdict::parse(body.fields().await?)?;
    let new = NewRating {
        author: path.user,
        subject: UserId::new(path.target.get()),
        job: verdict.job,
        rate: verdict.rate,
        description: verdict.description,
        require_job: app.settings.ratings_require_job,
    };
    let now = app.now();
    let given = app.store.write(move |tx| {
        let id = ratings::insert(tx, &new, now)?;
        Ok::<_, ApiError>(ratings::get(tx, id)?)
    });
    Reply::created(&RatingBody::from(given.await?))
}

async fn change(app: App, caller: Caller, path: RatePath, request: &HttpRequest, body: Body) -> ApiResult<Reply> {
    let claims_self = path.user == caller.id();
    let fields = body.fields().await?;
    let (rating, condition, now) = (path.target, IfMatch::of(request), app.now());
    let changed = app.store.write(move |tx| {
        let before = lock_own(tx, &caller, rating, Action::EditRating)?;
        // An admin edits under the author's id; nobody acts under another's otherwise.
        if !claims_self && before.author.id != path.user {
            return Err(ApiError::Forbidden);
        }
        let verdict = Verdict::parse(fields)?;
        condition.check(&RatingBody::from(before))?;
        ratings::update(tx, rating, verdict.rate, &verdict.description, now)?;
        Ok(ratings::get(tx, rating)?)
    });
    Ok(Reply::created(&RatingBody::from(changed.await?))?.tagged())
}

/// `DELETE /api/rating/{rating}/` — its author deletes a rating, and gets it as it was.
pub(crate) async fn delete(app: App, caller: Caller, path: RatingPath) -> ApiResult<Reply> {
    let deleted = app.store.write(move |tx| {
        let before = lock_own(tx, &caller, path.rating, Action::DeleteRating)?;
        ratings::delete(tx, path.rating)?;
        Ok::<_, ApiError>(before)
    });
    Reply::ok(&RatingBody::from(deleted.await?))
}

/// A rating that the caller may do `action` to, and that nobody changes meanwhile.
fn lock_own(
    tx: &mut gigline_persistence::WriteTx<'_>,
    caller: &Caller,
    id: RatingId,
    action: Action,
) -> ApiResult<gigline_persistence::records::Rating> {
    ratings::lock(tx, id)?;
    let rating = ratings::get(tx, id)?;
    caller.may(action, Resource::Rating { author: rating.author.id })?;
    Ok(rating)
}
