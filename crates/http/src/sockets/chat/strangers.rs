//! Sessions of Socket.IO that nobody has joined the conversations by: anybody may open one, so of one address there are
//! only so many. Who has joined is bounded as a user.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gigline_auth::Network;

/// The strangers of all addresses. Clones count together; what is counted is no more than there are sessions.
#[derive(Clone)]
pub(super) struct Strangers {
    most: Option<usize>,
    counts: Arc<Mutex<HashMap<Network, usize>>>,
}

/// A session, counted while it has not joined.
pub(super) struct Stranger {
    strangers: Strangers,
    network: Network,
    /// How many stays it has.
    known: AtomicUsize,
}

/// A session's stay in the conversations: for as long as there is one it is not counted.
pub(super) struct Known(Arc<Stranger>);

impl Strangers {
    /// Lets in at most so many of one address; without a number, all.
    pub(super) fn new(most: Option<usize>) -> Self {
        Self { most, counts: Arc::default() }
    }

    /// Lets one more of `address` in, if there are not too many.
    pub(super) fn let_in(&self, address: IpAddr) -> Option<Arc<Stranger>> {
        let network = Network::of(address);
        let mut counts = self.counts();
        let there = counts.get(&network).copied().unwrap_or(0);
        if self.most.is_some_and(|most| there >= most) {
            return None;
        }
        counts.insert(network, there + 1);
        Some(Arc::new(Stranger { strangers: self.clone(), network, known: AtomicUsize::new(0) }))
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Network, usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stranger {
    /// It has joined.
    pub(super) fn known(stranger: &Arc<Self>) -> Known {
        if stranger.known.fetch_add(1, Ordering::SeqCst) == 0 {
            stranger.forget();
        }
        Known(Arc::clone(stranger))
    }

    fn forget(&self) {
        let mut counts = self.strangers.counts();
        let Some(there) = counts.get_mut(&self.network) else { return };
        *there = there.saturating_sub(1);
        if *there == 0 {
            counts.remove(&self.network);
        }
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.forget();
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        // Who has left is a stranger again, be there too many or not: else there could be any number of such.
        if self.0.known.fetch_sub(1, Ordering::SeqCst) == 1 {
            *self.0.strangers.counts().entry(self.0.network).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn let_in(strangers: &Strangers, address: &str) -> Option<Arc<Stranger>> {
        strangers.let_in(address.parse().unwrap())
    }

    fn all(strangers: &Strangers) -> usize {
        strangers.counts().values().sum()
    }

    #[test]
    fn an_address_has_so_many_and_the_end_of_one_makes_room() {
        let strangers = Strangers::new(Some(2));
        let here = [let_in(&strangers, "2001:db8::1").unwrap(), let_in(&strangers, "2001:db8::2").unwrap()];
        assert!(let_in(&strangers, "2001:db8::3").is_none(), "one /64 is one address");
        let elsewhere = let_in(&strangers, "192.0.2.1").unwrap();
        let [first, second] = here;
        drop(first);
        let third = let_in(&strangers, "2001:db8::3").unwrap();
        drop((second, third, elsewhere));
        assert!(strangers.counts().is_empty(), "nothing is kept of who is gone");
    }

    #[test]
    fn who_joins_makes_room_and_who_leaves_again_takes_it() {
        let strangers = Strangers::new(Some(1));
        let first = let_in(&strangers, "192.0.2.1").unwrap();
        let (known, twice) = (Stranger::known(&first), Stranger::known(&first));
        let second = let_in(&strangers, "192.0.2.1").unwrap();
        drop(known);
        assert_eq!(all(&strangers), 1, "it is still there by another name");
        drop(twice);
        assert_eq!(all(&strangers), 2);
        drop(second);
        assert!(let_in(&strangers, "192.0.2.1").is_none());
        let known = Stranger::known(&first);
        drop(first);
        assert_eq!(all(&strangers), 0);
        drop(known);
        assert_eq!(all(&strangers), 0);
    }

    #[test]
    fn without_a_bound_all_are_let_in() {
        let strangers = Strangers::new(None);
        let all: Vec<_> = (0..1_000).map(|_| let_in(&strangers, "192.0.2.1")).collect();
        assert!(all.iter().all(Option::is_some));
    }
}
