//! Guarantees that at most `permits` closures of a gate run and at most `waiting` more are kept, whoever goes away.

use std::fmt;
use std::sync::Arc;

use tokio::sync::Semaphore;

/// A bounded door to tokio's blocking threads. Clones share the same bounds.
#[derive(Clone)]
pub struct Gate(Arc<Inner>);

struct Inner {
    name: &'static str,
    /// One for everybody inside, running or waiting.
    places: Arc<Semaphore>,
    /// One for everybody running; fair, so that nobody waiting is overtaken.
    turns: Arc<Semaphore>,
}

/// Why a gate did not bring an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// All places are taken: nothing was run. Worth another try later.
    #[error("too much of this work is waiting already")]
    Full,
    /// The work panicked, or the runtime is being shut down. The panic itself went to the panic hook.
    #[error("the work ended without an answer")]
    Died,
}

impl Gate {
    /// A gate that lets `permits` (at least one) run at once and `waiting` more wait. `name` is for people.
    pub fn new(name: &'static str, permits: usize, waiting: usize) -> Self {
        let permits = permits.clamp(1, Semaphore::MAX_PERMITS);
        let places = permits.saturating_add(waiting).min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Inner {
            name,
            places: Arc::new(Semaphore::new(places)),
            turns: Arc::new(Semaphore::new(permits)),
        }))
    }

    /// Runs `work` on a blocking thread when its turn comes, first come first served.
    ///
    /// A caller that is dropped while waiting gives its place back and `work` never runs. A caller that is dropped
    /// later does not stop `work`: it runs to its end and holds its place until then.
    ///
    /// Errors: [`GateError::Full`] at once when no place is free, [`GateError::Died`] when `work` panicked.
    /// Must be called within a tokio runtime.
    pub async fn run<T, F>(&self, work: F) -> Result<T, GateError>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let place = Arc::clone(&self.0.places).try_acquire_owned().map_err(|_full| GateError::Full)?;
        // The semaphore is never closed, so this waits until there is a turn.
        let turn = Arc::clone(&self.0.turns).acquire_owned().await.map_err(|_closed| GateError::Died)?;
        let running = tokio::task::spawn_blocking(move || {
            // Moved in, so that they are given back when the work ends, by return or by panic, and not before.
            let _held = (place, turn);
            work()
        });
        running.await.map_err(|_panicked| GateError::Died)
    }

    /// How many more callers would be let in right now.
    pub fn free_places(&self) -> usize {
        self.0.places.available_permits()
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("name", &self.0.name).field("free_places", &self.free_places()).finish()
    }
}

#[cfg(test)]
mod tests;
