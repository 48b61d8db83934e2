//! How long a connection waits, and how much it takes.

use std::time::Duration;

/// Times and sizes of a [`Connection`](super::Connection).
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// How long a client may be in no namespace that keeps its connection.
    pub connect_timeout: Duration,
    /// How often a client may ask to join something at once, and again over [`Self::connects_within`].
    pub max_connects: u32,
    /// See [`Self::max_connects`].
    pub connects_within: Duration,
    /// How long an event waits for its ack.
    pub ack_timeout: Duration,
    /// How long the attachments of a packet may take.
    pub attachments_timeout: Duration,
    /// How long after the server ended a stay what the client still sends there is ignored.
    pub linger: Duration,
    /// Bytes of the attachments of one packet, together.
    pub max_attachment_bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(45),
            max_connects: 20,
            connects_within: Duration::from_secs(10),
            ack_timeout: Duration::from_secs(30),
            attachments_timeout: Duration::from_secs(10),
            linger: Duration::from_secs(10),
            max_attachment_bytes: 1_000_000,
        }
    }
}
