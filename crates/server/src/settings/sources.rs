//! What was said about the settings, and where; the only place that looks at the process's environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;

use super::error::{SettingFault, Source};
use super::table::{self, Setting};

const FILE: &str = "gigline.toml";
const PREFIX: &str = "GIGLINE_";
/// Variables that steer the project's own tests; a server started by them is not disturbed.
const TEST_PREFIX: &str = "GIGLINE_TEST_";

/// The given values by source, each source already checked for names that mean nothing.
///
/// Made from nothing by `default()`, so that tests say all there is to say.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    file: Option<(String, BTreeMap<String, String>)>,
    environment: BTreeMap<String, String>,
    flags: BTreeMap<String, String>,
    pub(super) faults: Vec<SettingFault>,
}

impl Sources {
    /// Looks where a started program looks: at `config`, else at `gigline.toml` in the working directory if it is
    /// there, and at the process's environment. Faults are kept for [`super::Settings::read`].
    pub fn of_process(config: Option<&Path>) -> Self {
        let mut sources = Self::default();
        let path = config.unwrap_or(Path::new(FILE));
        match std::fs::read_to_string(path) {
            Ok(text) => sources = sources.with_file(&path.to_string_lossy(), &text),
            Err(error) if error.kind() == ErrorKind::NotFound && config.is_none() => {}
            Err(error) => sources.refuse_file(&path.to_string_lossy(), error.to_string()),
        }
        sources.with_os_environment(std::env::vars_os())
    }

    /// Adds the text of a settings file; `path` is what errors call it.
    #[must_use]
    pub fn with_file(mut self, path: &str, text: &str) -> Self {
        let parsed = match text.parse::<toml::Table>() {
            Ok(parsed) => parsed,
            Err(error) => {
                // The parser's full text quotes the line, which may hold a password.
                let line =
                    error.span().map_or(1, |span| text.get(..span.start).unwrap_or("").matches('\n').count() + 1);
                self.refuse_file(path, format!("line {line}: {}", error.message()));
                return self;
            }
        };
        let mut values = BTreeMap::new();
        self.flatten(path, "", &parsed, &mut values);
        self.file = Some((path.to_owned(), values));
        self
    }

    /// Adds environment variables; those that are none of ours are left out.
    #[must_use]
    pub fn with_environment<K: Into<String>, V: Into<String>>(self, pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        self.with_os_environment(pairs.into_iter().map(|(name, value)| (name.into().into(), value.into().into())))
    }

    /// Adds flags by their name without dashes.
    #[must_use]
    pub fn with_flags<K: Into<String>, V: Into<String>>(mut self, pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        for (name, value) in pairs {
            let name = name.into();
            if table::ALL.iter().all(|setting| setting.flag != name) {
                self.unknown(Source::Flag, &format!("--{name}"), |setting| format!("--{}", setting.flag));
                continue;
            }
            self.flags.insert(name, value.into());
        }
        self
    }

    /// What holds for `setting`, from the highest source that says something.
    pub(super) fn value(&self, setting: &Setting) -> Option<(&str, Source)> {
        let flag = self.flags.get(setting.flag).map(|value| (value.as_str(), Source::Flag));
        let environment = || self.variable(setting.env).map(|value| (value, Source::Environment));
        let file = || {
            let (path, values) = self.file.as_ref()?;
            values.get(setting.key).map(|value| (value.as_str(), Source::File(path.clone())))
        };
        flag.or_else(environment).or_else(file)
    }

    /// A variable of the environment; an empty one counts as not set, as container tools leave them.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn with_os_environment(mut self, pairs: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        for (name, value) in pairs {
            let Some(name) = name.to_str() else { continue };
            let ours = name.starts_with(PREFIX) && !name.starts_with(TEST_PREFIX);
            let known = table::ALL.iter().any(|setting| setting.env == name);
            if ours && !known {
                self.unknown(Source::Environment, name, |setting| setting.env.to_owned());
            } else if known || table::S3_ENVIRONMENT.iter().any(|(variable, _)| *variable == name) {
                match value.into_string() {
                    Ok(value) => drop(self.environment.insert(name.to_owned(), value)),
                    Err(_) => self.invalid(Source::Environment, name, "must be UTF-8"),
                }
            }
        }
        self
    }

    /// Turns nested tables into dotted keys, and every value into the text that the environment would hold.
    fn flatten(&mut self, path: &str, section: &str, table: &toml::Table, values: &mut BTreeMap<String, String>) {
        for (name, value) in table {
            let key = if section.is_empty() { name.clone() } else { format!("{section}.{name}") };
            let place = || Source::File(path.to_owned());
            let known = table::ALL.iter().any(|setting| setting.key == key);
            let inner = format!("{key}.");
            match value {
                toml::Value::Table(table) if table::ALL.iter().any(|setting| setting.key.starts_with(&inner)) => {
                    self.flatten(path, &key, table, values);
                }
                _ if !known => self.unknown(place(), &key, |setting| setting.key.to_owned()),
                value => match plain(value) {
                    Some(text) => drop(values.insert(key, text)),
                    None => self.invalid(place(), &key, "must be a text, a number, true or false, or a list of texts"),
                },
            }
        }
    }

    fn unknown(&mut self, place: Source, name: &str, written: impl Fn(&Setting) -> String) {
        let near = table::ALL.iter().map(|setting| written(setting));
        let near = near.map(|known| (strsim::damerau_levenshtein(&known, name), known)).min();
        let meant = near.filter(|(distance, known)| distance * 3 <= known.len()).map(|(_, known)| known);
        self.faults.push(SettingFault::Unknown { place, name: name.to_owned(), meant });
    }

    fn invalid(&mut self, place: Source, name: &str, reason: &str) {
        self.faults.push(SettingFault::Invalid { place, name: name.to_owned(), reason: reason.to_owned() });
    }

    fn refuse_file(&mut self, path: &str, reason: String) {
        self.faults.push(SettingFault::File { path: path.to_owned(), reason });
    }
}

fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(switch) => Some(switch.to_string()),
        toml::Value::Array(items) => {
            let items: Option<Vec<_>> = items.iter().map(toml::Value::as_str).collect();
            items.map(|items| items.join(","))
        }
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(sources: &Sources) -> Vec<String> {
        sources.faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_file() {
        let file = Sources::default().with_file("my.toml", "listen = 'file'");
        assert_eq!(file.value(&table::LISTEN), Some(("file", Source::File("my.toml".into()))));
        let environment = file.with_environment([("GIGLINE_LISTEN", "environment")]);
        assert_eq!(environment.value(&table::LISTEN), Some(("environment", Source::Environment)));
        let flag = environment.with_flags([("listen", "flag")]);
        assert_eq!(flag.value(&table::LISTEN), Some(("flag", Source::Flag)));
        assert_eq!(flag.value(&table::LOG), None);
    }

    #[test]
    fn an_empty_variable_says_nothing() {
        let sources = Sources::default().with_environment([("GIGLINE_LISTEN", "")]);
        assert_eq!(sources.value(&table::LISTEN), None);
    }

    #[test]
    fn every_kind_of_value_in_the_file_becomes_text() {
        let text = "bcrypt_cost = 5\nallowed_origins = ['a', 'b']\n[ratings]\nrequire_job = true";
        let sources = Sources::default().with_file("f", text);
        let value = |setting| sources.value(setting).map(|(text, _)| text.to_owned());
        assert_eq!(value(&table::BCRYPT_COST).as_deref(), Some("5"));
        assert_eq!(value(&table::ALLOWED_ORIGINS).as_deref(), Some("a,b"));
        assert_eq!(value(&table::RATINGS_REQUIRE_JOB).as_deref(), Some("true"));
        assert!(sources.faults.is_empty());
    }

    #[test]
    fn names_that_mean_nothing_are_refused_with_what_was_probably_meant() {
        let sources = Sources::default()
            .with_file("gigline.toml", "lisen = 'x'\nratings.requires_job = true\n[telephone]\nx = 1")
            .with_environment([("GIGLINE_BCRYPT_COSTS", "5"), ("GIGLINE_TEST_ANYTHING", "1"), ("HOME", "x")])
            .with_flags([("data-dri", "x")]);
        assert_eq!(
            faults(&sources),
            [
                "gigline.toml: lisen: there is no such setting; did you mean listen?",
                "gigline.toml: ratings.requires_job: there is no such setting; did you mean ratings.require_job?",
                "gigline.toml: telephone: there is no such setting",
                "environment: GIGLINE_BCRYPT_COSTS: there is no such setting; did you mean GIGLINE_BCRYPT_COST?",
                "command line: --data-dri: there is no such setting; did you mean --data-dir?",
            ]
        );
    }

    #[test]
    fn a_file_that_is_no_toml_is_named_with_its_line_but_not_quoted() {
        let sources = Sources::default().with_file("f.toml", "log = 'info'\ndatabase_url = postgres://me:hush@db/x\n");
        let said = faults(&sources).join("\n");
        assert!(said.starts_with("f.toml: line 2: "), "{said}");
        assert!(!said.contains("hush"), "{said}");
    }

    #[test]
    fn values_without_a_text_form_are_refused() {
        let sources = Sources::default().with_file("f", "listen = 1.5\nallowed_origins = [1]\nlog = 1979-05-27");
        assert_eq!(sources.faults.len(), 3);
    }

    #[test]
    fn a_named_file_must_be_there() {
        let sources = Sources::of_process(Some(Path::new("no/such/file.toml")));
        assert!(faults(&sources).iter().any(|fault| fault.starts_with("no/such/file.toml: ")));
    }
}
