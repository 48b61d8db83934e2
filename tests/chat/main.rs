//! Conversations across servers: one database, several engines.

#![cfg(test)]

mod door;
mod servers;
mod tail;
