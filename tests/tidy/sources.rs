//! What every Rust file owes its reader, and what only some of them may touch.

use crate::tree::{File, assert_none, files};

#[test]
fn every_file_begins_with_what_it_guarantees() {
    let bare = rust().into_iter().filter(|file| !starts_with_a_sentence(&file.text));
    assert_none("a file begins with a `//!` sentence", &bare.map(|file| file.name).collect::<Vec<_>>());
}

#[test]
fn the_environment_is_read_by_the_server_alone() {
    let allowed = ["crates/server/", "crates/testkit/", "crates/bench/", "tests/"];
    let mut faults = Vec::new();
    for file in rust() {
        if allowed.iter().any(|place| file.name.starts_with(place)) || file.name.ends_with("/build.rs") {
            continue;
        }
        let reads =
            |line: &&str| ["std::env", "env::var", "env::args", "env::current_dir"].iter().any(|at| line.contains(at));
        faults.extend(code(&file.text).filter(reads).map(|line| format!("{}: {}", file.name, line.trim())));
    }
    assert_none("settings come in through the server's settings", &faults);
}

#[test]
fn nothing_unfinished_is_left() {
    let unfinished = ["todo!(", "unimplemented!(", "dbg!(", "#[ignore"];
    let mut faults = Vec::new();
    for file in rust().into_iter().filter(|file| file.name != "tests/tidy/sources.rs") {
        let found = |line: &&str| unfinished.iter().any(|mark| line.contains(mark));
        faults.extend(code(&file.text).filter(found).map(|line| format!("{}: {}", file.name, line.trim())));
    }
    assert_none("unfinished code", &faults);
}

fn rust() -> Vec<File> {
    files(|name| std::path::Path::new(name).extension().is_some_and(|extension| extension == "rs"))
}

fn starts_with_a_sentence(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    first.strip_prefix("//! ").is_some_and(|sentence| sentence.split_whitespace().count() >= 3)
}

/// The lines that are not comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}
