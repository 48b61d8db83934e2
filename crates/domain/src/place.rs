//! Places on the globe, and circles around them.
//!
//! Distances are great circles on a sphere of the Earth's mean radius (haversine formula), which is off by at most
//! 0.6 % from the ellipsoid.

use crate::Fault;

const EARTH_RADIUS_KM: f64 = 6_371.008_8;
const KM_PER_DEGREE: f64 = EARTH_RADIUS_KM * std::f64::consts::PI / 180.0;

/// A point in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    longitude: f64,
    latitude: f64,
}

impl Place {
    /// A longitude from -180 to 180.
    pub fn check_longitude(degrees: f64) -> Result<f64, Fault> {
        if (-180.0..=180.0).contains(&degrees) { Ok(degrees) } else { Err(Fault::new("must be from -180 to 180")) }
    }

    /// A latitude from -90 to 90.
    pub fn check_latitude(degrees: f64) -> Result<f64, Fault> {
        if (-90.0..=90.0).contains(&degrees) { Ok(degrees) } else { Err(Fault::new("must be from -90 to 90")) }
    }

    /// A point anywhere on the globe. A zero has no sign: SQLite keeps none, and an answer is to say what is stored.
    pub fn new(longitude: f64, latitude: f64) -> Result<Self, Fault> {
        let (longitude, latitude) = (Self::check_longitude(longitude)?, Self::check_latitude(latitude)?);
        Ok(Self { longitude: longitude + 0.0, latitude: latitude + 0.0 })
    }

    /// Degrees east.
    pub fn longitude(self) -> f64 {
        self.longitude
    }

    /// Degrees north.
    pub fn latitude(self) -> f64 {
        self.latitude
    }

    /// Where both coordinates are zero clients mean that no place was given.
    pub fn is_nowhere(self) -> bool {
        self.longitude == 0.0 && self.latitude == 0.0
    }

    /// Kilometres to `other`.
    pub fn distance_km(self, other: Self) -> f64 {
        let (from, to) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_lat = ((to - from) / 2.0).sin();
        let half_lon = ((other.longitude - self.longitude).to_radians() / 2.0).sin();
        let h = half_lat.mul_add(half_lat, from.cos() * to.cos() * half_lon * half_lon);
        2.0 * EARTH_RADIUS_KM * h.sqrt().clamp(0.0, 1.0).asin()
    }
}

/// All that lies within some kilometres of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circle {
    centre: Place,
    radius_km: f64,
}

/// Longitudes from `west` to `east`, not across the date line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LongitudeRange {
    /// The lower bound in degrees.
    pub west: f64,
    /// The upper bound in degrees.
    pub east: f64,
}

/// What encloses a circle in coordinates: latitudes, and one or two ranges of longitudes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    /// The lowest latitude.
    pub south: f64,
    /// The highest latitude.
    pub north: f64,
    /// The longitudes; the same range twice unless the circle lies across the date line.
    pub longitudes: [LongitudeRange; 2],
}

impl Circle {
    /// Half the Earth's circumference, which holds everything.
    pub const MAX_RADIUS_KM: f64 = 20_038.0;

    /// A radius above 0, at most half the Earth's circumference (20,038 km).
    pub fn new(centre: Place, radius_km: f64) -> Result<Self, Fault> {
        if radius_km > 0.0 && radius_km <= Self::MAX_RADIUS_KM {
            Ok(Self { centre, radius_km })
        } else {
            Err(Fault::new("must be above 0 and at most 20038"))
        }
    }

    /// Its middle.
    pub fn centre(&self) -> Place {
        self.centre
    }

    /// The distance of a place in it from its middle, in kilometres.
    pub fn distance_within(&self, place: Place) -> Option<f64> {
        let distance = self.centre.distance_km(place);
        (distance <= self.radius_km).then_some(distance)
    }

    /// A box that holds the whole circle, across the date line and over the poles.
    pub fn bounding_box(&self) -> BoundingBox {
        // A little wider than need be, so that rounding never cuts off what lies on the rim.
        let reach = self.radius_km / KM_PER_DEGREE * 1.000_001 + 1e-9;
        let (south, north) = (self.centre.latitude - reach, self.centre.latitude + reach);
        let longitudes = if south <= -90.0 || north >= 90.0 {
            [LongitudeRange { west: -180.0, east: 180.0 }; 2]
        } else {
            let sine = reach.to_radians().sin() / self.centre.latitude.to_radians().cos();
            let half = sine.clamp(-1.0, 1.0).asin().to_degrees() * 1.000_001 + 1e-9;
            split(self.centre.longitude - half, self.centre.longitude + half)
        };
        BoundingBox { south: south.max(-90.0), north: north.min(90.0), longitudes }
    }
}

/// Turns a range that may reach past ±180 into what lies on either side of the date line.
fn split(west: f64, east: f64) -> [LongitudeRange; 2] {
    if east - west >= 360.0 {
        [LongitudeRange { west: -180.0, east: 180.0 }; 2]
    } else if west < -180.0 {
        [LongitudeRange { west: -180.0, east }, LongitudeRange { west: west + 360.0, east: 180.0 }]
    } else if east > 180.0 {
        [LongitudeRange { west, east: 180.0 }, LongitudeRange { west: -180.0, east: east - 360.0 }]
    } else {
        [LongitudeRange { west, east }; 2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(longitude: f64, latitude: f64) -> Place {
        Place::new(longitude, latitude).unwrap()
    }

    #[test]
    fn a_zero_has_no_sign() {
        let zero = place(-0.0, -0.0);
        assert!(zero.longitude().is_sign_positive() && zero.latitude().is_sign_positive());
    }

    #[test]
    fn distances_agree_with_known_ones() {
        let (london, paris) = (place(-0.1276, 51.5072), place(2.3522, 48.8566));
        assert!((london.distance_km(paris) - 343.5).abs() < 1.0);
        assert!(place(179.9, 0.0).distance_km(place(-179.9, 0.0)) < 23.0);
        assert!((place(0.0, 90.0).distance_km(place(77.0, -90.0)) - 20_015.1).abs() < 1.0);
    }

    #[test]
    fn out_of_range_and_not_a_number_are_refused() {
        for (longitude, latitude) in [(181.0, 0.0), (0.0, -90.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert!(Place::new(longitude, latitude).is_err());
        }
        for radius in [0.0, -1.0, f64::NAN, 1e9] {
            assert!(Circle::new(place(0.0, 0.0), radius).is_err());
        }
    }

    proptest! {
        #[test]
        fn the_box_holds_whatever_the_circle_holds(
            lon in -180.0..=180.0f64, lat in -90.0..=90.0f64, radius in 0.001..20_038.0f64,
            other_lon in -180.0..=180.0f64, other_lat in -90.0..=90.0f64, near in 0.0..1.0f64,
        ) {
            let circle = Circle::new(place(lon, lat), radius).unwrap();
            // Half of the points are drawn close to the middle, or small circles would never be hit.
            let other = if near < 0.5 {
                let shift = radius / KM_PER_DEGREE;
                let wrapped = (lon + (other_lon / 180.0) * shift + 540.0).rem_euclid(360.0) - 180.0;
                place(wrapped, (lat + (other_lat / 90.0) * shift).clamp(-90.0, 90.0))
            } else {
                place(other_lon, other_lat)
            };
            if circle.distance_within(other).is_some() {
                let found = circle.bounding_box();
                prop_assert!(found.south <= other.latitude() && other.latitude() <= found.north);
                prop_assert!(found.longitudes.iter().any(|r| r.west <= other.longitude() && other.longitude() <= r.east));
            }
        }
    }
}
