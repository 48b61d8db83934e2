//! Nothing that is true of one machine only gets into the tree.

use crate::tree::{assert_none, files};

/// Hosts that packages come from: whoever builds this may have others. In two parts, or this file would name them.
const HOSTS: [(&str, &str); 5] = [
    ("index.crates", ".io"),
    ("static.crates", ".io"),
    ("registry.npmjs", ".org"),
    ("files.pythonhosted", ".org"),
    ("deb.debian", ".org"),
];

/// Where somebody's machine keeps things, in two parts likewise.
const PLACES: [(&str, &str); 4] = [("/ro", "ot/"), ("/wo", "rk/"), ("/ho", "me/"), ("/Us", "ers/")];

#[test]
fn no_registry_is_named() {
    let hosts = HOSTS.map(|(start, end)| format!("{start}{end}"));
    let mut faults = Vec::new();
    for file in files(|_| true) {
        let named = hosts.iter().filter(|host| file.text.contains(host.as_str()));
        faults.extend(named.map(|host| format!("{} names {host}", file.name)));
    }
    assert_none("package registries are the builder's business", &faults);
}

#[test]
fn no_path_of_a_machine_is_named() {
    let places = PLACES.map(|(start, end)| format!("{start}{end}"));
    let mut faults = Vec::new();
    for file in files(|_| true) {
        for (number, line) in file.text.lines().enumerate() {
            if places.iter().any(|place| names_absolutely(line, place)) {
                faults.push(format!("{}:{}: {}", file.name, number + 1, line.trim()));
            }
        }
    }
    assert_none("a path of one machine", &faults);
}

#[test]
fn a_place_counts_only_where_a_path_begins() {
    assert!(names_absolutely("cp \"/x/file\" .", "/x/") && names_absolutely("/x/file", "/x/"));
    assert!(!names_absolutely("crates/x/src", "/x/") && !names_absolutely("../x/file", "/x/"));
    assert!(!names_absolutely("/x/", "/x/"));
}

/// Whether a path that begins with `place`, and goes on after it, stands in `line`.
fn names_absolutely(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + place.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-*}".contains(c))
            && after.is_some_and(|c| c.is_alphanumeric() || c == '.')
    })
}
