//! Turns the given texts into values, and collects every fault before giving up.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use super::error::{SettingFault, SettingsError, Source};
use super::sources::Sources;
use super::table::{Default, Setting};

/// Hands out the settings one by one.
pub(super) struct Reader<'a> {
    sources: &'a Sources,
    faults: Vec<SettingFault>,
    taken: Vec<&'static str>,
}

/// A fault was found, and the reader keeps it: go on with the other settings.
pub(super) struct Faulty;

/// A setting, unless it is faulty.
pub(super) type Taken<T> = Result<T, Faulty>;

impl<'a> Reader<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, faults: sources.faults.clone(), taken: Vec::new() }
    }

    /// The value of a setting that has a fixed default.
    pub(super) fn take<T>(
        &mut self,
        setting: &'static Setting,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Taken<T> {
        self.taken.push(setting.key);
        let fixed = match setting.default {
            Default::Value(text) => text,
            Default::Derived { .. } => "",
        };
        let (text, place) = self.sources.value(setting).unwrap_or((fixed, Source::Default));
        parse(text).map_err(|reason| self.fault(setting, text, place, &reason))
    }

    /// The value of a setting whose default follows from elsewhere, if it was given.
    pub(super) fn take_given<T>(
        &mut self,
        setting: &'static Setting,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Taken<Option<T>> {
        if self.sources.value(setting).is_some() {
            return self.take(setting, parse).map(Some);
        }
        self.taken.push(setting.key);
        Ok(None)
    }

    /// A variable of the environment that has no other name.
    pub(super) fn variable(&self, name: &str) -> Option<&'a str> {
        self.sources.variable(name)
    }

    /// The same, where it is needed; `why` completes "is needed".
    pub(super) fn needed(&mut self, name: &str, why: &str) -> Taken<&'a str> {
        self.variable(name).ok_or_else(|| {
            let (place, name) = (Source::Environment, name.to_owned());
            self.faults.push(SettingFault::Invalid { place, name, reason: format!("is needed {why}") });
            Faulty
        })
    }

    /// What was read, unless there was any fault.
    pub(super) fn finish<T>(self, read: Taken<T>) -> Result<T, SettingsError> {
        match read {
            Ok(read) if self.faults.is_empty() => Ok(read),
            _ => Err(SettingsError(self.faults)),
        }
    }

    #[cfg(test)]
    pub(super) fn taken(&self) -> &[&'static str] {
        &self.taken
    }

    fn fault(&mut self, setting: &Setting, text: &str, place: Source, reason: &str) -> Faulty {
        let name = match place {
            Source::Environment => setting.env.to_owned(),
            Source::Flag => format!("--{}", setting.flag),
            Source::File(_) | Source::Default => setting.key.to_owned(),
        };
        let reason = if setting.secret { reason.to_owned() } else { format!("{reason}, not {text:?}") };
        self.faults.push(SettingFault::Invalid { place, name, reason });
        Faulty
    }
}

/// A whole number within `range`.
pub(super) fn whole<N>(range: RangeInclusive<N>) -> impl FnOnce(&str) -> Result<N, String>
where
    N: FromStr + PartialOrd + Display,
{
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("must be a whole number from {} to {}", range.start(), range.end()))
    }
}

/// A number of seconds within `range`.
pub(super) fn seconds(range: RangeInclusive<u64>) -> impl FnOnce(&str) -> Result<Duration, String> {
    move |text| whole(range)(text).map(Duration::from_secs)
}

/// `on` or `off`, `true` or `false`.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
        _ => Err("must be on or off".to_owned()),
    }
}

/// Items separated by commas, white space around them left out; one that is wrong is named.
pub(super) fn list<T>(parse: impl FnMut(&str) -> Result<T, String>) -> impl FnOnce(&str) -> Result<Vec<T>, String> {
    move |text| text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(parse).collect()
}
