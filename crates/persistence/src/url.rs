//! Where the database is: parsed once, and printable without its password.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The address of a database. `Display` and `Debug` never show a password.
///
/// ```
/// use gigline_persistence::DatabaseUrl;
///
/// let file: DatabaseUrl = "sqlite:data/gigline.db".parse().expect("a file");
/// assert_eq!(file.to_string(), "sqlite:data/gigline.db");
/// let server: DatabaseUrl = "postgres://gig:s3cret@db/gigline".parse().expect("a server");
/// assert_eq!(server.to_string(), "postgres://gig:***@db/gigline");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL address as libpq takes it (`postgres://user:password@host:port/database?option=value`).
    Postgres(String),
}

/// Why a text is no [`DatabaseUrl`]. Never repeats the text, for it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Neither `sqlite:` nor `postgres://`.
    #[error("a database url begins with sqlite: or postgres://")]
    Scheme,
    /// `sqlite:` without a path.
    #[error("sqlite: needs the path of a file")]
    NoPath,
    /// SQLite in memory: several connections would see several databases.
    #[error("sqlite: needs a file, for its readers and its writer are connections of their own")]
    NotAFile,
}

impl DatabaseUrl {
    /// Hides the password wherever it occurs in `text`, for messages that may repeat the address.
    pub(crate) fn redact(&self, text: &str) -> String {
        match self {
            Self::Postgres(url) => passwords(url).into_iter().fold(text.to_owned(), |text, at| match url.get(at) {
                // A shorter one would be found in every word.
                Some(password) if password.len() >= 4 => text.replace(password, HIDDEN),
                _ => text,
            }),
            Self::Sqlite(_) => text.to_owned(),
        }
    }
}

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite:").ok_or(UrlError::Scheme)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() {
            return Err(UrlError::NoPath);
        }
        if path.starts_with(":memory:") || path.starts_with("file:") {
            return Err(UrlError::NotAFile);
        }
        Ok(Self::Sqlite(path.into()))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let mut shown = url.clone();
                for at in passwords(url).into_iter().rev() {
                    shown.replace_range(at, HIDDEN);
                }
                f.write_str(&shown)
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

const HIDDEN: &str = "***";

/// The byte ranges of `url` that may hold a password, in order and apart from each other.
///
/// Rather too much than too little: a password with a raw `/` or `?` in it is no valid address, and must be hidden
/// all the same, so the user part reaches to the last `@`.
fn passwords(url: &str) -> Vec<std::ops::Range<usize>> {
    let start = url.find("://").map_or(0, |at| at + 3);
    let user_end = url.rfind('@').filter(|end| *end >= start);
    let mut found = Vec::new();
    if let Some(end) = user_end
        && let Some(colon) = url.get(start..end).and_then(|user| user.find(':'))
    {
        found.push(start + colon + 1..end);
    }
    let rest = user_end.unwrap_or(start);
    let mut from = rest;
    while let Some(at) = url.get(from..).and_then(|tail| tail.find("password=")) {
        let begin = from + at + "password=".len();
        let end = url.get(begin..).and_then(|tail| tail.find('&')).map_or(url.len(), |len| begin + len);
        found.push(begin..end);
        from = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> String {
        url.parse::<DatabaseUrl>().unwrap().to_string()
    }

    #[test]
    fn a_path_is_taken_with_and_without_slashes() {
        for (text, path) in [
            ("sqlite:data/g.db", "data/g.db"),
            ("sqlite:/srv/g.db", "/srv/g.db"),
            ("sqlite:///srv/g.db", "/srv/g.db"),
            ("sqlite://data/g.db", "data/g.db"),
        ] {
            assert_eq!(text.parse(), Ok(DatabaseUrl::Sqlite(path.into())), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_database_is_refused() {
        assert_eq!("mysql://h/d".parse::<DatabaseUrl>(), Err(UrlError::Scheme));
        assert_eq!("gigline.db".parse::<DatabaseUrl>(), Err(UrlError::Scheme));
        assert_eq!("sqlite://".parse::<DatabaseUrl>(), Err(UrlError::NoPath));
        assert_eq!("sqlite::memory:".parse::<DatabaseUrl>(), Err(UrlError::NotAFile));
    }

    #[test]
    fn no_spelling_of_a_password_is_shown() {
        assert_eq!(shown("postgres://u:p@h:5432/d"), "postgres://u:***@h:5432/d");
        assert_eq!(shown("postgres://u:p:q@h/d"), "postgres://u:***@h/d");
        assert_eq!(shown("postgresql://u:p/q?r@h/d"), "postgresql://u:***@h/d");
        assert_eq!(shown("postgres://h/d?password=p&user=u"), "postgres://h/d?password=***&user=u");
        assert_eq!(shown("postgres://u:p@h/d?sslpassword=x"), "postgres://u:***@h/d?sslpassword=***");
        assert_eq!(shown("postgres://u@h:5432/d"), "postgres://u@h:5432/d");
        assert_eq!(shown("postgres:///d?host=/run"), "postgres:///d?host=/run");
        let debug = format!("{:?}", "postgres://u:p@h/d".parse::<DatabaseUrl>());
        assert!(!debug.contains("u:p"), "{debug}");
    }

    #[test]
    fn a_password_is_hidden_in_messages_that_repeat_it() {
        let url: DatabaseUrl = "postgres://u:s3cret@h/d".parse().unwrap();
        assert_eq!(url.redact("bad option \"s3cret\""), "bad option \"***\"");
    }
}
