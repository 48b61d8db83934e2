//! What docs/API-DESIGN.md says of routes and errors is what the code has.

use std::collections::BTreeMap;

use crate::tree::{assert_none, root};

const PAGE: &str = "docs/API-DESIGN.md";

#[test]
fn the_table_of_routes_is_the_servers() {
    let mut expected = vec!["| method | path | for | does |".to_owned(), "|---|---|---|---|".to_owned()];
    expected.extend(
        gigline_http::ROUTES.iter().map(|route| {
            format!("| {} | `{}` | {} | {} |", route.method, route.path, route.access.says(), route.summary)
        }),
    );
    let expected = expected.join("\n");
    assert_eq!(section("routes"), expected, "the section `routes` of {PAGE} should be:\n{expected}\n");
}

#[test]
fn every_error_code_is_documented_with_its_status_and_a_meaning() {
    let mut rows: BTreeMap<String, (String, usize)> = BTreeMap::new();
    let table = section("codes");
    for row in table.lines().skip(2) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, status, code, meaning, _] = cells.as_slice() else { panic!("a row of four bars: {row}") };
        let words = meaning.split_whitespace().count();
        assert!(rows.insert((*code).to_owned(), ((*status).to_owned(), words)).is_none(), "{code} stands there twice");
    }
    let mut faults = Vec::new();
    for (code, status) in gigline_http::error_codes() {
        match rows.remove(&format!("`{code}`")) {
            Some((documented, words)) if documented == status.to_string() && words > 2 => {}
            Some(row) => faults.push(format!("`{code}` is {status} and has a meaning; {PAGE} says {row:?}")),
            None => faults.push(format!("`{code}` ({status}) is missing")),
        }
    }
    faults.extend(rows.keys().map(|code| format!("{code} is no error of ours")));
    assert_none("error codes and their documentation", &faults);
}

/// What stands between a section's two comments.
fn section(name: &str) -> String {
    let text = std::fs::read_to_string(root().join(PAGE)).unwrap();
    let (begin, end) = (format!("<!-- {name}: begin -->"), format!("<!-- {name}: end -->"));
    let inner = text.split_once(&begin).and_then(|(_, rest)| rest.split_once(&end));
    inner.unwrap_or_else(|| panic!("{PAGE} has no section `{name}`")).0.trim().to_owned()
}
