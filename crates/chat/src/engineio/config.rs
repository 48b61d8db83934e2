//! What a session is told when it opens: how often it is asked for a sign of life, and how much it may hold.

use std::time::Duration;

use crate::Frame;

use super::Sid;

/// How packets travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// GET waits for packets, POST brings them.
    Polling,
    /// One packet a message.
    WebSocket,
}

/// The limits of a session. The defaults are those of the reference implementation where it has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// From the last pong to the next ping.
    pub ping_interval: Duration,
    /// How long a pong may take.
    pub ping_timeout: Duration,
    /// How long a change to WebSocket may take before the session goes on without it.
    pub upgrade_timeout: Duration,
    /// Bytes of the largest message or POST that is taken, and of a poll's answer that holds more than one packet.
    pub max_payload: usize,
    /// Frames that may wait to be sent.
    pub outbox_frames: usize,
    /// Bytes that may wait to be sent. Whatever its size, one unit may always wait alone.
    pub outbox_bytes: usize,
    /// How long what is still to be read can be read after the server closed.
    pub linger: Duration,
    /// How long a session that broke off may take to say so.
    pub farewell: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            upgrade_timeout: Duration::from_secs(10),
            max_payload: 1_000_000,
            outbox_frames: 256,
            outbox_bytes: 256 * 1024,
            linger: Duration::from_secs(5),
            farewell: Duration::from_secs(1),
        }
    }
}

impl Config {
    /// The open packet: the first that a client receives.
    pub(super) fn handshake(&self, sid: &Sid, transport: Transport) -> Frame {
        let upgrades = match transport {
            Transport::Polling => r#"["websocket"]"#,
            Transport::WebSocket => "[]",
        };
        Frame::text(&format!(
            r#"0{{"sid":"{}","upgrades":{upgrades},"pingInterval":{},"pingTimeout":{},"maxPayload":{}}}"#,
            sid.as_str(),
            self.ping_interval.as_millis(),
            self.ping_timeout.as_millis(),
            self.max_payload,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_handshake_has_five_keys_and_offers_an_upgrade_only_to_a_poller() {
        let sid = Sid::from_random([0; 15]);
        let said = |transport| Config::default().handshake(&sid, transport).payload();
        let expected = |upgrades: &str| {
            format!(
                r#"0{{"sid":"AAAAAAAAAAAAAAAAAAAA","upgrades":{upgrades},"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}}"#
            )
        };
        assert_eq!(said(Transport::Polling), expected(r#"["websocket"]"#));
        assert_eq!(said(Transport::WebSocket), expected("[]"));
    }
}
