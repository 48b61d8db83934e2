//! Keeps the house in order: rules about the source tree that no compiler checks, in well under a second.
//!
//! A rule that fails names the file and what to do. Rules that need the running app stand with the API tests.
#![cfg(test)]

mod api;
mod docs;
mod edges;
mod migrations;
mod sources;
mod tree;
mod words;
