//! The state table, cell by cell.
