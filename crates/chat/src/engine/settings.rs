//! The engine's bounds.

use std::time::Duration;

/// What an engine takes on.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// How many sockets a user may have on this server.
    pub sockets_per_user: usize,
    /// How many events a user may send; none for any number.
    pub allowance: Option<AllowanceSettings>,
    /// How long after the last socket went somebody counts as online.
    pub presence_grace: Duration,
    /// How long a socket that has more to get may stand still.
    pub patience: Duration,
    /// How often the log is looked into where other servers write to it.
    pub look_shared: Duration,
    /// How often the log is looked into where only other programs on this machine may have written to it.
    pub look_alone: Duration,
    /// How many of the newest events are kept in memory.
    pub kept_events: usize,
    /// How many bytes these take at most.
    pub kept_bytes: usize,
    /// How many threads catch sockets up with the log.
    pub catching_up: usize,
}

/// So many at once, and as many again evenly over a time.
#[derive(Debug, Clone, Copy)]
pub struct AllowanceSettings {
    /// How many.
    pub events: u32,
    /// Over how long.
    pub within: Duration,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            sockets_per_user: 10,
            allowance: Some(AllowanceSettings { events: 20, within: Duration::from_secs(10) }),
            presence_grace: Duration::from_secs(15),
            patience: Duration::from_secs(30),
            look_shared: Duration::from_millis(50),
            look_alone: Duration::from_millis(500),
            kept_events: 4_096,
            kept_bytes: 4 * 1024 * 1024,
            catching_up: 2,
        }
    }
}
