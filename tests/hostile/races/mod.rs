//! Fifty at once, on both databases: of what can happen once, it happens once, and nobody hears of a failure of ours.

mod accounts;
mod erasing;
mod hiring;
mod ratings;
