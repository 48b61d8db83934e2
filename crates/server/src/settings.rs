//! Every setting of the server, read once at the start and handed to whoever needs it: a struct per concern.

#[cfg(test)]
mod document;
mod error;
mod media;
mod net;
mod read;
mod sources;
pub mod table;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gigline_auth::Cost;
use gigline_persistence::{DatabaseUrl, UrlError};
use ipnet::IpNet;

pub use self::error::{SettingFault, SettingsError, Source};
pub use self::media::{MediaSettings, S3Settings, Secret};
pub use self::net::PublicUrl;
pub use self::sources::Sources;

use self::read::{Faulty, Reader, Taken, list, seconds, switch, whole};

/// A year, the longest life of a token.
const YEAR: u64 = 365 * 86_400;

/// All settings.
///
/// ```
/// use gigline_server::settings::{Settings, Sources};
///
/// let sources = Sources::default().with_environment([("GIGLINE_LISTEN", "127.0.0.1:0")]);
/// let settings = Settings::read(&sources)?;
/// assert_eq!(settings.listen.address.port(), 0);
/// assert_eq!(settings.session.bcrypt_cost.get(), 12);
/// # Ok::<(), gigline_server::settings::SettingsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Directory for what the server keeps. Nothing here has made it yet.
    pub data_dir: PathBuf,
    /// Where the server listens.
    pub listen: ListenSettings,
    /// Who else is trusted.
    pub access: AccessSettings,
    /// Which database.
    pub database: DatabaseSettings,
    /// Where pictures are kept.
    pub media: MediaSettings,
    /// Logins.
    pub session: SessionSettings,
    /// What is refused for being too much.
    pub limits: LimitSettings,
    /// Ratings.
    pub ratings: RatingSettings,
    /// The log.
    pub log: LogSettings,
}

/// Where the server listens, and with how many hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenSettings {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
    /// Threads that answer requests, at least one.
    pub workers: usize,
    /// How clients reach the server, where that was said.
    pub public_url: Option<PublicUrl>,
}

/// Whose pages and proxies are trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessSettings {
    /// Origins that may call with cookies, exactly as browsers send them.
    pub allowed_origins: Vec<String>,
    /// Whether every loopback origin may: the server listens on loopback and no origins were given.
    pub loopback_origins: bool,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

/// Which database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSettings {
    /// Its address.
    pub url: DatabaseUrl,
}

/// How logins live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSettings {
    /// Life of a session token.
    pub session: Duration,
    /// Life of an update token.
    pub update_token: Duration,
    /// What hashing a password costs.
    pub bcrypt_cost: Cost,
}

/// What is refused for being too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSettings {
    /// Whether failed logins and floods are slowed down.
    pub rate_limit: bool,
    /// How long a request's body may take to arrive.
    pub body: Duration,
}

/// Which ratings are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingSettings {
    /// Whether a rating needs a done job that joins the two people.
    pub require_job: bool,
}

/// What is logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSettings {
    /// Levels, in `env_logger`'s notation.
    pub filter: String,
}

impl Settings {
    /// Reads all settings. The error names every fault at once, each with its source and name.
    pub fn read(sources: &Sources) -> Result<Self, SettingsError> {
        let mut from = Reader::new(sources);
        let read = Self::take(&mut from);
        from.finish(read)
    }

    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        let data_dir = from.take(&table::DATA_DIR, |text| Ok(PathBuf::from(text)))?;
        let listen = ListenSettings::take(from);
        let access = AccessSettings::take(from, listen.as_ref().ok());
        let database = DatabaseSettings::take(from, &data_dir);
        let media = MediaSettings::read(from, &data_dir);
        let session = SessionSettings::take(from);
        let limits = LimitSettings::take(from);
        let ratings = from.take(&table::RATINGS_REQUIRE_JOB, switch);
        let log = from.take(&table::LOG, net::log_filter);
        Ok(Self {
            data_dir,
            listen: listen?,
            access: access?,
            database: database?,
            media: media?,
            session: session?,
            limits: limits?,
            ratings: RatingSettings { require_job: ratings? },
            log: LogSettings { filter: log? },
        })
    }
}

