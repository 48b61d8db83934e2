//! A filter in SQL, as far as SQL can tell, and the rest of it.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double};
use gigline_domain::Place;

use crate::job_views::JobFilter;
use crate::rows::status_word;
use crate::{StoreError, StoreResult};

/// A match, and where it is.
#[derive(QueryableByName, Queryable)]
pub(super) struct Spot {
    #[diesel(sql_type = BigInt)]
    pub(super) id: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) score: i64,
    #[diesel(sql_type = Double)]
    longitude: f64,
    #[diesel(sql_type = Double)]
    latitude: f64,
}

impl Spot {
    /// Whether it lies in the filter's circle, if that has one.
    pub(super) fn is_within(&self, filter: &JobFilter) -> StoreResult<bool> {
        let Some(circle) = &filter.within else { return Ok(true) };
        let place =
            Place::new(self.longitude, self.latitude).map_err(|fault| StoreError::Corrupt(fault.to_string()))?;
        Ok(!place.is_nowhere() && circle.distance_within(place).is_some())
    }
}

/// What the filter asks of a row of `jobs`, with AND before it; `category` is the placeholder of the one value that is
/// bound, an empty text where none is asked for.
pub(super) fn conditions(filter: &JobFilter, category: &str) -> String {
    // The placeholder must be used even where no category is asked for.
    let mut all = match filter.category {
        Some(_) => vec![format!("jobs.category = {category}")],
        None => vec![format!("{category} = ''")],
    };
    all.extend(filter.status.map(|status| format!("jobs.status = '{}'", status_word(status))));
    all.extend(filter.poster.map(|poster| format!("jobs.poster_id = {poster}")));
    if let Some(circle) = &filter.within {
        let found = circle.bounding_box();
        let [one, other] = found.longitudes;
        all.push(format!(
            "jobs.latitude BETWEEN {} AND {} AND (jobs.longitude BETWEEN {} AND {} OR jobs.longitude BETWEEN {} AND {})",
            found.south, found.north, one.west, one.east, other.west, other.east
        ));
    }
    format!(" AND {}", all.join(" AND "))
}
