//! Input from outside, field by field: every fault is found before any is told.

mod params;

use std::collections::BTreeMap;

use gigline_domain::Fault;
use serde_json::{Map, Value};

use crate::error::{ApiError, ApiResult};

/// The fields of a body or of a query.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    given: Map<String, Value>,
    /// Values from a query are all texts, so there a number may come as one.
    textual: bool,
    faults: BTreeMap<String, String>,
}

impl Fields {
    /// The fields of a JSON object. Errors: `Malformed`, and `Invalid` for JSON that is no object.
    pub(crate) fn from_json(body: &[u8]) -> ApiResult<Self> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(given)) => Ok(Self { given, ..Self::default() }),
            Ok(_) => Err(ApiError::field("body", "must be a JSON object")),
            // The position is kept and the text is not: it could repeat what was sent.
            Err(error) => Err(ApiError::Malformed(format!("line {}, column {}", error.line(), error.column()))),
        }
    }

    /// The fields of a query string; of a repeated key the first counts.
    pub(crate) fn from_query(query: &str) -> Self {
        let mut given = Map::new();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            given.entry(key.into_owned()).or_insert_with(|| Value::String(value.into_owned()));
        }
        Self { given, textual: true, faults: BTreeMap::new() }
    }

    /// Adds what a JSON body holds beside a query; where both have a field, the query's counts. An empty body adds
    /// nothing.
    pub(crate) fn fill_from(&mut self, body: &[u8]) -> ApiResult<()> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        for (name, value) in Self::from_json(body)?.given {
            self.given.entry(name).or_insert(value);
        }
        Ok(())
    }

    /// Whether a fault was noted.
    pub(crate) fn is_faulty(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Whether there is such a field, and not null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.given.get(name).is_some_and(|value| !value.is_null())
    }

    /// Lets `other` be known by `name` too, where `name` itself is missing.
    pub(crate) fn alias(&mut self, name: &str, other: &str) {
        if !self.has(name)
            && let Some(value) = self.given.remove(other)
        {
            self.given.insert(name.to_owned(), value);
        }
    }

    /// Takes a field that must be there. Nothing comes back if it is missing or wrong; [`Self::finish`] says so then.
    pub(crate) fn required<T>(&mut self, name: &str, read: impl FnOnce(Given<'_>) -> Result<T, Fault>) -> Option<T> {
        if !self.has(name) {
            self.fault(name, "is required");
            return None;
        }
        self.optional(name, read)
    }

    /// Takes a field that may be missing or null.
    pub(crate) fn optional<T>(&mut self, name: &str, read: impl FnOnce(Given<'_>) -> Result<T, Fault>) -> Option<T> {
        let value = self.given.get(name).filter(|value| !value.is_null())?;
        match read(Given { value, textual: self.textual }) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.fault(name, fault);
                None
            }
        }
    }

    /// Notes a fault of a field.
    #[expect(clippy::needless_pass_by_value, reason = "callers have texts and faults that they are done with")]
    pub(crate) fn fault(&mut self, name: &str, fault: impl ToString) {
        self.faults.insert(name.to_owned(), fault.to_string());
    }

    /// What was made of the fields, if there was no fault with any.
    pub(crate) fn finish<T>(self, made: Option<T>) -> ApiResult<T> {
        match made {
            Some(made) if self.faults.is_empty() => Ok(made),
            _ => Err(ApiError::Invalid(self.faults)),
        }
    }
}

/// One field's value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    value: &'a Value,
    textual: bool,
}

impl<'a> Given<'a> {
    /// A text.
    pub(crate) fn text(self) -> Result<&'a str, Fault> {
        self.value.as_str().ok_or(Fault::new("must be a string"))
    }

    /// A whole number within 64 bits; `42.0` is one too.
    pub(crate) fn whole(self) -> Result<i64, Fault> {
        let fault = Fault::new("must be a whole number");
        let from_text = |text: &str| text.parse::<i64>().ok();
        match self.value {
            Value::Number(number) => number.as_i64().or_else(|| whole_of(number.as_f64()?)).ok_or(fault),
            Value::String(text) if self.textual => from_text(text).ok_or(fault),
            _ => Err(fault),
        }
    }

    /// A finite number.
    pub(crate) fn number(self) -> Result<f64, Fault> {
        let number = match self.value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) if self.textual => text.parse::<f64>().ok(),
            _ => None,
        };
        number.filter(|number| number.is_finite()).ok_or(Fault::new("must be a number"))
    }

    /// Whether it is a text rather than a number.
    pub(crate) fn is_text(self) -> bool {
        self.value.is_string()
    }
}

fn whole_of(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "whole and within 2^53")]
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}

/// Reads a finite number.
pub(crate) fn number(given: Given<'_>) -> Result<f64, Fault> {
    given.number()
}

/// Reads a text and parses it.
pub(crate) fn text<T>(parse: impl FnOnce(&str) -> Result<T, Fault>) -> impl FnOnce(Given<'_>) -> Result<T, Fault> {
    move |given| parse(given.text()?)
}

/// Reads a whole number and parses it.
pub(crate) fn whole<T>(parse: impl FnOnce(i64) -> Result<T, Fault>) -> impl FnOnce(Given<'_>) -> Result<T, Fault> {
    move |given| parse(given.whole()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(error: ApiError) -> BTreeMap<String, String> {
        match error {
            ApiError::Invalid(faults) => faults,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let mut fields = Fields::from_json(br#"{"a": 1, "b": null}"#).unwrap();
        let (a, b) = (fields.required("a", text(|t| Ok(t.to_owned()))), fields.required("b", whole(Ok)));
        let told = faults(fields.finish(a.zip(b)).unwrap_err());
        assert_eq!(told.get("a").map(String::as_str), Some("must be a string"));
        assert_eq!(told.get("b").map(String::as_str), Some("is required"));
    }

    #[test]
    fn numbers_come_as_numbers_and_in_queries_as_text() {
        let mut body = Fields::from_json(br#"{"n": 42.0, "t": "42", "big": 99999999999999999999, "f": 1.5}"#).unwrap();
        assert_eq!(body.required("n", whole(Ok)), Some(42));
        assert_eq!(body.required("t", whole(Ok)), None);
        assert_eq!(body.required("big", whole(Ok)), None);
        assert_eq!(body.required("f", whole(Ok)), None);
        assert_eq!(body.required("f", number), Some(1.5));
        let mut query = Fields::from_query("n=42&n=43&x=a%20b&nan=NaN");
        assert_eq!(query.required("n", whole(Ok)), Some(42));
        assert_eq!(query.required("nan", number), None);
        assert_eq!(query.required("x", text(|t| Ok(t.to_owned()))).as_deref(), Some("a b"));
    }

    #[test]
    fn what_is_no_json_object_is_refused() {
        let deep = "[".repeat(10_000);
        for bad in ["", "{", "{\"a\": \"\\ud800\"}", "nul", &deep, "{\"a\":1e999}", "{} x"] {
            assert!(matches!(Fields::from_json(bad.as_bytes()), Err(ApiError::Malformed(_))), "{bad:.20}");
        }
        for bad in ["[]", "1", "null", "\"a\""] {
            assert!(matches!(Fields::from_json(bad.as_bytes()), Err(ApiError::Invalid(_))), "{bad}");
        }
    }
}
