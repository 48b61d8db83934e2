//! A PostgreSQL database for each test that asks for one, and a loud word where there is no server.
//!
//! The server is `TEST_DATABASE_URL` where that is set (a database of it on which new ones may be created),
//! else one of this process's own, started from the installed programs with everything durable switched off
//! and stopped when the process ends, even by a signal that nothing can catch. With neither the tests are
//! skipped: each says so on the standard error, past the capture of the test runner, and with
//! `GIGLINE_TEST_REQUIRE_POSTGRES=1` it fails instead.

mod cluster;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use gigline_persistence::{DatabaseUrl, scratch};

use self::cluster::Cluster;
use crate::skip::{say, skip};

/// Why a test that needs PostgreSQL is not run.
const NONE: &str = "no PostgreSQL: install its server programs, or set PG_BIN or TEST_DATABASE_URL";
/// What forbids that.
const REQUIRED: &str = "GIGLINE_TEST_REQUIRE_POSTGRES";

/// A database of one test, dropped with it.
#[derive(Debug)]
pub struct PgDatabase {
    server: &'static Server,
    name: String,
    url: DatabaseUrl,
}

impl PgDatabase {
    /// A database with all migrations applied. `None`: there is no server, which has been said.
    pub fn migrated() -> Option<Self> {
        let server = server()?;
        Some(or_fail(Self::create(server, server.template()).and_then(|made| match server.template() {
            Some(_) => Ok(made),
            None => crate::migrate(&made.url).map(|()| made),
        })))
    }

    /// A database with nothing in it, for tests of the migrations themselves. `None` as for `migrated`.
    pub fn empty() -> Option<Self> {
        server().map(|server| or_fail(Self::create(server, None)))
    }

    /// Where it is.
    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    fn create(server: &'static Server, template: Option<&str>) -> Result<Self, String> {
        let name = unused_name();
        let copied = template.unwrap_or("template0");
        scratch::execute(&server.admin()?, &format!("CREATE DATABASE {name} TEMPLATE {copied}"))?;
        Ok(Self { server, url: server.url(&name)?, name })
    }
}

impl Drop for PgDatabase {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        if let Err(error) = self.server.admin().and_then(|url| scratch::execute(&url, &sql)) {
            say(&format!("the test database {} stays behind: {error}", self.name));
        }
    }
}

#[derive(Debug)]
enum Server {
    /// Somebody's server: it is left as it was found, so no template stays on it either.
    Given(url::Url),
    /// Ours, with the name of a migrated database to copy.
    Own(Cluster, String),
}

impl Server {
    fn own(bin: &Path) -> Result<Self, String> {
        let cluster = Cluster::start(bin)?;
        let template = "gigline_template".to_owned();
        let admin = parse(&cluster.url("postgres"))?;
        scratch::execute(&admin, &format!("CREATE DATABASE {template} TEMPLATE template0"))?;
        crate::migrate(&parse(&cluster.url(&template))?)?;
        // A database that is copied must have no connection.
        scratch::execute(&admin, &format!("ALTER DATABASE {template} ALLOW_CONNECTIONS false"))?;
        Ok(Self::Own(cluster, template))
    }

    fn template(&self) -> Option<&str> {
        match self {
            Self::Given(_) => None,
            Self::Own(_, template) => Some(template),
        }
    }

    fn admin(&self) -> Result<DatabaseUrl, String> {
        match self {
            Self::Given(url) => parse(url.as_str()),
            Self::Own(cluster, _) => parse(&cluster.url("postgres")),
        }
    }

    fn url(&self, database: &str) -> Result<DatabaseUrl, String> {
        match self {
            Self::Given(url) => {
                let mut url = url.clone();
                url.set_path(database);
                parse(url.as_str())
            }
            Self::Own(cluster, _) => parse(&cluster.url(database)),
        }
    }
}

/// The server of this process, found or started once.
fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let found = SERVER.get_or_init(|| match std::env::var("TEST_DATABASE_URL") {
        Ok(given) => Some(or_fail(url::Url::parse(&given).map(Server::Given).map_err(|e| e.to_string()))),
        Err(_) => installed().map(|bin| or_fail(Server::own(&bin))),
    });
    if found.is_none() {
        skip(NONE, REQUIRED);
    }
    found.as_ref()
}

fn installed() -> Option<PathBuf> {
    let debian = Path::new("/usr/lib/postgresql");
    cluster::programs(std::env::var_os("PG_BIN"), debian, std::env::var_os("PATH"))
}

#[expect(clippy::panic, reason = "a server that is there and does not work fails the test")]
fn or_fail<T>(result: Result<T, String>) -> T {
    result.unwrap_or_else(|error| panic!("PostgreSQL for tests: {error}"))
}

fn parse(url: &str) -> Result<DatabaseUrl, String> {
    url.parse().map_err(|error| format!("{error}"))
}

/// A name that no other test, process or machine on the same server takes.
fn unused_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("gigline_test_{}_{since:x}_{count}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_test_gets_a_database_of_its_own_with_the_schema() {
        let (Some(one), Some(other)) = (PgDatabase::migrated(), PgDatabase::migrated()) else { return };
        assert_ne!(one.url().to_string(), other.url().to_string());
        scratch::execute(one.url(), "CREATE TABLE only_here (x INT)").unwrap();
        scratch::execute(one.url(), "SELECT x FROM only_here").unwrap();
        assert!(scratch::execute(other.url(), "SELECT x FROM only_here").is_err());
        scratch::execute(other.url(), "SELECT id FROM jobs").unwrap();
    }

    #[test]
    fn an_empty_database_has_no_schema_and_is_gone_after_the_test() {
        let Some(made) = PgDatabase::empty() else { return };
        assert!(scratch::execute(made.url(), "SELECT id FROM jobs").is_err());
        let url = made.url().clone();
        scratch::execute(&url, "SELECT 1").unwrap();
        drop(made);
        assert!(scratch::execute(&url, "SELECT 1").is_err());
    }

    #[test]
    fn a_given_server_keeps_its_parameters_for_new_databases() {
        let given = Server::Given(url::Url::parse("postgres://me@db.test:7/admin?sslmode=disable").unwrap());
        let DatabaseUrl::Postgres(url) = given.url("fresh").unwrap() else { panic!("not PostgreSQL") };
        assert_eq!(url, "postgres://me@db.test:7/fresh?sslmode=disable");
        assert_eq!(given.template(), None);
    }
}
