//! Each kind of database error, and the one name for a unique rule of both databases.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};

use super::{Conflict, StoreError};

#[derive(Debug)]
struct Info {
    message: &'static str,
    constraint: Option<&'static str>,
}

impl DatabaseErrorInformation for Info {
    fn message(&self) -> &str {
        self.message
    }
    fn details(&self) -> Option<&str> {
        None
    }
    fn hint(&self) -> Option<&str> {
        None
    }
    fn table_name(&self) -> Option<&str> {
        None
    }
    fn column_name(&self) -> Option<&str> {
        None
    }
    fn constraint_name(&self) -> Option<&str> {
        self.constraint
    }
    fn statement_position(&self) -> Option<i32> {
        None
    }
}

fn error(kind: DatabaseErrorKind, message: &'static str, constraint: Option<&'static str>) -> Error {
    Error::DatabaseError(kind, Box::new(Info { message, constraint }))
}

#[test]
fn a_unique_rule_has_one_name_on_both_databases() {
    use DatabaseErrorKind::UniqueViolation;
    for (message, constraint, name) in [
        ("UNIQUE constraint failed: users.email_key", None, "users_email_key"),
        ("UNIQUE constraint failed: ratings.author_id, ratings.job_key", None, "ratings_author_id_job_key"),
        ("UNIQUE constraint failed: index 'users_lower_name'", None, "users_lower_name"),
        ("duplicate key value violates ...", Some("users_email_key"), "users_email_key"),
    ] {
        let error = error(UniqueViolation, message, constraint);
        assert_eq!(StoreError::unique(&error).as_deref(), Some(name));
        assert_eq!(StoreError::from(error), Conflict::Unique(name.to_owned()).into());
    }
    assert_eq!(StoreError::unique(&Error::NotFound), None);
}

#[test]
fn each_failure_of_the_database_has_its_meaning() {
    use DatabaseErrorKind::{
        CheckViolation, ClosedConnection, ForeignKeyViolation, NotNullViolation, SerializationFailure, Unknown,
    };
    let reference = StoreError::from(error(ForeignKeyViolation, "FOREIGN KEY constraint failed", None));
    assert_eq!(reference, Conflict::Reference(String::new()).into());
    let reference = StoreError::from(error(ForeignKeyViolation, "violates", Some("jobs_poster_id_fkey")));
    assert_eq!(reference, Conflict::Reference("jobs_poster_id_fkey".to_owned()).into());

    for (kind, message) in [
        (SerializationFailure, "could not serialize access due to concurrent update"),
        (ClosedConnection, "server closed the connection unexpectedly"),
        (Unknown, "deadlock detected"),
        (Unknown, "database is locked"),
        (Unknown, "database or disk is full"),
        (Unknown, "disk I/O error"),
        (Unknown, "canceling statement due to statement timeout"),
        (Unknown, "canceling statement due to lock timeout"),
        (Unknown, "terminating connection due to administrator command"),
    ] {
        let expected = StoreError::Unavailable(message.to_owned());
        assert_eq!(StoreError::from(error(kind, message, None)), expected);
    }

    for (kind, message) in [
        (CheckViolation, "CHECK constraint failed: duration >= 0"),
        (NotNullViolation, "NOT NULL constraint failed: jobs.title"),
        (Unknown, "no such table: jobs"),
        (Unknown, "database disk image is malformed"),
    ] {
        assert_eq!(StoreError::from(error(kind, message, None)), StoreError::Corrupt(message.to_owned()));
    }
    assert!(matches!(StoreError::from(Error::NotFound), StoreError::Corrupt(_)));
    assert!(matches!(StoreError::from(Error::BrokenTransactionManager), StoreError::Unavailable(_)));
}
