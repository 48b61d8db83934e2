//! What can come out of the store: a closed list, so that each caller decides on meanings and never on texts.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use gigline_domain::{RatingId, RuleViolation};

/// A kind of thing that was asked for by its id and is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entity {
    /// A registered person.
    User,
    /// A job.
    Job,
    /// Somebody's application for a job.
    Candidate,
    /// A rating.
    Rating,
    /// A picture.
    Asset,
    /// A chat, or one that the caller is no part of.
    Chat,
    /// A message.
    Message,
}

/// What stands in the way: something that is there already, or that others lean on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Somebody has this email address.
    #[error("this email address is taken")]
    EmailTaken,
    /// Somebody has this username.
    #[error("this username is taken")]
    UsernameTaken,
    /// The author has rated this person for this job; the rating to change instead.
    #[error("rated already: rating {0}")]
    AlreadyRated(RatingId),
    /// Another unique rule, by its normalised name (see [`StoreError::unique`]).
    #[error("there is one already ({0})")]
    Unique(String),
    /// A row points to one that is not there, or is still pointed to. Names the rule on PostgreSQL; else `""`.
    #[error("a row that this one belongs to is missing, or others belong to it ({0})")]
    Reference(String),
}

/// Why a read or a write did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Zero rows: nothing else is ever called so.
    #[error("there is no such {0:?}")]
    NotFound(Entity),
    /// A rule of the marketplace forbids it.
    #[error(transparent)]
    Refused(#[from] RuleViolation),
    /// It contradicts what is stored.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// Too much is waiting already; nothing was done. Worth another try soon.
    #[error("the database has too much to do")]
    Busy,
    /// The database cannot be reached, is full, was too slow or gave up on this transaction: nothing was stored.
    /// (Only when a connection dies during the very COMMIT may PostgreSQL have stored it.) Carries the cause.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The database and this program do not understand each other: a defect in one of them. Carries the cause.
    #[error("the database makes no sense: {0}")]
    Corrupt(String),
    /// The closure panicked. Nothing of it was stored; the panic itself went to the panic hook.
    #[error("a database job panicked")]
    Died,
}

/// What a read or a write gives back.
pub type StoreResult<T> = Result<T, StoreError>;

impl StoreError {
    /// The same, but what is not there is called `entity`: for whom it is a part of that.
    pub(crate) fn of(self, entity: Entity) -> Self {
        if matches!(self, Self::NotFound(_)) { Self::NotFound(entity) } else { self }
    }

    pub(crate) fn closed() -> Self {
        Self::Unavailable("the store is closed".to_owned())
    }

    /// The name of the unique rule that `error` violates, spelt alike for both databases; `None` for other errors.
    ///
    /// The name is `table_column` or `table_column1_column2`. SQLite's message lists the columns
    /// (`users.email_key`), from which it is made; PostgreSQL's is the name of the constraint or index, which
    /// therefore is to be called `users_email_key`. SQLite names only indexes on expressions.
    pub fn unique(error: &Error) -> Option<String> {
        match error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => Some(rule_name(&**info)),
            _ => None,
        }
    }
}

fn rule_name(info: &(dyn DatabaseErrorInformation + Send + Sync)) -> String {
    if let Some(name) = info.constraint_name() {
        return name.to_owned();
    }
    let broken = info.message().strip_prefix("UNIQUE constraint failed: ").unwrap_or(info.message());
    if let Some(index) = broken.strip_prefix("index '").and_then(|rest| rest.strip_suffix('\'')) {
        return index.to_owned();
    }
    let mut columns = broken.split(", ");
    let mut name = columns.next().unwrap_or_default().replace('.', "_");
    for column in columns {
        name.push('_');
        name.push_str(column.split_once('.').map_or(column, |(_table, column)| column));
    }
    name
}

impl From<Error> for StoreError {
    /// Queries that may find nothing say so with `.optional()`: a `NotFound` that arrives here is a defect.
    fn from(error: Error) -> Self {
        if let Some(name) = Self::unique(&error) {
            return Conflict::Unique(name).into();
        }
        match &error {
            Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, info) => {
                Conflict::Reference(info.constraint_name().unwrap_or_default().to_owned()).into()
            }
            Error::DatabaseError(
                DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand,
                _,
            )
            | Error::RollbackErrorOnCommit { .. }
            | Error::RollbackTransaction
            | Error::BrokenTransactionManager => Self::Unavailable(error.to_string()),
            Error::DatabaseError(_, info) if passes(info.message()) => Self::Unavailable(error.to_string()),
            _ => Self::Corrupt(error.to_string()),
        }
    }
}

/// Whether a failure that diesel has no kind for is one of the moment (a lock, a full disk, a timeout) rather than a
/// defect. Both databases tell these apart by code only; diesel passes on the text, so it has to be read.
fn passes(message: &str) -> bool {
    const OF_THE_MOMENT: [&str; 13] = [
        "database is locked",
        "database table is locked",
        "database or disk is full",
        "disk I/O error",
        "out of memory",
        "unable to open database file",
        "attempt to write a readonly database",
        "deadlock detected",
        "canceling statement due to",
        "terminating connection",
        "the database system is",
        "connection",
        "No space left on device",
    ];
    OF_THE_MOMENT.iter().any(|text| message.contains(text))
}

#[cfg(test)]
mod tests;
