//! The files of the project, and nothing that a build or a run leaves among them.

use std::path::{Path, PathBuf};

/// The project's top directory.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A file of the project.
pub(crate) struct File {
    /// Where it is, from the top, with slashes.
    pub(crate) name: String,
    /// What it holds.
    pub(crate) text: String,
}

/// Every text file whose name from the top satisfies `wanted`.
pub(crate) fn files(wanted: impl Fn(&str) -> bool) -> Vec<File> {
    let mut found = Vec::new();
    walk(root(), &mut |path| {
        let name = name(path);
        if wanted(&name)
            && let Ok(text) = String::from_utf8(std::fs::read(path).unwrap())
        {
            found.push(File { name, text });
        }
    });
    assert!(!found.is_empty(), "no file at all: is this the source tree?");
    found
}

/// The names in a directory, sorted.
pub(crate) fn names_in(directory: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(directory)).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Fails with one line for each fault.
#[track_caller]
pub(crate) fn assert_none(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}:\n  {}", faults.join("\n  "));
}

fn walk(directory: &Path, visit: &mut impl FnMut(&Path)) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let name = name(&path);
        // What .gitignore leaves out, and what git keeps for itself.
        if ["target", ".git", "gigline-data", "gigline.toml", "Cargo.lock"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() { walk(&path, visit) } else { visit(&path) }
    }
}

fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/")
}
