//! How values look in JSON: whole numbers without a fraction, times with 26 characters, absolute addresses.

use std::borrow::Cow;

use actix_web::HttpRequest;
use actix_web::http::header;
use gigline_domain::Timestamp;
use serde::{Serialize, Serializer};

/// Writes a whole value as an integer: clients of ours refuse `42.0` where they expect `42`.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out a reference to the field")]
pub(crate) fn number<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    // 2^53, up to which every whole number is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "whole and within 2^53")]
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f64(*value)
    }
}

/// The same for a value that may be missing.
#[expect(clippy::ref_option, reason = "serde hands out a reference to the field")]
pub(crate) fn maybe_number<S: Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => number(value, serializer),
        None => serializer.serialize_none(),
    }
}

/// A moment as text.
pub(crate) struct Time(pub(crate) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Where this server is reached, to make absolute addresses from.
#[derive(Debug, Clone)]
pub(crate) struct Links<'a> {
    base: Cow<'a, str>,
}

impl<'a> Links<'a> {
    /// The configured public address; without one, what the request itself called us.
    pub(crate) fn new(public_url: Option<&'a str>, request: &HttpRequest) -> Self {
        let base = match public_url {
            Some(url) => Cow::Borrowed(url.trim_end_matches('/')),
            None => Cow::Owned(format!("http://{}", host(request))),
        };
        Self { base }
    }

    /// The same, for keeping.
    pub(crate) fn into_owned(self) -> Links<'static> {
        Links { base: Cow::Owned(self.base.into_owned()) }
    }

    /// The address of a stored file.
    pub(crate) fn file(&self, name: &str) -> String {
        [&self.base, "/media/", name].concat()
    }
}

/// The host that a request names, if it looks like one; else the address that it came in on.
pub(crate) fn host(request: &HttpRequest) -> String {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let sound = |host: &&str| {
        !host.is_empty() && host.len() <= 255 && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]_".contains(c))
    };
    named.filter(sound).map_or_else(|| request.app_config().local_addr().to_string(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Sample {
        #[serde(serialize_with = "number")]
        a: f64,
        #[serde(serialize_with = "maybe_number")]
        b: Option<f64>,
    }

    #[test]
    fn whole_values_have_no_fraction() {
        let json = |a, b| serde_json::to_string(&Sample { a, b }).unwrap();
        assert_eq!(json(42.0, None), r#"{"a":42,"b":null}"#);
        assert_eq!(json(-0.0, Some(4.5)), r#"{"a":0,"b":4.5}"#);
        assert_eq!(json(0.25, Some(-180.0)), r#"{"a":0.25,"b":-180}"#);
    }
}
