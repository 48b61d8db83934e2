//! Words as a search sees them: the same folding for what is indexed and for what is asked.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

const MAX_WORD: usize = 40;

/// The words of a text in order: lower case, without accents, split at whatever is neither letter nor digit.
///
/// Words beyond 40 characters are cut there, in the index and in the question alike.
pub fn fold_words(text: &str) -> Vec<String> {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match plain(c) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(c),
        }
    }
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(MAX_WORD).collect())
        .collect()
}

/// What people type for letters whose stroke or ligature Unicode does not take apart, and for those that capitals
/// turn into something else.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ł' => "l",
        'ŧ' => "t",
        'ς' => "σ",
        _ => return None,
    })
}

/// What somebody looks for: up to eight different words; all further ones are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTerms(Vec<String>);

impl SearchTerms {
    /// The most words that one question may have.
    pub const MAX: usize = 8;

    /// Takes any text at all; signs and operators are only what stands between words.
    pub fn parse(text: &str) -> Self {
        let mut words = Vec::new();
        for word in fold_words(text) {
            if words.len() < Self::MAX && !words.contains(&word) {
                words.push(word);
            }
        }
        Self(words)
    }

    /// The words, none twice.
    pub fn words(&self) -> &[String] {
        &self.0
    }

    /// Whether nothing in the text was a word.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The number of letters to insert, delete, replace or swap with a neighbour to get from one word to the other, if
/// that is at most `limit` (optimal string alignment).
pub fn edit_distance(one: &str, other: &str, limit: usize) -> Option<usize> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > limit {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let cell = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX);
            let replaced = cell(&above, j) + usize::from(a != b);
            let mut best = replaced.min(cell(&above, j + 1) + 1).min(cell(&row, j) + 1);
            let swapped = i > 0 && j > 0 && one.get(i - 1) == Some(b) && other.get(j - 1) == Some(a);
            if swapped {
                best = best.min(cell(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_drops_case_accents_and_signs() {
        assert_eq!(fold_words("Café-Möbel: 3D \"print\"* 🎉 O'Neil"), ["cafe", "mobel", "3d", "print", "o", "neil"]);
        assert_eq!(fold_words("\0 ' OR 1=1; --"), ["or", "1", "1"]);
        assert!(fold_words("🎉 … !").is_empty());
    }

    #[test]
    fn letters_that_are_written_in_two_ways_fold_to_one() {
        for (one, other) in
            [("STRASSE", "Straße"), ("ŁÓDŹ", "lodz"), ("Smørrebrød", "smorrebrod"), ("ΟΔΟΣ", "οδός"), ("IŞIK", "ışık")]
        {
            assert_eq!(fold_words(one), fold_words(other));
        }
    }

    #[test]
    fn terms_are_few_and_distinct() {
        let terms = SearchTerms::parse("a b a c d e f g h i j");
        assert_eq!(terms.words().len(), SearchTerms::MAX);
        assert_eq!(SearchTerms::parse("Dog dog DOG").words(), ["dog"]);
    }

    #[test]
    fn distance_counts_edits_and_swaps() {
        assert_eq!(edit_distance("gardn", "garden", 2), Some(1));
        assert_eq!(edit_distance("lwan", "lawn", 1), Some(1));
        assert_eq!(edit_distance("cat", "dog", 2), None);
        assert_eq!(edit_distance("", "ab", 2), Some(2));
        assert_eq!(edit_distance("same", "same", 0), Some(0));
    }
}
