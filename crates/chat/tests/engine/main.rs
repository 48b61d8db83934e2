//! The engine through its public door: on a real store, with doors made of memory.

#![cfg(test)]

mod attaching;
mod catching_up;
mod commands;
mod crowd;
mod deleting;
mod fake;
mod house;
mod joining;
mod listening;
mod presence;
