//! Places for what is dear: uploads in memory, and searches, which may have much to look through.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gigline_domain::UserId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many uploads may be in memory at once, and how many of them one account's.
const UPLOADS: usize = 24;
const UPLOADS_OF_ONE: usize = 3;
/// How many searches may run at once, and how many more may wait; all other reads go on beside them.
const SEARCHES: usize = 2;
const SEARCHES_WAITING: usize = 64;

/// The places for uploads. Whoever finds none is told to come back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Uploads(Arc<Mutex<HashMap<Option<UserId>, usize>>>);

/// A place for one upload; free again when this is dropped.
#[derive(Debug)]
pub(crate) struct UploadPlace {
    uploads: Uploads,
    user: Option<UserId>,
}

impl Uploads {
    /// A place for an upload of `user`, if there is one left and they have not too many already.
    pub(crate) fn take(&self, user: Option<UserId>) -> Option<UploadPlace> {
        let mut taken = self.taken();
        let (all, theirs) = (taken.values().sum::<usize>(), taken.get(&user).copied().unwrap_or(0));
        if all >= UPLOADS || theirs >= UPLOADS_OF_ONE {
            return None;
        }
        taken.insert(user, theirs + 1);
        Some(UploadPlace { uploads: self.clone(), user })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Option<UserId>, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UploadPlace {
    fn drop(&mut self) {
        let mut taken = self.uploads.taken();
        if let Some(theirs) = taken.get_mut(&self.user) {
            *theirs = theirs.saturating_sub(1);
            if *theirs == 0 {
                taken.remove(&self.user);
            }
        }
    }
}

/// The places for searches.
#[derive(Debug, Clone)]
pub(crate) struct Searches {
    running: Arc<Semaphore>,
    room: Arc<Semaphore>,
}

impl Default for Searches {
    fn default() -> Self {
        let room = Semaphore::new(SEARCHES + SEARCHES_WAITING);
        Self { running: Arc::new(Semaphore::new(SEARCHES)), room: Arc::new(room) }
    }
}

impl Searches {
    /// A place for a search, waited for if need be; none if too many wait already.
    pub(crate) async fn enter(&self) -> Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)> {
        let room = Arc::clone(&self.room).try_acquire_owned().ok()?;
        let running = Arc::clone(&self.running).acquire_owned().await.ok()?;
        Some((running, room))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_all_places_for_uploads() {
        let uploads = Uploads::default();
        let ann = Some(UserId::new(1));
        let anns: Vec<_> = (0..UPLOADS_OF_ONE).map(|_| uploads.take(ann).unwrap()).collect();
        assert!(uploads.take(ann).is_none());
        let others: Vec<_> = (2..).map_while(|id| uploads.take(Some(UserId::new(id)))).collect();
        assert_eq!(anns.len() + others.len(), UPLOADS);
        drop(anns);
        assert!(uploads.take(ann).is_some());
    }

    #[test]
    fn too_many_searches_are_turned_away() {
        let searches = Searches::default();
        let room: Vec<_> = std::iter::from_fn(|| Arc::clone(&searches.room).try_acquire_owned().ok()).collect();
        assert_eq!(room.len(), SEARCHES + SEARCHES_WAITING);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert!(runtime.block_on(searches.enter()).is_none());
        drop(room);
        assert!(runtime.block_on(searches.enter()).is_some());
    }
}
