//! What the peers need that are not written in Rust, installed beside this program, in the versions named here.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Failure;

const NODE: &str = "socket.io@4.8.4";
const FLASK: [&str; 4] =
    ["Flask-SocketIO==5.7.0", "python-socketio==5.18.1", "python-engineio==4.15.1", "gevent==26.9.0"];

const ROOM_JS: &str = include_str!("../serve/peers/room.js");
const ROOM_PY: &str = include_str!("../serve/peers/room.py");

/// Where the peers are, if they are. By default they are not.
#[derive(Default)]
pub(crate) struct Peers {
    node: Option<PathBuf>,
    flask: Option<PathBuf>,
}

impl Peers {
    /// Installs what is not there yet, and says loudly what cannot be had.
    pub(crate) fn install() -> Result<Self, Failure> {
        let program = std::env::current_exe()?;
        let place = program.parent().ok_or("the program is in no directory")?.join("peers");
        Ok(Self {
            node: or_say_so("node socket.io", node(&place.join("node"))),
            flask: or_say_so("Flask-SocketIO", flask(&place.join("flask"))),
        })
    }

    pub(super) fn node(&self) -> Option<Command> {
        let place = self.node.as_ref()?;
        let mut command = Command::new("node");
        command.arg("room.js").current_dir(place).env("NODE_ENV", "production");
        Some(command)
    }

    pub(super) fn flask(&self) -> Option<Command> {
        let place = self.flask.as_ref()?;
        let mut command = Command::new(place.join("env/bin/python"));
        command.arg("room.py").current_dir(place);
        Some(command)
    }
}

fn or_say_so(name: &str, installed: Result<PathBuf, Failure>) -> Option<PathBuf> {
    installed.inspect_err(|error| println!("!!! {name} IS LEFT OUT: {error}\n")).ok()
}

fn node(place: &Path) -> Result<PathBuf, Failure> {
    std::fs::create_dir_all(place)?;
    std::fs::write(place.join("room.js"), ROOM_JS)?;
    once(place, NODE, || {
        std::fs::write(place.join("package.json"), "{\"private\":true}")?;
        let install = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--omit=optional", NODE];
        run(Command::new("npm").args(install).current_dir(place))
    })
}

fn flask(place: &Path) -> Result<PathBuf, Failure> {
    std::fs::create_dir_all(place)?;
    std::fs::write(place.join("room.py"), ROOM_PY)?;
    once(place, &FLASK.join(" "), || {
        run(Command::new("python3").args(["-m", "venv", "env"]).current_dir(place))?;
        run(Command::new(place.join("env/bin/python")).args(["-m", "pip", "install", "--quiet"]).args(FLASK))
    })
}

/// Does it, unless a note says that it was done for these versions.
fn once(place: &Path, versions: &str, install: impl FnOnce() -> Result<(), Failure>) -> Result<PathBuf, Failure> {
    let note = place.join("installed");
    if std::fs::read_to_string(&note).is_ok_and(|done| done == versions) {
        return Ok(place.to_owned());
    }
    install()?;
    std::fs::write(note, versions)?;
    Ok(place.to_owned())
}

fn run(command: &mut Command) -> Result<(), Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command.stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!("{name}: {}", String::from_utf8_lossy(&done.stderr).lines().last().unwrap_or("failed")).into())
}
