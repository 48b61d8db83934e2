//! Who writes next: a bounded queue and one turn, held by the writer's thread or by a caller that writes itself.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::bell::Bell;
use crate::error::StoreError;

pub(super) struct Queue<J> {
    state: Mutex<State<J>>,
    /// Signalled when there may be something to do for the writer's thread.
    work: Condvar,
    most: usize,
}

struct State<J> {
    jobs: VecDeque<J>,
    /// Rung when jobs of the queue are done; all that wait share it.
    bell: Arc<Bell>,
    /// Somebody has the turn.
    taken: bool,
    closed: bool,
}

/// The right to use the connection; given back when dropped.
pub(super) struct Turn<'a, J>(&'a Queue<J>);

/// Jobs that are done together.
pub(super) struct Group<J> {
    pub(super) jobs: Vec<J>,
    /// Rung when dropped, which has to come after the jobs are answered or dropped.
    pub(super) ring: Ring,
}

/// Rings when dropped.
pub(super) struct Ring(Arc<Bell>);

/// What a caller that may block is to do.
pub(super) enum Admission<'a, J> {
    /// Nothing else is there: write now.
    Alone(Turn<'a, J>),
    /// Others are there: queue up, to share their commit.
    Queue,
}

impl<J> Queue<J> {
    pub(super) fn new(most: usize) -> Self {
        let state = State { jobs: VecDeque::new(), bell: Arc::default(), taken: false, closed: false };
        Self { state: Mutex::new(state), work: Condvar::new(), most: most.max(1) }
    }

    /// Appends `job` and gives the bell that rings when it is done. Errors: `Busy` when the queue is full,
    /// `Unavailable` when it is closed.
    pub(super) fn push(&self, job: J) -> Result<Arc<Bell>, StoreError> {
        let mut state = self.state();
        state.check_open()?;
        if state.jobs.len() >= self.most {
            return Err(StoreError::Busy);
        }
        state.jobs.push_back(job);
        let bell = Arc::clone(&state.bell);
        // Whoever has the turn looks at the queue before giving it back.
        let wake = !state.taken;
        drop(state);
        if wake {
            self.work.notify_one();
        }
        Ok(bell)
    }

    /// Takes the turn if nobody has it and nobody waits for it.
    pub(super) fn enter(&self) -> Result<Admission<'_, J>, StoreError> {
        let mut state = self.state();
        state.check_open()?;
        if state.taken || !state.jobs.is_empty() {
            return Ok(Admission::Queue);
        }
        state.taken = true;
        Ok(Admission::Alone(Turn(self)))
    }

    /// Waits until there is a job and the turn is free; `None` when the queue is closed, empty and nobody writes.
    pub(super) fn wait_for_turn(&self) -> Option<Turn<'_, J>> {
        let mut state = self.state();
        loop {
            if !state.taken {
                if !state.jobs.is_empty() {
                    state.taken = true;
                    return Some(Turn(self));
                }
                if state.closed {
                    return None;
                }
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes no more jobs; those that wait are still done.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.work.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State<J>> {
        // Nothing panics while it is held, and every state in between is sound.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<J> State<J> {
    fn check_open(&self) -> Result<(), StoreError> {
        if self.closed { Err(StoreError::closed()) } else { Ok(()) }
    }
}

impl<J> Turn<'_, J> {
    /// The jobs to be done next, in order, at most `most`; `None` when there are none.
    pub(super) fn next_group(&mut self, most: usize) -> Option<Group<J>> {
        let mut state = self.0.state();
        let count = state.jobs.len().min(most);
        if count == 0 {
            return None;
        }
        let jobs = state.jobs.drain(..count).collect();
        // Those that are left keep their bell: they hear it in vain once, and again in time.
        let bell = if state.jobs.is_empty() { std::mem::take(&mut state.bell) } else { Arc::clone(&state.bell) };
        Some(Group { jobs, ring: Ring(bell) })
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        self.0.ring();
    }
}

impl<J> Drop for Turn<'_, J> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.taken = false;
        if !state.jobs.is_empty() || state.closed {
            drop(state);
            self.0.work.notify_one();
        }
    }
}
