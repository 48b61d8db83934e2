//! Statements that run so often that on SQLite not even their text is written twice; on PostgreSQL they are as they are.

/// `run_fixed!(conn, Name, statement, get_result)`: the text of `statement` must not depend on anything.
macro_rules! run_fixed {
    ($conn:expr, $name:ident, $statement:expr, $how:ident) => {
        match $conn {
            $crate::any::AnyConn::Sqlite(conn) => $crate::kept::fixed($name, $statement).$how(conn),
            $crate::any::AnyConn::Pg(conn) => $statement.$how(conn),
        }
    };
}
pub(crate) use run_fixed;
