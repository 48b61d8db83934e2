//! Tests of what no database does on demand: reads that fail, and every order of the threads' steps.

mod failing;
mod model;
