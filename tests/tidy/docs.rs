//! The documentation names no path that is not there.

use std::path::Path;

use crate::tree::{File, assert_none, files, root};

/// What a path of the project begins with where a text names one.
const BEGINNINGS: [&str; 5] = ["crates/", "docs/", "migrations/", "tests/", ".ci/"];

#[test]
fn paths_named_in_the_documentation_exist() {
    let mut faults = Vec::new();
    for page in pages() {
        let missing = named_paths(&page.text).into_iter().filter(|path| !root().join(path).exists());
        faults.extend(missing.map(|path| format!("{} names {path}", page.name)));
    }
    assert_none("a path that does not exist", &faults);
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut faults = Vec::new();
    for page in pages() {
        let here = root().join(&page.name);
        let here = here.parent().unwrap_or(Path::new(""));
        let local = link_targets(&page.text).into_iter().filter(|target| !here.join(target).exists());
        faults.extend(local.map(|target| format!("{} links to {target}", page.name)));
    }
    assert_none("a link that leads nowhere", &faults);
}

#[test]
fn code_that_a_page_takes_from_a_file_stands_in_it() {
    let mut faults = Vec::new();
    for page in pages() {
        let here = root().join(&page.name);
        for (source, code) in excerpts(&page.text) {
            let file = std::fs::read_to_string(here.with_file_name(source)).unwrap_or_default();
            if code.is_empty() || !file.contains(code) {
                let first = code.lines().next().unwrap_or("nothing");
                faults.push(format!("{}: this is not in {source} as it stands: {first} …", page.name));
            }
        }
    }
    assert_none("an excerpt that its file does not have", &faults);
}

#[test]
fn what_the_readme_says_to_run_is_what_is_checked() {
    let command = "cargo test --workspace";
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let checked = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(readme.lines().any(|line| line.trim() == command), "README.md has no line `{command}`");
    assert!(checked.lines().any(|line| line.starts_with(command)), ".ci/run does not run `{command}`");
}

#[test]
fn paths_are_found_in_running_text_and_in_code() {
    let text = "See `crates/http/`, docs/API.md. Not https://a.example/docs/x, /api/tests/ or `crates/*/src`.";
    assert_eq!(named_paths(text), ["crates/http/", "docs/API.md"]);
    assert_eq!(link_targets("[a](b.md#c) [d](https://e.example) [f](#g)"), ["b.md"]);
}

#[test]
fn an_excerpt_is_the_block_after_its_mark() {
    let text = "Text.\n<!-- from: a/b.js -->\n```js\none\n  two\n```\n```js\nfree\n```\n<!-- from: c -->\nno block";
    assert_eq!(excerpts(text), [("a/b.js", "one\n  two\n"), ("c", "")]);
}

fn pages() -> Vec<File> {
    let is_page = |name: &str| Path::new(name).extension().is_some_and(|extension| extension == "md");
    files(|name| is_page(name) && (name.starts_with("docs/") || !name.contains('/')))
}

/// Everything in `text` that reads like a path from the top; a pattern with a placeholder in it is none.
fn named_paths(text: &str) -> Vec<&str> {
    let part = |c: char| c.is_ascii_alphanumeric() || "_./-".contains(c);
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(part) {
        let word = &rest[start..];
        let end = word.find(|c| !part(c)).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        rest = after;
        let pattern = after.starts_with(['*', '{', '<', '…']);
        if BEGINNINGS.iter().any(|beginning| word.starts_with(beginning)) && !pattern {
            found.push(word.trim_end_matches('.'));
        }
    }
    found
}

/// The targets of Markdown links that are files here, without the part after `#`.
fn link_targets(text: &str) -> Vec<&str> {
    let after = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let local = after.filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    local.filter_map(|target| target.split('#').next()).filter(|target| !target.is_empty()).collect()
}

/// The blocks of code that follow `<!-- from: FILE -->`, each with its file; an empty one where no block follows.
fn excerpts(text: &str) -> Vec<(&str, &str)> {
    let marked = text.split("<!-- from: ").skip(1).filter_map(|rest| rest.split_once(" -->\n"));
    marked.map(|(source, rest)| (source, block(rest).unwrap_or_default())).collect()
}

/// The block of code that `text` begins with, with the end of its last line.
fn block(text: &str) -> Option<&str> {
    let (_, code) = text.strip_prefix("```")?.split_once('\n')?;
    code.find("```").map(|end| &code[..end])
}
