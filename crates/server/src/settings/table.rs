//! Every setting, once: its names, default and meaning. Reading, `--help`, the sample file and the table in the
//! documentation all come from here.

/// One setting.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name in `gigline.toml`; what stands before a dot is the section.
    pub key: &'static str,
    /// Its environment variable: `GIGLINE_` and the key in capitals.
    pub env: &'static str,
    /// Its flag, without the leading dashes: the key with dashes.
    pub flag: &'static str,
    /// How it is written.
    pub kind: Kind,
    /// What holds where nobody says otherwise.
    pub default: Default,
    /// One sentence on what it does.
    pub doc: &'static str,
    /// Its value is never repeated in an error.
    pub secret: bool,
}

/// How a value is written, which differs only in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `"text"` in the file.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`; outside the file `on` and `off` too.
    Switch,
    /// `["a", "b"]` in the file, separated by commas elsewhere.
    List,
}

/// What holds where a setting is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Default {
    /// This value, written as in the environment.
    Value(&'static str),
    /// Something that follows from elsewhere, in words, and a value to show in the sample file.
    Derived {
        /// What it follows from.
        says: &'static str,
        /// A plausible value.
        example: &'static str,
    },
}

const fn setting(names: [&'static str; 3], kind: Kind, default: Default, doc: &'static str) -> Setting {
    let [key, env, flag] = names;
    Setting { key, env, flag, kind, default, doc, secret: false }
}

/// The address that the server listens on.
pub const LISTEN: Setting = setting(
    ["listen", "GIGLINE_LISTEN", "listen"],
    Kind::Text,
    Default::Value("127.0.0.1:8000"),
    "Address and port to listen on; port 0 takes a free one.",
);
/// Where files are kept.
pub const DATA_DIR: Setting = setting(
    ["data_dir", "GIGLINE_DATA_DIR", "data-dir"],
    Kind::Text,
    Default::Value("./gigline-data"),
    "Directory for what the server keeps; made at the first start.",
);
/// Which database.
pub const DATABASE_URL: Setting = Setting {
    secret: true,
    ..setting(
        ["database_url", "GIGLINE_DATABASE_URL", "database-url"],
        Kind::Text,
        Default::Derived {
            says: "SQLite: `gigline.db` in the data directory",
            example: "postgres://gigline:secret@localhost/gigline",
        },
        "The database: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`. A flag is seen by everybody on the \
         machine, so a password belongs in the file or the environment.",
    )
};
/// How clients reach the server.
pub const PUBLIC_URL: Setting = setting(
    ["public_url", "GIGLINE_PUBLIC_URL", "public-url"],
    Kind::Text,
    Default::Derived { says: "`http://` and the `Host` that each request names", example: "https://gigline.example" },
    "How clients reach the server. The links in answers start with it, its origin counts as the server's own, and \
     with https the session cookie is marked `Secure`.",
);
/// Whose pages may use the server.
pub const ALLOWED_ORIGINS: Setting = setting(
    ["allowed_origins", "GIGLINE_ALLOWED_ORIGINS", "allowed-origins"],
    Kind::List,
    Default::Derived {
        says: "none; every loopback origin while listening on a loopback address",
        example: "https://app.example,http://localhost:3000",
    },
    "Origins whose pages may call the server with the visitor's cookie, each exactly as browsers send it.",
);
/// Who may speak for a client's address.
pub const TRUSTED_PROXIES: Setting = setting(
    ["trusted_proxies", "GIGLINE_TRUSTED_PROXIES", "trusted-proxies"],
    Kind::List,
    Default::Derived { says: "none", example: "127.0.0.1,10.0.0.0/8" },
    "Addresses or networks of reverse proxies whose `X-Forwarded-For` is believed; from anybody else it is ignored.",
);
/// What a guess at a password costs.
pub const BCRYPT_COST: Setting = setting(
    ["bcrypt_cost", "GIGLINE_BCRYPT_COST", "bcrypt-cost"],
    Kind::Number,
    Default::Value("12"),
    "Work to hash a password, 4 to 16; each step doubles it. Passwords hashed before keep their cost.",
);
/// Whether callers are slowed down.
pub const RATE_LIMIT: Setting = setting(
    ["rate_limit", "GIGLINE_RATE_LIMIT", "rate-limit"],
    Kind::Switch,
    Default::Value("on"),
    "Whether failed logins and floods of requests are slowed down, `on` or `off`.",
);
/// How long a session lives.
pub const SESSION_SECONDS: Setting = setting(
    ["session_seconds", "GIGLINE_SESSION_SECONDS", "session-seconds"],
    Kind::Number,
    Default::Value("86400"),
    "Life of a session token in seconds.",
);
/// How long a login can be renewed.
pub const UPDATE_TOKEN_SECONDS: Setting = setting(
    ["update_token_seconds", "GIGLINE_UPDATE_TOKEN_SECONDS", "update-token-seconds"],
    Kind::Number,
    Default::Value("2592000"),
    "Life of an update token in seconds.",
);
/// Where pictures are kept.
pub const MEDIA_URL: Setting = setting(
    ["media_url", "GIGLINE_MEDIA_URL", "media-url"],
    Kind::Text,
    Default::Derived { says: "`media` in the data directory", example: "s3://bucket/pictures" },
    "Where pictures are kept: a directory, or `s3://BUCKET/PREFIX` at any S3-compatible service.",
);
/// How many threads answer.
pub const WORKERS: Setting = setting(
    ["workers", "GIGLINE_WORKERS", "workers"],
    Kind::Number,
    Default::Derived { says: "one for each processor", example: "4" },
    "Threads that answer requests, 1 to 1024.",
);
/// How long a body may take.
pub const BODY_SECONDS: Setting = setting(
    ["body_seconds", "GIGLINE_BODY_SECONDS", "body-seconds"],
    Kind::Number,
    Default::Value("30"),
    "Seconds that the body of a request may take to arrive, 1 to 3600.",
);
/// What is logged.
pub const LOG: Setting = setting(
    ["log", "GIGLINE_LOG", "log"],
    Kind::Text,
    Default::Value("info"),
    "What is logged: `off`, `error`, `warn`, `info`, `debug` or `trace`, also by part: `warn,gigline_http=debug`.",
);
/// Which ratings are taken.
pub const RATINGS_REQUIRE_JOB: Setting = setting(
    ["ratings.require_job", "GIGLINE_RATINGS_REQUIRE_JOB", "ratings-require-job"],
    Kind::Switch,
    Default::Value("off"),
    "Whether a rating needs a done job that joins the two people.",
);

/// All of them, in the order in which people read about them; sections come last, as TOML wants it.
pub const ALL: [&Setting; 15] = [
    &LISTEN,
    &DATA_DIR,
    &DATABASE_URL,
    &PUBLIC_URL,
    &ALLOWED_ORIGINS,
    &TRUSTED_PROXIES,
    &MEDIA_URL,
    &SESSION_SECONDS,
    &UPDATE_TOKEN_SECONDS,
    &BCRYPT_COST,
    &RATE_LIMIT,
    &BODY_SECONDS,
    &WORKERS,
    &LOG,
    &RATINGS_REQUIRE_JOB,
];

/// Variables that every S3 client knows; read only from the environment, and only for a media URL of S3.
pub const S3_ENVIRONMENT: [(&str, &str); 5] = [
    ("AWS_ACCESS_KEY_ID", "Name of the access key; needed."),
    ("AWS_SECRET_ACCESS_KEY", "The access key's secret; needed."),
    ("AWS_SESSION_TOKEN", "Token of a temporary key."),
    ("AWS_REGION", "Region of the bucket; `us-east-1` where it is not set."),
    ("AWS_ENDPOINT_URL", "Address of the service where it is not Amazon's."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_names_of_a_setting_follow_from_its_key() {
        for setting in ALL {
            assert_eq!(setting.env, format!("GIGLINE_{}", setting.key.replace('.', "_").to_uppercase()));
            assert_eq!(setting.flag, setting.key.replace(['.', '_'], "-"));
        }
    }

    #[test]
    fn no_two_settings_share_a_name_and_sections_come_last() {
        let mut keys: Vec<_> = ALL.iter().map(|setting| setting.key).collect();
        assert!(ALL.is_sorted_by_key(|setting| setting.key.contains('.')));
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), ALL.len());
    }
}