impl ListenSettings {
    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        let address = from.take(&table::LISTEN, |text| {
            text.parse().map_err(|_| "must be an address and a port such as 127.0.0.1:8000".to_owned())
        });
        let workers = from.take_given(&table::WORKERS, whole(1..=1024));
        let public_url = from.take_given(&table::PUBLIC_URL, PublicUrl::parse);
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self { address: address?, workers: workers?.unwrap_or_else(processors), public_url: public_url? })
    }
}

impl AccessSettings {
    fn take(from: &mut Reader<'_>, listen: Option<&ListenSettings>) -> Taken<Self> {
        let origins = from.take_given(&table::ALLOWED_ORIGINS, list(net::origin));
        let proxies = from.take_given(&table::TRUSTED_PROXIES, list(net::network));
        let origins = origins?;
        Ok(Self {
            loopback_origins: origins.is_none() && listen.ok_or(Faulty)?.address.ip().is_loopback(),
            allowed_origins: origins.unwrap_or_default(),
            trusted_proxies: proxies?.unwrap_or_default(),
        })
    }
}

impl DatabaseSettings {
    fn take(from: &mut Reader<'_>, data_dir: &Path) -> Taken<Self> {
        let url =
            from.take_given(&table::DATABASE_URL, |text| text.parse().map_err(|error: UrlError| error.to_string()))?;
        Ok(Self { url: url.unwrap_or_else(|| DatabaseUrl::Sqlite(data_dir.join("gigline.db"))) })
    }
}

impl SessionSettings {
    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        let session = from.take(&table::SESSION_SECONDS, seconds(1..=YEAR));
        let update_token = from.take(&table::UPDATE_TOKEN_SECONDS, seconds(1..=YEAR));
        let bcrypt_cost =
            from.take(&table::BCRYPT_COST, |text| Cost::parse(whole(4..=16)(text)?).map_err(|fault| fault.to_string()));
        Ok(Self { session: session?, update_token: update_token?, bcrypt_cost: bcrypt_cost? })
    }
}

