//! A loud word where a test cannot run for want of something on this machine.

use std::io::Write as _;

/// Says that the running test is skipped and why, or fails it where the environment has `required` set to `1`.
pub fn skip(why: &str, required: &str) {
    let is_required = std::env::var_os(required).is_some_and(|value| value == "1");
    assert!(!is_required, "{why}");
    let thread = std::thread::current();
    say(&format!("SKIPPED: {} ({why})", thread.name().unwrap_or("a test")));
}

/// Writes past the test runner's capture, so that a passing test is heard too.
pub(crate) fn say(line: &str) {
    // Where nobody listens on the standard error there is no other place to say it.
    drop(writeln!(std::io::stderr(), "{line}"));
}
