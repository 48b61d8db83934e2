//! What the numbers were measured on, for a rate says nothing without its machine.

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
