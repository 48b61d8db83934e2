//! The program: reads its arguments, does what they say, and says why if it cannot.

use std::process::ExitCode;

use gigline_server::cli::Invocation;
use gigline_server::commands;

/// Answers are made of many short-lived texts, for which this one is quicker than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::print_stderr, reason = "the last word of a failed start belongs on standard error")]
fn main() -> ExitCode {
    let invocation = match Invocation::parse(std::env::args_os()) {
        Ok(invocation) => invocation,
        Err(error) => error.exit(),
    };
    match commands::run(&invocation) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gigline: {error}");
            ExitCode::FAILURE
        }
    }
}
