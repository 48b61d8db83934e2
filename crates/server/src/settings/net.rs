//! Addresses as the settings know them: public URL, origins, networks, log filters.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;
use url::{Host, Url};

/// How clients reach the server: http or https, a host, perhaps a path; nothing after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

impl PublicUrl {
    /// Takes a URL to which paths can be added.
    pub fn parse(text: &str) -> Result<Self, String> {
        let refused = || "must be an http or https URL without user, query or fragment".to_owned();
        let url = Url::parse(text).map_err(|_| refused())?;
        let plain = url.username().is_empty() && url.password().is_none();
        let bare = url.query().is_none() && url.fragment().is_none();
        if web(&url) && plain && bare { Ok(Self(url)) } else { Err(refused()) }
    }

    /// What to assume of a server that listens on `address` and was told nothing.
    pub fn of_address(address: SocketAddr) -> Result<Self, String> {
        let ip = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        Self::parse(&format!("http://{}", SocketAddr::new(ip, address.port())))
    }

    /// The URL without a slash at its end, to put a path behind.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether clients come over TLS.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Its origin, as a browser sends it.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

/// An origin as browsers send it in `Origin`: scheme, host and a port that is not the usual one.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let refused = || "must be exact origins such as https://app.example (never *)".to_owned();
    let url = Url::parse(text).map_err(|_| refused())?;
    let origin = url.origin().ascii_serialization();
    // A path, a trailing slash or capitals would never equal what a browser sends.
    if web(&url) && origin == text { Ok(origin) } else { Err(refused()) }
}

/// A network in CIDR notation, or a single address.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let single = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse::<IpNet>()
        .or_else(|_| single())
        .map_err(|_| "must be addresses or networks such as 10.0.0.0/8".to_owned())
}

/// A log filter: a level, or levels by module, separated by commas.
pub(super) fn log_filter(text: &str) -> Result<String, String> {
    let is_level = |level: &str| level.parse::<log::LevelFilter>().is_ok();
    let sound = text.split(',').all(|part| match part.trim().split_once('=') {
        Some((module, level)) => !module.is_empty() && is_level(level),
        None => is_level(part.trim()),
    });
    if sound { Ok(text.to_owned()) } else { Err("must be levels such as info or warn,gigline_http=debug".to_owned()) }
}

fn web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.host().is_some_and(|host| host != Host::Domain(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_takes_paths_behind_it() {
        let url = PublicUrl::parse("https://Gigline.example/").unwrap();
        assert_eq!((url.as_str(), url.is_https()), ("https://gigline.example", true));
        assert_eq!(PublicUrl::parse("http://a.example:80/x/").unwrap().as_str(), "http://a.example/x");
        assert_eq!(PublicUrl::parse("http://a.example:81/x").unwrap().origin(), "http://a.example:81");
        for bad in
            ["", "gigline.example", "ftp://a.example", "https://a.example/?q", "https://u:p@a.example", "http://"]
        {
            assert!(PublicUrl::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_server_on_all_addresses_is_reached_on_its_own() {
        let of = |text: &str| PublicUrl::of_address(text.parse().unwrap()).unwrap().as_str().to_owned();
        assert_eq!(of("0.0.0.0:8000"), "http://127.0.0.1:8000");
        assert_eq!(of("[::]:8000"), "http://[::1]:8000");
        assert_eq!(of("192.0.2.7:80"), "http://192.0.2.7");
    }

    #[test]
    fn an_origin_is_exactly_what_a_browser_sends() {
        for good in ["https://app.example", "http://localhost:3000", "http://[::1]:3000"] {
            assert_eq!(origin(good).as_deref(), Ok(good));
        }
        for bad in ["*", "https://app.example/", "https://App.example", "https://app.example:443", "null", "file:///x"]
        {
            assert!(origin(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_network_is_a_range_or_one_address() {
        assert!(network("10.0.0.0/8").unwrap().contains(&"10.9.8.7".parse::<IpAddr>().unwrap()));
        assert!(!network("127.0.0.1").unwrap().contains(&"127.0.0.2".parse::<IpAddr>().unwrap()));
        assert!(network("2001:db8::/64").unwrap().contains(&"2001:db8::5".parse::<IpAddr>().unwrap()));
        for bad in ["", "proxy", "10.0.0.0/33", "10.0.0"] {
            assert!(network(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_mistyped_level_is_no_module() {
        for good in ["info", "off", "warn,gigline_http=debug", "WARN, actix_web=error"] {
            assert!(log_filter(good).is_ok(), "{good:?}");
        }
        for bad in ["", "inof", "gigline_http=loud", "=info", "info,"] {
            assert!(log_filter(bad).is_err(), "{bad:?}");
        }
    }
}
