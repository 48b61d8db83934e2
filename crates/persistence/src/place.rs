//! Jobs within a circle, nearest first: a box by index in the database, the exact distance here.

use diesel::prelude::*;
use gigline_domain::{Circle, Place};

use crate::any::AnyConn;
use crate::job_views::{self, JobFilter};
use crate::records::{Job, Viewer};
use crate::rows::status_word;
use crate::schema::jobs;
use crate::{Conn, Page, PageRequest, StoreError, StoreResult};

/// Where a list by distance goes on: the distance and id of the last job shown.
pub type NearCursor = (f64, i64);

/// A page of the jobs within the filter's circle, nearest first, equally near ones newest first.
///
/// Jobs without a place are in no circle. The whole box is looked through for each page, at most the newest 200,000 jobs.
pub fn list_near(
    conn: &mut Conn,
    circle: &Circle,
    filter: &JobFilter,
    page: PageRequest<NearCursor>,
    viewer: Viewer,
) -> StoreResult<Page<Job, NearCursor>> {
    conn.snapshot(|conn| near_page(conn, circle, filter, page, viewer))
}

fn near_page(
    conn: &mut Conn,
    circle: &Circle,
    filter: &JobFilter,
    page: PageRequest<NearCursor>,
    viewer: Viewer,
) -> StoreResult<Page<Job, NearCursor>> {
    let mut near = within(conn.db(), circle, filter)?;
    if let Some(last) = page.after {
        near.retain(|spot| order(spot, &last).is_gt());
    }
    let wanted = page.limit.saturating_add(1);
    if near.len() > wanted {
        near.select_nth_unstable_by(wanted, order);
        near.truncate(wanted);
    }
    near.sort_unstable_by(order);
    let Page { items, next } = Page::cut(near, page.limit, |spot| *spot);
    let ids: Vec<i64> = items.iter().map(|(_, id)| *id).collect();
    let mut found = job_views::in_order(conn, &ids, viewer)?;
    measure(&mut found, circle);
    let page = Page { items: found, next };
    Ok(page.within_budget(Job::weight, |job| (job.distance_km.unwrap_or_default(), job.id.get())))
}

/// Writes into each job how far it is from the circle's middle, where it has a place.
pub(crate) fn measure(found: &mut [Job], circle: &Circle) {
    for job in found.iter_mut().filter(|job| !job.place.is_nowhere()) {
        job.distance_km = Some(circle.centre().distance_km(job.place));
    }
}

fn order(one: &NearCursor, other: &NearCursor) -> std::cmp::Ordering {
    one.0.total_cmp(&other.0).then(other.1.cmp(&one.1))
}

fn within(conn: &mut AnyConn, circle: &Circle, filter: &JobFilter) -> StoreResult<Vec<NearCursor>> {
    let found = circle.bounding_box();
    let [one, other] = found.longitudes;
    let mut query = jobs::table
        .filter(jobs::latitude.ne(0.0).or(jobs::longitude.ne(0.0)))
        .filter(jobs::latitude.between(found.south, found.north))
        .filter(jobs::longitude.between(one.west, one.east).or(jobs::longitude.between(other.west, other.east)))
        .select((jobs::id, jobs::longitude, jobs::latitude))
        .order(jobs::id.desc())
        .limit(200_000)
        .into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(jobs::status.eq(status_word(status)));
    }
    if let Some(category) = &filter.category {
        query = query.filter(jobs::category.eq(category.as_str()));
    }
    if let Some(poster) = filter.poster {
        query = query.filter(jobs::poster_id.eq(poster.get()));
    }
    let rows: Vec<(i64, f64, f64)> = query.load(conn)?;
    let spots = rows.into_iter().map(|(id, longitude, latitude)| {
        let place = Place::new(longitude, latitude).map_err(|fault| StoreError::Corrupt(fault.to_string()))?;
        Ok(circle.distance_within(place).map(|distance| (distance, id)))
    });
    spots.filter_map(Result::transpose).collect()
}
