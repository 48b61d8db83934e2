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

/// What the filter asks of a row of `jobs`, each with AND before it; `category` is the placeholder of the one value
/// that is bound, an empty text where none is asked for.
pub(super) fn conditions(filter: &JobFilter, category: &str) -> String {
    let mut all = match filter.category {
        Some(_) => format!(" AND jobs.category = {category}"),
        // The placeholder must be used in any case.
        None => format!(" AND {category} = ''"),
    };
    if let Some(status) = filter.status {
        all.push_str(&format!(" AND jobs.status = '{}'", status_word(status)));
    }
    if let Some(poster) = filter.poster {
        all.push_str(&format!(" AND jobs.poster_id = {poster}"));
    }
    if let Some(circle) = &filter.within {
        let found = circle.bounding_box();
        let [one, other] = found.longitudes;
        all.push_str(&format!(
            " AND jobs.latitude BETWEEN {} AND {} \
              AND (jobs.longitude BETWEEN {} AND {} OR jobs.longitude BETWEEN {} AND {})",
            found.south, found.north, one.west, one.east, other.west, other.east
        ));
    }
    all
}