impl LimitSettings {
    fn take(from: &mut Reader<'_>) -> Taken<Self> {
        let rate_limit = from.take(&table::RATE_LIMIT, switch);
        let body = from.take(&table::BODY_SECONDS, seconds(1..=3600));
        Ok(Self { rate_limit: rate_limit?, body: body? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Result<Settings, String> {
        Settings::read(&Sources::default().with_environment(pairs.iter().copied())).map_err(|error| error.to_string())
    }

    #[test]
    fn without_a_word_the_server_is_local_and_keeps_everything_in_its_directory() {
        let settings = of(&[]).unwrap();
        assert_eq!(settings.listen.address.to_string(), "127.0.0.1:8000");
        assert!(settings.listen.workers >= 1);
        assert_eq!(settings.listen.public_url, None);
        assert_eq!(settings.database.url, DatabaseUrl::Sqlite("./gigline-data/gigline.db".into()));
        assert_eq!(settings.media, MediaSettings::Directory("./gigline-data/media".into()));
        assert_eq!(settings.session.session, Duration::from_secs(86_400));
        assert_eq!(settings.session.update_token, Duration::from_secs(2_592_000));
        assert_eq!(settings.limits, LimitSettings { rate_limit: true, body: Duration::from_secs(30) });
        assert!(settings.access.loopback_origins);
        assert!(!settings.ratings.require_job);
        assert_eq!(settings.log.filter, "info");
    }

    #[test]
    fn every_setting_of_the_table_is_read_and_no_other() {
        let sources = Sources::default();
        let mut from = Reader::new(&sources);
        assert!(Settings::take(&mut from).is_ok());
        let mut taken = from.taken().to_vec();
        let mut known: Vec<_> = table::ALL.iter().map(|setting| setting.key).collect();
        taken.sort_unstable();
        known.sort_unstable();
        assert_eq!(taken, known);
    }

    #[test]
    fn loopback_origins_are_for_a_loopback_server_that_was_told_nothing() {
        assert!(!of(&[("GIGLINE_LISTEN", "0.0.0.0:80")]).unwrap().access.loopback_origins);
        let told = of(&[("GIGLINE_ALLOWED_ORIGINS", "https://a.example, http://localhost:3000")]).unwrap();
        assert!(!told.access.loopback_origins);
        assert_eq!(told.access.allowed_origins, ["https://a.example", "http://localhost:3000"]);
    }

    #[test]
    fn files_follow_the_data_directory_unless_they_are_given_a_place() {
        let moved = of(&[("GIGLINE_DATA_DIR", "elsewhere")]).unwrap();
        assert_eq!(moved.database.url, DatabaseUrl::Sqlite("elsewhere/gigline.db".into()));
        let placed = of(&[("GIGLINE_DATABASE_URL", "postgres://me@db/x"), ("GIGLINE_MEDIA_URL", "pictures")]).unwrap();
        assert_eq!(placed.database.url, DatabaseUrl::Postgres("postgres://me@db/x".into()));
        assert_eq!(placed.media, MediaSettings::Directory("pictures".into()));
    }

    #[test]
    fn every_fault_is_named_at_once_with_its_source() {
        let sources = Sources::default()
            .with_file("gigline.toml", "body_seconds = 0\nallowed_origins = ['*']")
            .with_environment([("GIGLINE_BCRYPT_COST", "3"), ("GIGLINE_TRUSTED_PROXIES", "10.0.0.1,proxy")])
            .with_flags([("listen", "localhost"), ("rate-limit", "maybe")]);
        let said = Settings::read(&sources).unwrap_err().to_string();
        let expected = [
            "command line: --listen: must be an address and a port such as 127.0.0.1:8000, not \"localhost\"",
            "gigline.toml: allowed_origins: must be exact origins such as https://app.example (never *), not \"*\"",
            "environment: GIGLINE_TRUSTED_PROXIES: must be addresses or networks such as 10.0.0.0/8, not \"10.0.0.1,proxy\"",
            "environment: GIGLINE_BCRYPT_COST: must be a whole number from 4 to 16, not \"3\"",
            "command line: --rate-limit: must be on or off, not \"maybe\"",
            "gigline.toml: body_seconds: must be a whole number from 1 to 3600, not \"0\"",
        ];
        assert_eq!(said.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_password_in_the_database_url_is_not_repeated() {
        let said = of(&[("GIGLINE_DATABASE_URL", "mysql://me:hush@db/x")]).unwrap_err();
        assert!(said.contains("GIGLINE_DATABASE_URL") && !said.contains("hush"), "{said}");
        let settings = of(&[("GIGLINE_DATABASE_URL", "postgres://me:hush@db/x")]).unwrap();
        assert!(!format!("{settings:?}").contains("hush"));
    }

    #[test]
    fn a_bucket_needs_its_key_and_hides_it() {
        let said = of(&[("GIGLINE_MEDIA_URL", "s3://pictures")]).unwrap_err();
        assert!(said.contains("AWS_ACCESS_KEY_ID") && said.contains("AWS_SECRET_ACCESS_KEY"), "{said}");
        let key =
            [("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "hush"), ("AWS_ENDPOINT_URL", "http://s3.test")];
        let given = [&key[..], &[("GIGLINE_MEDIA_URL", "s3://pictures/a/b/")]].concat();
        let MediaSettings::S3(s3) = of(&given).unwrap().media else { panic!("not S3") };
        assert_eq!((s3.bucket.as_str(), s3.prefix.as_str(), s3.region.as_str()), ("pictures", "a/b", "us-east-1"));
        assert_eq!((s3.secret_access_key.expose(), s3.endpoint.as_deref()), ("hush", Some("http://s3.test")));
        assert!(!format!("{s3:?}").contains("hush"));
        assert!(of(&[("GIGLINE_MEDIA_URL", "s3:///x")]).is_err());
        assert!(of(&[("GIGLINE_MEDIA_URL", "gs://x")]).is_err());
    }
}
