//! Tests of the error mapping.
