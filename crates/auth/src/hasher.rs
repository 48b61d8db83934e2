//! bcrypt behind a gate: two at once, a bounded queue, and the same work whether there is a hash to check or not.

use std::hint::black_box;

use bcrypt::{BcryptError, BcryptResult};
use gigline_work::{Gate, GateError};

use crate::password::{Cost, Password, PasswordHash};

/// Hashes made at the same time; more would only starve what else the machine does.
const AT_ONCE: usize = 2;

/// Why a password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// The queue is full; worth another try in a moment.
    #[error("too many passwords are being checked")]
    Busy,
    /// The hash that was stored is none.
    #[error("a stored password hash is malformed")]
    Malformed,
    /// The system's randomness or the worker failed.
    #[error("passwords cannot be hashed: {0}")]
    Failed(String),
}

/// What checking a password found.
#[derive(Debug, PartialEq, Eq)]
pub enum Check {
    /// Wrong, or there was nothing to check against.
    Wrong,
    /// Right. `stronger` is the hash to store from now on, where the stored one has another cost than is now asked.
    Right {
        /// The hash at the present cost.
        stronger: Option<PasswordHash>,
    },
}

/// Hashes and checks passwords off the async threads. Clones share the gate.
#[derive(Clone)]
pub struct Hasher {
    gate: Gate,
    cost: Cost,
}

impl Hasher {
    /// A hasher of this cost where at most `waiting` callers queue behind the two that are served.
    pub fn new(cost: Cost, waiting: usize) -> Self {
        Self { gate: Gate::new("bcrypt", AT_ONCE, waiting), cost }
    }

    /// The hash to store for `password`.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, HashError> {
        let cost = self.cost;
        self.run(move || hash(&password, cost)).await
    }

    /// Checks `password` against `stored`.
    ///
    /// Where either is missing (no such account, or a text that no password can be) the same work is done for
    /// nothing, so that the time of the answer tells nobody which accounts exist.
    pub async fn check(&self, password: Option<Password>, stored: Option<PasswordHash>) -> Result<Check, HashError> {
        let cost = self.cost;
        self.run(move || {
            let (Some(password), Some(stored)) = (password, stored) else {
                black_box(bcrypt::hash_with_salt("nobody's password", cost.get(), [0; 16])?);
                return Ok(Check::Wrong);
            };
            if !bcrypt::verify(password.as_str(), stored.as_str())? {
                return Ok(Check::Wrong);
            }
            let outdated = !has_cost(&stored, cost);
            Ok(Check::Right { stronger: if outdated { Some(hash(&password, cost)?) } else { None } })
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> BcryptResult<T> + Send + 'static,
    ) -> Result<T, HashError> {
        match self.gate.run(work).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(BcryptError::InvalidHash(_))) => Err(HashError::Malformed),
            Ok(Err(other)) => Err(HashError::Failed(other.to_string())),
            Err(GateError::Full) => Err(HashError::Busy),
            Err(GateError::Died) => Err(HashError::Failed("the worker died".to_owned())),
        }
    }
}

// Not the variant that counts the closing NUL: it refuses 72 bytes. `Password` has seen to it that nothing is cut.
fn hash(password: &Password, cost: Cost) -> BcryptResult<PasswordHash> {
    bcrypt::hash(password.as_str(), cost.get()).map(PasswordHash::from_stored)
}

fn has_cost(stored: &PasswordHash, cost: Cost) -> bool {
    stored.as_str().get(4..6).and_then(|digits| digits.parse().ok()) == Some(cost.get())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::parse(text).unwrap()
    }

    /// The shortest of some, which other tests on the same cores make no shorter.
    async fn time_of_nothing(hasher: &Hasher) -> std::time::Duration {
        let mut shortest = std::time::Duration::MAX;
        for _ in 0..5 {
            let begun = std::time::Instant::now();
            assert_eq!(hasher.check(None, None).await.unwrap(), Check::Wrong);
            shortest = shortest.min(begun.elapsed());
        }
        shortest
    }

    fn right() -> Check {
        Check::Right { stronger: None }
    }

    #[tokio::test]
    async fn seventy_two_bytes_count_to_the_last() {
        let hasher = Hasher::new(Cost::CHEAPEST, 8);
        let long = "x".repeat(72);
        let near = format!("{}y", "x".repeat(71));
        let stored = hasher.hash(password(&long)).await.unwrap();
        assert_eq!(hasher.check(Some(password(&long)), Some(stored.clone())).await.unwrap(), right());
        assert_eq!(hasher.check(Some(password(&near)), Some(stored)).await.unwrap(), Check::Wrong);
    }

    #[tokio::test]
    async fn nobody_is_let_in_and_the_work_is_done_all_the_same() {
        let hasher = Hasher::new(Cost::CHEAPEST, 8);
        assert_eq!(hasher.check(Some(password("password")), None).await.unwrap(), Check::Wrong);
        assert_eq!(hasher.check(None, None).await.unwrap(), Check::Wrong);
        let costly = Hasher::new(Cost::parse(10).unwrap(), 8);
        let (cheap, dear) = (time_of_nothing(&hasher).await, time_of_nothing(&costly).await);
        assert!(dear > cheap * 4, "64 times the work took {dear:?}, not much more than {cheap:?}");
    }

    #[tokio::test]
    async fn a_text_that_is_no_password_fails_also_where_there_is_an_account() {
        let hasher = Hasher::new(Cost::CHEAPEST, 8);
        let stored = hasher.hash(password("nobody's password")).await.unwrap();
        assert_eq!(hasher.check(None, Some(stored)).await.unwrap(), Check::Wrong);
    }

    #[tokio::test]
    async fn an_outdated_cost_gives_a_new_hash_that_holds() {
        let (old, new) = (Hasher::new(Cost::CHEAPEST, 8), Hasher::new(Cost::parse(5).unwrap(), 8));
        let stored = old.hash(password("password")).await.unwrap();
        let checked = new.check(Some(password("password")), Some(stored.clone())).await.unwrap();
        let Check::Right { stronger: Some(stronger) } = checked else { panic!("{checked:?}") };
        assert!(stronger.as_str().starts_with("$2b$05$"));
        assert_eq!(new.check(Some(password("password")), Some(stronger)).await.unwrap(), right());
        assert_eq!(new.check(Some(password("passwort")), Some(stored)).await.unwrap(), Check::Wrong);
    }

    #[tokio::test]
    async fn a_malformed_stored_hash_is_told_apart() {
        let hasher = Hasher::new(Cost::CHEAPEST, 8);
        let broken = PasswordHash::from_stored("plain text".to_owned());
        let refused = hasher.check(Some(password("password")), Some(broken)).await;
        assert!(matches!(refused, Err(HashError::Malformed)), "{refused:?}");
    }

    #[tokio::test]
    async fn a_full_queue_says_busy_at_once() {
        let hasher = Hasher::new(Cost::parse(8).unwrap(), 1);
        let checks = (0..20).map(|_| {
            let hasher = hasher.clone();
            tokio::spawn(async move { hasher.check(None, None).await })
        });
        let (mut wrong, mut busy) = (0, 0);
        for check in checks.collect::<Vec<_>>() {
            match check.await.unwrap() {
                Ok(Check::Wrong) => wrong += 1,
                Err(HashError::Busy) => busy += 1,
                other => panic!("{other:?}"),
            }
        }
        assert!(wrong >= 3 && busy >= 1 && wrong + busy == 20, "{wrong} checked, {busy} turned away");
    }
}
