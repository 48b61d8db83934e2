//! Payloads, there and back.
