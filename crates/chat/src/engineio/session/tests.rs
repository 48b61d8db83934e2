//! The state table, cell by cell: each transcript is one row against one state.

mod ended;
mod facts;
mod polling;
mod random;
mod transcript;
mod upgrading;
mod websocket;
