//! Signing in: throttled, checked at the same cost whether the account exists or not, answered by a new login.

use std::net::IpAddr;
use std::sync::Arc;

use gigline_domain::{Email, UserId, Username};
use gigline_persistence::accounts::{self, SignInName};
use gigline_persistence::{Entity, Store, StoreError};

use crate::clock::Clock;
use crate::hasher::{Check, HashError, Hasher};
use crate::password::{Password, PasswordHash};
use crate::sessions::{Issued, Sessions};
use crate::throttle::{Throttle, Throttled};

/// The name that somebody signs in by, as it was typed. What no account can be called is a name like any other.
#[derive(Debug, Clone)]
pub struct LoginName {
    key: String,
    name: Name,
}

#[derive(Debug, Clone)]
enum Name {
    Email(Email),
    Username(Username),
    Nobodys,
}

impl LoginName {
    /// An e-mail address, compared without case.
    pub fn email(typed: &str) -> Self {
        match Email::parse(typed) {
            Ok(email) => Self { key: email.key(), name: Name::Email(email) },
            Err(_) => Self::nobodys(typed),
        }
    }

    /// A username, compared without case.
    pub fn username(typed: &str) -> Self {
        match Username::parse(typed) {
            Ok(username) => Self { key: username.key(), name: Name::Username(username) },
            Err(_) => Self::nobodys(typed),
        }
    }

    fn nobodys(typed: &str) -> Self {
        Self { key: typed.trim().to_lowercase(), name: Name::Nobodys }
    }

    fn sign_in_name(&self) -> Option<SignInName<'_>> {
        match &self.name {
            Name::Email(email) => Some(SignInName::Email(email)),
            Name::Username(username) => Some(SignInName::Username(username)),
            Name::Nobodys => None,
        }
    }
}

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No account of this name, or not its password: which of the two is not told.
    #[error("wrong name or password")]
    WrongCredentials,
    /// Too many attempts; carries when to come back.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// The password could not be checked.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The database could not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lets in who knows an account's password. Clones share everything.
#[derive(Clone)]
pub struct Authenticator {
    /// Where the accounts are.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where the login is opened.
    pub sessions: Sessions,
    /// Checks passwords.
    pub hasher: Hasher,
    /// Counts attempts.
    pub throttle: Throttle,
}

impl Authenticator {
    /// Signs in whoever knows the password, with a login of its own.
    ///
    /// `address` is the client's. Errors: [`SignInError::WrongCredentials`] after the same work whether the account
    /// exists or not, [`SignInError::Throttled`] before any, `Hash(Busy)` and the store's.
    pub async fn sign_in(&self, name: LoginName, password: &str, address: IpAddr) -> Result<Issued, SignInError> {
        let attempt = self.throttle.sign_in(&name.key, address, self.clock.now())?;
        match self.enter(name, password).await {
            Ok(Some(issued)) => {
                attempt.succeeded();
                Ok(issued)
            }
            // The attempt was counted when it began; there it stays.
            Ok(None) => Err(SignInError::WrongCredentials),
            Err(error) => {
                // What failed for a reason of ours was no guess.
                attempt.came_to_nothing();
                Err(error)
            }
        }
    }

    async fn enter(&self, name: LoginName, password: &str) -> Result<Option<Issued>, SignInError> {
        let account = self.find(name).await?;
        let (user, stored) = account.map_or((None, None), |(user, hash)| (Some(user), Some(hash)));
        let check = self.hasher.check(Password::parse(password).ok(), stored.clone()).await;
        if let (Err(HashError::Malformed), Some(user)) = (&check, user) {
            log::error!("the stored password hash of user {user} is malformed");
        }
        match (check?, user, stored) {
            (Check::Right { stronger }, Some(user), Some(stored)) => self.open(user, stored, stronger).await,
            _ => Ok(None),
        }
    }

    async fn find(&self, name: LoginName) -> Result<Option<(UserId, PasswordHash)>, StoreError> {
        let found = self.store.read_point(move |conn| match name.sign_in_name() {
            Some(name) => accounts::find_credentials(conn, name),
            None => Ok(None),
        });
        Ok(found.await?.map(|(user, hash)| (user, PasswordHash::from_stored(hash))))
    }

    async fn open(
        &self,
        user: UserId,
        stored: PasswordHash,
        stronger: Option<PasswordHash>,
    ) -> Result<Option<Issued>, SignInError> {
        let sessions = self.sessions.clone();
        let opened = self.store.write(move |tx| {
            if let Some(stronger) = stronger {
                accounts::rehash(tx, user, stored.as_str(), stronger.as_str())?;
            }
            sessions.open(tx, user)
        });
        match opened.await {
            Ok(issued) => Ok(Some(issued)),
            // Erased while the password was checked: as if it had never been.
            Err(StoreError::NotFound(Entity::User)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
