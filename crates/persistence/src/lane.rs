//! A pool of connections with a gate before it: so many queries at once, so many waiting, "busy" beyond.

use std::time::Duration;

use gigline_work::{Gate, GateError};

use crate::conn::Conn;
use crate::connect::{Connector, Failure};
use crate::error::StoreError;

/// How long a thread waits for a connection that others hold.
const PATIENCE: Duration = Duration::from_secs(3);

type Pool = r2d2::Pool<Connector>;

/// Clones share the pool and the gate.
#[derive(Clone)]
pub(crate) struct Lane {
    pool: Pool,
    gate: Gate,
    /// Why the pool last failed to connect.
    failure: Failure,
}

impl Lane {
    /// Opens `connections` (at least one), on PostgreSQL only the first of them at once.
    pub(crate) fn open(
        name: &'static str,
        connector: Connector,
        connections: u32,
        waiting: usize,
        eager: bool,
    ) -> Result<Self, String> {
        let connections = connections.max(1);
        let failure = connector.failure();
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle((!eager).then_some(1))
            .idle_timeout((!eager).then_some(Duration::from_secs(600)))
            .max_lifetime((!eager).then_some(Duration::from_secs(1800)))
            .connection_timeout(PATIENCE)
            .build(connector)
            .map_err(|error| error.to_string())?;
        let permits = usize::try_from(connections).unwrap_or(usize::MAX);
        Ok(Self { pool, gate: Gate::new(name, permits, waiting), failure })
    }

    /// Runs `f` with a connection on a blocking thread.
    pub(crate) async fn run<T, E>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let lane = self.clone();
        match self.gate.run(move || lane.run_blocking(f)).await {
            Ok(answer) => answer,
            Err(GateError::Full) => Err(StoreError::Busy.into()),
            Err(GateError::Died) => Err(StoreError::Died.into()),
        }
    }

    /// Runs `f` with a connection on this thread, when one is free.
    pub(crate) fn run_blocking<T, E>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let mut conn = self.pool.get().map_err(|_timeout| self.none_free())?;
        f(&mut conn)
    }

    /// A connection, if one is free at this moment.
    pub(crate) fn try_get(&self) -> Option<r2d2::PooledConnection<Connector>> {
        self.pool.try_get()
    }

    /// All in use, or none to be had?
    fn none_free(&self) -> StoreError {
        self.failure.get().map_or(StoreError::Busy, StoreError::Unavailable)
    }
}
