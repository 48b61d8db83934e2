//! Who may know whom: the crates depend only downward, and what belongs to one layer stays in it.

use std::collections::BTreeSet;

use crate::tree::{File, assert_none, files};

/// Each package and the packages of ours that it may name, in any kind of dependency. A new edge is a line here.
const EDGES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("work", &[]),
    ("persistence", &["domain", "work"]),
    ("auth", &["domain", "work", "persistence"]),
    ("media", &["domain", "work"]),
    ("chat", &["domain", "persistence", "auth"]),
    ("http", &["domain", "work", "persistence", "auth", "media", "chat"]),
    ("server", &["domain", "work", "persistence", "auth", "media", "chat", "http"]),
    ("testkit", &["domain", "work", "persistence", "auth", "media", "chat", "http", "server"]),
    ("bench", &["domain", "work", "persistence", "auth", "media", "chat", "http", "server", "testkit"]),
    ("tests", &["domain", "work", "persistence", "auth", "media", "chat", "http", "server", "testkit"]),
];

/// What only some packages may name: the beginning of a dependency's name, and those packages.
const CONFINED: &[(&str, &[&str])] = &[
    ("diesel", &["persistence"]),
    ("r2d2", &["persistence"]),
    ("libsqlite3-sys", &["persistence"]),
    ("pq-sys", &["persistence"]),
    ("actix", &["http", "server", "testkit", "bench", "tests"]),
    ("awc", &["http", "server", "testkit", "bench", "tests"]),
    ("bcrypt", &["auth"]),
    ("object_store", &["media"]),
    ("clap", &["server", "bench"]),
    ("env_logger", &["server", "bench"]),
];

/// The domain is for other services too: it drags in nothing else.
const OF_DOMAIN: &[&str] = &["chrono", "thiserror", "unicode-normalization"];

#[test]
fn packages_name_only_those_below_them() {
    let mut faults = Vec::new();
    for (package, dependencies) in packages() {
        let Some((_, below)) = EDGES.iter().find(|(name, _)| *name == package) else {
            faults.push(format!("{package} is not in the table of edges"));
            continue;
        };
        let ours = dependencies.all.iter().filter_map(|name| name.strip_prefix("gigline-"));
        // A doctest or test may name the crate that it belongs to.
        let wrong = ours.filter(|name| *name != package && !below.contains(name));
        faults.extend(wrong.map(|name| format!("{package} must not depend on {name}")));
    }
    assert_none("an edge that the table in tests/tidy/edges.rs does not have", &faults);
}

#[test]
fn the_table_goes_only_downward() {
    for (place, (package, below)) in EDGES.iter().enumerate() {
        for name in *below {
            let of = EDGES.iter().position(|(other, _)| other == name);
            assert!(of.is_some_and(|of| of < place), "{package} -> {name} is not downward");
        }
    }
}

#[test]
fn what_belongs_to_one_layer_stays_there() {
    let mut faults = Vec::new();
    for (package, dependencies) in packages() {
        for (start, allowed) in CONFINED {
            let named = dependencies.all.iter().filter(|name| name.starts_with(start));
            faults.extend(
                named
                    .filter(|_| !allowed.contains(&package.as_str()))
                    .map(|name| format!("{package} must not depend on {name}: that is for {}", allowed.join(", "))),
            );
        }
    }
    assert_none("a dependency of another layer", &faults);
}

#[test]
fn the_domain_needs_almost_nothing() {
    let packages = packages();
    let (_, domain) = packages.iter().find(|(package, _)| package == "domain").unwrap();
    let wrong: Vec<_> = domain.normal.iter().filter(|name| !OF_DOMAIN.contains(&name.as_str())).cloned().collect();
    assert_none("domain takes no other dependency", &wrong);
}

#[derive(Default)]
struct Dependencies {
    normal: BTreeSet<String>,
    all: BTreeSet<String>,
}

/// Each package by its short name, with what it depends on.
fn packages() -> Vec<(String, Dependencies)> {
    let manifests = files(|name| name.ends_with("/Cargo.toml"));
    manifests.iter().map(|manifest| (short_name(manifest), dependencies(manifest))).collect()
}

fn short_name(manifest: &File) -> String {
    let directory = manifest.name.strip_suffix("/Cargo.toml").unwrap();
    directory.strip_prefix("crates/").unwrap_or(directory).to_owned()
}

fn dependencies(manifest: &File) -> Dependencies {
    let table: toml::Table = manifest.text.parse().unwrap();
    let mut found = Dependencies::default();
    let targets = table.get("target").and_then(toml::Value::as_table);
    let targets = targets.into_iter().flat_map(|targets| targets.values()).filter_map(toml::Value::as_table);
    for scope in std::iter::once(&table).chain(targets) {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(names) = scope.get(kind).and_then(toml::Value::as_table) else { continue };
            let real = names.iter().map(|(name, how)| {
                let renamed = how.get("package").and_then(toml::Value::as_str);
                renamed.unwrap_or(name).to_owned()
            });
            let real: Vec<_> = real.collect();
            if kind == "dependencies" {
                found.normal.extend(real.iter().cloned());
            }
            found.all.extend(real);
        }
    }
    found
}
