//! Whose request this is, as an address: the peer's, unless the peer is a proxy that we were told to trust.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpRequest;
use ipnet::IpNet;

/// Proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    networks: Arc<[IpNet]>,
    warned: Arc<AtomicBool>,
}

impl TrustedProxies {
    /// Trusts these networks.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        Self { networks: networks.into_iter().collect(), warned: Arc::default() }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// The address that a request comes from.
    ///
    /// Behind trusted proxies it is the last forwarded address that is no trusted proxy's; what stands before it
    /// anybody may have written. A forwarding header from elsewhere is warned of once and ignored.
    pub(crate) fn client(&self, request: &HttpRequest) -> IpAddr {
        let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip().to_canonical());
        let headers = request.headers();
        let forwarded = headers.get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
        let forwarded: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
        if !self.trusts(peer) {
            if (!forwarded.is_empty() || headers.contains_key("forwarded"))
                && !self.warned.swap(true, Ordering::Relaxed)
            {
                log::warn!("{peer} sends forwarding headers and is no trusted proxy: they are ignored");
            }
            return peer;
        }
        let mut client = peer;
        for hop in forwarded.iter().rev() {
            let Some(address) = parse(hop) else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        client
    }
}

/// An address as proxies write it: bare, or with a port, or in brackets.
fn parse(hop: &str) -> Option<IpAddr> {
    let bare = hop.parse().ok();
    let with_port = || hop.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    bare.or_else(with_port).or_else(bracketed).map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn client(proxies: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let proxies = TrustedProxies::new(proxies.iter().map(|net| net.parse().unwrap()));
        let mut request = TestRequest::get().peer_addr(format!("{peer}:9").parse().unwrap());
        for value in forwarded {
            request = request.append_header(("x-forwarded-for", *value));
        }
        proxies.client(&request.to_http_request()).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(client(&[], "192.0.2.1", &["10.0.0.1"]), "192.0.2.1");
        assert_eq!(client(&["192.0.2.0/24"], "192.0.2.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(client(&["192.0.2.0/24"], "192.0.2.1", &[]), "192.0.2.1");
    }

    #[test]
    fn the_last_address_that_is_no_proxy_counts() {
        let proxies = ["192.0.2.0/24"];
        assert_eq!(client(&proxies, "192.0.2.1", &["6.6.6.6, 198.51.100.7, 192.0.2.9"]), "198.51.100.7");
        assert_eq!(client(&proxies, "192.0.2.1", &["6.6.6.6", "[2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(client(&proxies, "192.0.2.1", &["nonsense"]), "192.0.2.1");
    }
}
