//! A PostgreSQL server of this process's own, which cannot outlive it.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

const SERVE: &str = include_str!("serve.sh");

/// A running server. Dropping it stops the server and removes its files.
#[derive(Debug)]
pub(super) struct Cluster {
    dir: TempDir,
    shell: Child,
    /// Closed by the system if this process dies: that is what ends the server then.
    hold: Option<ChildStdin>,
}

impl Cluster {
    /// Starts a server from the programs in `bin`; about a second. As root it runs as another user, for
    /// PostgreSQL refuses root.
    pub(super) fn start(bin: &Path) -> Result<Self, String> {
        let dir = tempfile::Builder::new().prefix("gigline-pg-").tempdir().map_err(text)?;
        let mut command = serve(bin, dir.path())?;
        let mut shell =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(text)?;
        let hold = shell.stdin.take();
        let said = shell.stdout.take().map(answer).ok_or("the shell has no standard output")?;
        let cluster = Self { dir, shell, hold };
        match said {
            Ok(()) => Ok(cluster),
            Err(log) => Err(format!("PostgreSQL in {} does not start: {log}", bin.display())),
        }
    }

    /// The address of `database` on this server.
    pub(super) fn url(&self, database: &str) -> String {
        let host = self.dir.path().to_string_lossy().replace('%', "%25").replace('/', "%2F");
        format!("postgres://postgres@{host}/{database}")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.hold.take());
        if let Err(error) = self.shell.wait() {
            crate::skip::say(&format!("the shell of a test server is lost: {error}"));
        }
    }
}

/// The shell that starts the server and stops it when its standard input ends.
fn serve(bin: &Path, dir: &Path) -> Result<Command, String> {
    let mut command = Command::new("sh");
    command.args(["-c", SERVE, "serve.sh"]).arg(bin).arg(dir).current_dir("/");
    // Out of the terminal's group: an interrupt is for the tests, the server follows by the pipe.
    command.process_group(0);
    if let Some((user, group)) = step_down() {
        chown(dir, Some(user), Some(group)).map_err(text)?;
        command.uid(user).gid(group);
    }
    Ok(command)
}

/// Waits for `ready`, or brings what the server said instead.
fn answer(out: impl Read) -> Result<(), String> {
    let mut out = BufReader::new(out);
    let mut said = String::new();
    out.read_line(&mut said).map_err(text)?;
    if said == "ready\n" {
        return Ok(());
    }
    out.take(64 * 1024).read_to_string(&mut said).map_err(text)?;
    Err(said)
}

/// The user and group for the server where this process is root: `postgres`, else `nobody`.
fn step_down() -> Option<(u32, u32)> {
    if std::fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    ["postgres", "nobody"].iter().find_map(|name| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2);
        Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    })
}

/// Where PostgreSQL's programs are: `named` (the variable `PG_BIN`), else the newest of `installed` (one
/// directory a version, as Debian has them), else on `path`.
pub(super) fn programs(named: Option<OsString>, installed: &Path, path: Option<OsString>) -> Option<PathBuf> {
    if let Some(named) = named {
        return Some(PathBuf::from(named));
    }
    let has = |bin: &PathBuf| bin.join("initdb").exists();
    newest(installed, has).or_else(|| std::env::split_paths(&path?).find(has))
}

fn newest(installed: &Path, has: impl Fn(&PathBuf) -> bool) -> Option<PathBuf> {
    std::fs::read_dir(installed)
        .ok()?
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| has(bin))
        .max()
        .map(|(_, bin)| bin)
}

#[expect(clippy::needless_pass_by_value, reason = "goes straight into map_err")]
fn text(error: std::io::Error) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installation(root: &Path, version: &str) -> PathBuf {
        let bin = root.join(version).join("bin");
        std::fs::create_dir_all(&bin).unwrap();
        std::fs::write(bin.join("initdb"), "").unwrap();
        bin
    }

    #[test]
    fn the_newest_installed_version_is_taken_by_number_not_by_name() {
        let root = tempfile::tempdir().unwrap();
        installation(root.path(), "9");
        let newest = installation(root.path(), "15");
        installation(root.path(), "common");
        assert_eq!(programs(None, root.path(), None), Some(newest));
    }

    #[test]
    fn a_named_directory_wins_and_the_path_comes_last() {
        let root = tempfile::tempdir().unwrap();
        let on_path = installation(root.path(), "elsewhere");
        let path = Some(on_path.clone().into_os_string());
        assert_eq!(programs(None, &root.path().join("none"), path.clone()), Some(on_path));
        assert_eq!(programs(Some("/named".into()), root.path(), path), Some("/named".into()));
        assert_eq!(programs(None, &root.path().join("none"), None), None);
    }

    #[test]
    fn a_server_that_does_not_start_says_why_and_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let error = Cluster::start(root.path()).unwrap_err();
        assert!(error.contains("initdb"), "{error}");
    }

    #[test]
    fn the_server_ends_with_whoever_holds_its_pipe_even_when_that_is_killed() {
        let Some(bin) = super::super::installed() else {
            return super::super::skip(super::super::NONE, super::super::REQUIRED);
        };
        let dir = tempfile::tempdir().unwrap();
        let mut holder = Command::new("sleep").arg("600").stdout(Stdio::piped()).spawn().unwrap();
        let pipe = holder.stdout.take().unwrap();
        let mut command = serve(&bin, dir.path()).unwrap();
        let mut shell = command.stdin(pipe).stdout(Stdio::piped()).spawn().unwrap();
        answer(shell.stdout.take().unwrap()).unwrap();
        assert!(dir.path().join("data/postmaster.pid").exists());

        holder.kill().unwrap();
        holder.wait().unwrap();

        assert!(shell.wait().unwrap().success());
        assert!(!dir.path().exists());
    }
}
