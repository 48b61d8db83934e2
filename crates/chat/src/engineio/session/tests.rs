//! The state table, cell by cell: each transcript is one row against one state.

mod ended;
mod facts;
mod not_upgraded;
mod polling;
mod random;
mod transcript;
mod upgrading;
mod websocket;
