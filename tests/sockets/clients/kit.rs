//! The clients' packages, fetched by npm and pip into the build's own directory: once, whoever asks first.
//!
//! Where they cannot be had, the tests that need them are skipped aloud, and with `GIGLINE_TEST_REQUIRE_CLIENTS=1`
//! they fail.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use gigline_testkit::skip;

const JAVASCRIPT: &[&str] = &[
    "v4@npm:socket.io-client@4.8.4",
    "v3@npm:socket.io-client@3.1.3",
    "socket.io-client@4.8.4",
    "ws@8.23.0",
    "axios@1.21.1",
];
const PYTHON: &[&str] = &[
    "python-socketio==5.18.1",
    "python-engineio==4.15.1",
    "requests==2.34.2",
    "websocket-client==1.9.2",
    "aiohttp==3.14.5",
];

type Kit = OnceLock<Result<PathBuf, String>>;

/// A directory with the clients for JavaScript, each under its own name. `None`: that the test is skipped was said.
pub(super) fn javascript() -> Option<&'static Path> {
    static KIT: Kit = Kit::new();
    had(KIT.get_or_init(|| fetched("javascript", "node", JAVASCRIPT, with_npm)))
}

/// A virtual environment with the client for Python. `None`: that the test is skipped was said.
pub(super) fn python() -> Option<&'static Path> {
    static KIT: Kit = Kit::new();
    had(KIT.get_or_init(|| fetched("python", "python3", PYTHON, with_pip)))
}

fn had(kit: &'static Result<PathBuf, String>) -> Option<&'static Path> {
    match kit {
        Ok(directory) => Some(directory),
        Err(why) => {
            skip(why, "GIGLINE_TEST_REQUIRE_CLIENTS");
            None
        }
    }
}

/// The directory of a kit. A stamp in it tells that it is whole, and for which packages and which program.
fn fetched(
    name: &str,
    program: &str,
    packages: &[&str],
    fetch: fn(&Path, &[&str]) -> Result<(), String>,
) -> Result<PathBuf, String> {
    let wanted = format!("{program} {}{}", run(Command::new(program).arg("--version"))?, packages.join("\n"));
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients");
    let (kit, stamp) = (home.join(name), home.join(format!("{name}.stamp")));
    let failed = |error: io::Error| format!("{}: {error}", kit.display());
    fs::create_dir_all(&home).map_err(failed)?;
    // Another process may be fetching the same.
    let lock = File::create(home.join(format!("{name}.lock"))).map_err(failed)?;
    lock.lock().map_err(failed)?;
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(kit);
    }
    match fs::remove_dir_all(&kit) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => fs::create_dir(&kit).map_err(failed)?,
    }
    fetch(&kit, packages)?;
    fs::write(&stamp, wanted).map_err(failed)?;
    Ok(kit)
}

fn with_npm(kit: &Path, packages: &[&str]) -> Result<(), String> {
    // Without one of its own, npm would look for a package in the directories above.
    fs::write(kit.join("package.json"), r#"{"private":true}"#).map_err(|error| error.to_string())?;
    let options =
        ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=1"];
    run(Command::new("npm").current_dir(kit).arg("install").args(options).args(packages)).map(drop)
}

fn with_pip(kit: &Path, packages: &[&str]) -> Result<(), String> {
    run(Command::new("python3").args(["-m", "venv"]).arg(kit))?;
    let options = ["--quiet", "--disable-pip-version-check", "--retries=1"];
    run(Command::new(kit.join("bin/python")).args(["-m", "pip", "install"]).args(options).args(packages)).map(drop)
}

/// What a program says. Errors: why it could not do its work.
fn run(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.output() {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => Err(format!("{program} failed: {}", last_lines(&output.stderr))),
        Err(error) => Err(format!("{program} cannot be run: {error}")),
    }
}

fn last_lines(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(3)..].join(" / ")
}
