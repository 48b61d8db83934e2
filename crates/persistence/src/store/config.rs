//! How a store is opened: where, and how much may be under way or wait at once.

use crate::DatabaseUrl;

/// The bounds of a store. [`StoreConfig::new`] has values for a server of a few cores.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// Which database.
    pub url: DatabaseUrl,
    /// Connections for reading: as many reads run at once.
    pub readers: u32,
    /// Connections for writing on PostgreSQL; SQLite has one writer.
    pub writers: u32,
    /// Writes that may wait; one more is told `Busy`.
    pub write_queue: usize,
    /// Reads that may wait; one more is told `Busy`.
    pub read_queue: usize,
}

impl StoreConfig {
    /// Eight connections each way, a thousand or two waiting.
    pub fn new(url: DatabaseUrl) -> Self {
        Self { url, readers: 8, writers: 8, write_queue: 2048, read_queue: 1024 }
    }
}
