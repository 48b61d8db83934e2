//! What is asked for, and where it may stand.

/// A word that was asked for, and the words of the dictionary that it may have meant.
pub(super) struct Term {
    pub(super) word: String,
    pub(super) similar: Vec<String>,
}

impl Term {
    pub(super) fn new(word: &str) -> Self {
        Self { word: word.to_owned(), similar: Vec::new() }
    }

    /// Whether it is long enough to be taken for a misspelt one.
    pub(super) fn may_be_misspelt(&self) -> bool {
        self.word.chars().nth(3).is_some()
    }
}

/// A place where words may stand: its name on either database and what a match in it adds to the score.
pub(super) struct Class {
    /// The letter before its words in SQLite's index.
    pub(super) letter: char,
    /// PostgreSQL's weight of its words.
    pub(super) weight: char,
    pub(super) begins: i64,
    pub(super) whole: i64,
}

impl Class {
    pub(super) fn similar(&self) -> i64 {
        self.begins / 2
    }
}

/// From the heaviest.
pub(super) const CLASSES: [Class; 3] = [
    Class { letter: 't', weight: 'A', begins: 200, whole: 40 },
    Class { letter: 'g', weight: 'B', begins: 20, whole: 4 },
    Class { letter: 'b', weight: 'C', begins: 2, whole: 0 },
];
