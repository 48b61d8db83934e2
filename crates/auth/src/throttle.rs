//! Attempts at signing in and registering, counted when they start, so that many at once slip through no better
//! than one after the other. Everything is in memory and bounded: where a table is full, what was untouched for
//! longest is forgotten.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gigline_domain::Timestamp;

mod address;
mod allowance;
mod delay;
mod recent;

use allowance::{Allowance, Spent};
use delay::{Delay, Delays};
use recent::Recent;

pub use address::Network;

/// How much is allowed.
#[derive(Debug, Clone, Copy)]
pub struct ThrottlePolicy {
    /// Whether anything is throttled at all.
    pub enabled: bool,
    /// Failures of one account without a delay; each one beyond doubles it, from one second on.
    pub free_failures: u32,
    /// The longest delay.
    pub longest_delay: Duration,
    /// How long it takes until one failure of an account is forgotten.
    pub failure_fades_after: Duration,
    /// Failures of one address (IPv6: of one /64) at once, and in `failure_window` from then on.
    pub failures_per_address: u32,
    /// See `failures_per_address`.
    pub failure_window: Duration,
    /// Registrations of one address at once, and in `registration_window` from then on.
    pub registrations_per_address: u32,
    /// See `registrations_per_address`.
    pub registration_window: Duration,
    /// How many accounts, and how many addresses, are remembered; about 150 bytes each.
    pub remembered: usize,
}

impl Default for ThrottlePolicy {
    fn default() -> Self {
        const MINUTE: u64 = 60;
        Self {
            enabled: true,
            free_failures: 5,
            longest_delay: Duration::from_secs(MINUTE),
            failure_fades_after: Duration::from_secs(MINUTE),
            failures_per_address: 30,
            failure_window: Duration::from_secs(10 * MINUTE),
            registrations_per_address: 60,
            registration_window: Duration::from_secs(60 * MINUTE),
            remembered: 50_000,
        }
    }
}

/// Too many attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts; try again in {retry_after} s")]
pub struct Throttled {
    /// Seconds until an attempt will be taken, at least 1.
    pub retry_after: u64,
}

/// Counts attempts. Clones count together.
#[derive(Clone)]
pub struct Throttle(Arc<Inner>);

struct Inner {
    policy: ThrottlePolicy,
    counts: Mutex<Counts>,
    key: RandomState,
}

struct Counts {
    accounts: Recent<u64, Delay>,
    /// Where an account was signed in to before, with failures from there.
    familiar: Recent<(u64, Network), Delay>,
    failures: Recent<Network, Spent>,
    registrations: Recent<Network, Spent>,
}

/// An attempt at signing in. It counts as failed unless one of its functions says otherwise, even if it is dropped.
#[must_use]
pub struct Attempt {
    throttle: Throttle,
    account: u64,
    network: Network,
    familiar: bool,
}

impl Throttle {
    /// A throttle that has counted nothing yet.
    pub fn new(policy: ThrottlePolicy) -> Self {
        let counts = Counts {
            accounts: Recent::new(policy.remembered),
            familiar: Recent::new(policy.remembered),
            failures: Recent::new(policy.remembered),
            registrations: Recent::new(policy.remembered),
        };
        Self(Arc::new(Inner { policy, counts: Mutex::new(counts), key: RandomState::new() }))
    }

    /// Starts an attempt to sign in as `account`, a folded name, from `address`.
    ///
    /// An account that does not exist is counted like any other. An address from which somebody has signed in to the
    /// account before has a delay of its own, so that nobody can shut others out by guessing at their names.
    pub fn sign_in(&self, account: &str, address: IpAddr, now: Timestamp) -> Result<Attempt, Throttled> {
        let (account, network) = (self.0.key.hash_one(account), Network::of(address));
        let mut counts = self.counts();
        let familiar = counts.familiar.contains(&(account, network));
        if self.0.policy.enabled {
            let spent = counts.failures.touch(network);
            let allowed = self.failure_allowance().take(*spent, now)?;
            let delay =
                if familiar { counts.familiar.touch((account, network)) } else { counts.accounts.touch(account) };
            *delay = self.delays().start(*delay, now)?;
            *counts.failures.touch(network) = allowed;
        }
        drop(counts);
        Ok(Attempt { throttle: self.clone(), account, network, familiar })
    }

    /// Starts a registration from `address`.
    pub fn registration(&self, address: IpAddr, now: Timestamp) -> Result<(), Throttled> {
        let policy = &self.0.policy;
        if policy.enabled {
            let allowance = Allowance::new(policy.registrations_per_address, policy.registration_window);
            let mut counts = self.counts();
            let spent = counts.registrations.touch(Network::of(address));
            *spent = allowance.take(*spent, now)?;
        }
        Ok(())
    }

    fn failure_allowance(&self) -> Allowance {
        Allowance::new(self.0.policy.failures_per_address, self.0.policy.failure_window)
    }

    fn delays(&self) -> Delays {
        let policy = &self.0.policy;
        Delays { free: policy.free_failures, longest: policy.longest_delay, fades_after: policy.failure_fades_after }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // No count is ever left half changed, so a panic elsewhere under the lock spoils nothing.
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// The password was right: nothing is counted, and this account is known at this address from now on.
    pub fn succeeded(self) {
        self.give_back();
        let mut counts = self.throttle.counts();
        *counts.familiar.touch((self.account, self.network)) = Delay::default();
    }

    /// It could not be found out, for a reason of ours: nothing is counted.
    pub fn came_to_nothing(self) {
        self.give_back();
    }

    fn give_back(&self) {
        if !self.throttle.0.policy.enabled {
            return;
        }
        let allowance = self.throttle.failure_allowance();
        let mut counts = self.throttle.counts();
        if let Some(spent) = counts.failures.get_mut(&self.network) {
            *spent = allowance.give_back(*spent);
        }
        let delay = if self.familiar {
            counts.familiar.get_mut(&(self.account, self.network))
        } else {
            counts.accounts.get_mut(&self.account)
        };
        if let Some(delay) = delay {
            *delay = delay.give_back();
        }
    }
}

#[cfg(test)]
mod tests;
