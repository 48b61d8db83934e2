//! What must hold under fire: many at once, requests sent twice, and input that no client of good will sends.
#![cfg(test)]

mod bad_input;
mod crowd;
mod idempotency;
mod model;
mod queries;
mod races;
mod raw;
