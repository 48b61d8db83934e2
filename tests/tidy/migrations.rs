//! The two trees of migrations are twins: the same steps under the same names, each with a way there and back.

use crate::tree::{assert_none, names_in, root};

const TREES: [&str; 2] = ["migrations/sqlite", "migrations/postgres"];

#[test]
fn both_databases_have_the_same_steps() {
    let [sqlite, postgres] = TREES.map(names_in);
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, postgres, "a step is missing in one of {TREES:?}");
}

#[test]
fn every_step_goes_up_and_down() {
    let mut faults = Vec::new();
    for tree in TREES {
        for step in names_in(tree) {
            let files = names_in(&format!("{tree}/{step}"));
            if files != ["down.sql", "up.sql"] {
                faults.push(format!("{tree}/{step} holds {files:?}"));
            }
            let texts =
                files.iter().map(|file| std::fs::read_to_string(root().join(tree).join(&step).join(file)).unwrap());
            if texts.into_iter().any(|text| text.trim().is_empty()) {
                faults.push(format!("{tree}/{step} has an empty file"));
            }
        }
    }
    assert_none("a migration is an up.sql and a down.sql", &faults);
}

#[test]
fn steps_are_numbered_one_after_the_other() {
    for (index, step) in names_in(TREES[0]).iter().enumerate() {
        let number = step.split_once('_').map(|(number, _)| number);
        assert_eq!(number, Some(format!("{:04}", index + 1).as_str()), "{step} is out of line");
    }
}
