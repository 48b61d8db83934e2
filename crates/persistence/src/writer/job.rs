//! A write on its way: what is to be done, what came of it, and who waits for the answer.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use super::bell::Bell;
use crate::conn::{Conn, WriteTx};
use crate::error::StoreError;

/// A write of any type, as the queue holds it.
pub(super) trait Job: Send {
    /// Does the work within the open transaction; `true` if it is to be kept. Never unwinds.
    fn run(&mut self, conn: &mut Conn) -> bool;

    /// Tells the caller: what `run` returned, or `lost` where the whole group came to nothing.
    fn answer(self: Box<Self>, lost: Option<&StoreError>);
}

/// The way back to the caller. Dropped unused, it says that there will be no answer.
pub(super) trait Reply<T>: Send {
    fn send(self, answer: T);
}

pub(super) struct Pending<F, T, E, R> {
    work: Option<F>,
    answer: Option<Result<T, E>>,
    reply: R,
}

impl<F, T, E, R> Pending<F, T, E, R> {
    pub(super) fn new(work: F, reply: R) -> Self {
        Self { work: Some(work), answer: None, reply }
    }
}

impl<F, T, E, R> Job for Pending<F, T, E, R>
where
    F: FnOnce(&mut WriteTx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
    R: Reply<Result<T, E>>,
{
    fn run(&mut self, conn: &mut Conn) -> bool {
        let Some(work) = self.work.take() else { return false };
        let answer = conn.attempt(work);
        let keep = answer.is_ok();
        self.answer = Some(answer);
        keep
    }

    fn answer(self: Box<Self>, lost: Option<&StoreError>) {
        let answer = match (lost, self.answer) {
            (Some(lost), _) => Err(lost.clone().into()),
            (None, Some(answer)) => answer,
            (None, None) => return, // dropping the reply tells the caller
        };
        self.reply.send(answer);
    }
}

impl<T: Send> Reply<T> for oneshot::Sender<T> {
    fn send(self, answer: T) {
        // A caller that went away does not want to know.
        let _gone = oneshot::Sender::send(self, answer);
    }
}

/// Where a thread finds its answer.
pub(super) struct Letterbox<T>(Arc<Mutex<Content<T>>>);

/// The other end of a [`Letterbox`].
pub(super) struct Letter<T>(Arc<Mutex<Content<T>>>);

enum Content<T> {
    Nothing,
    Answer(T),
    /// The sender is gone.
    Closed,
}

pub(super) fn letterbox<T>() -> (Letter<T>, Letterbox<T>) {
    let content = Arc::new(Mutex::new(Content::Nothing));
    (Letter(Arc::clone(&content)), Letterbox(content))
}

impl<T> Letterbox<T> {
    /// Waits for the answer; `None` if there will be none. `bell` is rung after it was put here.
    pub(super) fn wait(self, bell: &Bell) -> Option<T> {
        bell.wait_for(|| {
            let mut content = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match std::mem::replace(&mut *content, Content::Nothing) {
                Content::Nothing => None,
                Content::Answer(answer) => Some(Some(answer)),
                Content::Closed => Some(None),
            }
        })
    }
}

impl<T> Letter<T> {
    fn put(&self, new: Content<T>) {
        let mut content = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*content, Content::Nothing) {
            *content = new;
        }
    }
}

impl<T: Send> Reply<T> for Letter<T> {
    fn send(self, answer: T) {
        self.put(Content::Answer(answer));
    }
}

impl<T> Drop for Letter<T> {
    fn drop(&mut self) {
        self.put(Content::Closed);
    }
}
