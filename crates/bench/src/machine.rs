//! What the numbers were measured on, for a rate says nothing without its machine.

use crate::Failure;

/// Files that a process here opens beside connections.
const OTHER_FILES: usize = 100;

/// A sentence; parts that cannot be found out are left out.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = line_after("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".to_owned());
    let memory = line_after("/proc/meminfo", "MemTotal").unwrap_or_else(|| "unknown".to_owned());
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let built = if cfg!(debug_assertions) { "without optimisation, so the numbers mean nothing" } else { "optimised" };
    format!("{cores} cores of {processor}; memory {memory}; kernel {}; built {built}.", kernel.trim())
}

/// What stands behind the colon of the first line that begins so.
fn line_after(path: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Passes if so many connections may be open at once: each is an open file, here and at its server.
pub(crate) fn may_open(connections: usize) -> Result<(), Failure> {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let may = files.and_then(|rest| rest.split_whitespace().next()).and_then(|may| may.parse::<usize>().ok());
    let needed = connections.saturating_add(OTHER_FILES);
    if may.is_some_and(|may| may < needed) {
        return Err(format!("{needed} files must be open at once, so the limit must be raised (ulimit -n)").into());
    }
    Ok(())
}
