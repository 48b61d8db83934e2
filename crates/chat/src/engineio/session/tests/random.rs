//! Any order of events.
