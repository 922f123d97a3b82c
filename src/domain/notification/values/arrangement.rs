//! Single or multiple User IDs. In: words; out: one arrangement, or what was expected.

use super::Read;
use super::choice::{affirmed, says};
use super::text::{is_blank, is_open};
use crate::domain::notification::IdArrangement;

const EXPECTED: &str = "one of Single existing, Single new, Multiple, Undecided";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hint {
    Single,
    Existing,
    New,
    Multiple,
    Undecided,
}

const PHRASES: &[(&str, Hint)] = &[
    ("single", Hint::Single),
    ("one", Hint::Single),
    ("singleexisting", Hint::Existing),
    ("existing", Hint::Existing),
    ("same", Hint::Existing),
    ("current", Hint::Existing),
    ("shared with the first", Hint::Existing),
    ("re use", Hint::Existing),
    ("reuse", Hint::Existing),
    ("reusing", Hint::Existing),
    ("singlenew", Hint::New),
    ("new", Hint::New),
    ("its own", Hint::New),
    ("separate", Hint::New),
    ("own", Hint::New),
    ("fresh", Hint::New),
    ("different", Hint::New),
    ("multiple", Hint::Multiple),
    ("several", Hint::Multiple),
    ("more than one", Hint::Multiple),
    ("one per role", Hint::Multiple),
    ("one id per role", Hint::Multiple),
    ("one for each role", Hint::Multiple),
    ("each role", Hint::Multiple),
    ("per role", Hint::Multiple),
    ("each", Hint::Multiple),
    ("2 ids", Hint::Multiple),
    ("3 ids", Hint::Multiple),
    ("4 ids", Hint::Multiple),
    ("two", Hint::Multiple),
    ("three", Hint::Multiple),
    ("four", Hint::Multiple),
    ("many", Hint::Multiple),
    ("separate ids", Hint::Multiple),
    ("undecided", Hint::Undecided),
    ("open", Hint::Undecided),
];

/// Do the words by themselves say how many IDs there are?
#[must_use]
pub fn is_stated(words: &str) -> bool {
    says(words, &["single", "multiple", "several", "one"]) && read(words).is_clean()
}

/// Reads the arrangement. "Single" alone leaves open whether the ID is new, and "to be confirmed" is Undecided.
#[must_use]
pub fn read(words: &str) -> Read<IdArrangement> {
    if is_blank(words) {
        return Read::blank();
    }
    let lower = words.to_lowercase();
    let undecided = [
        "not decided",
        "not yet decided",
        "not been decided",
        "still deciding",
        "not yet determined",
        "not yet know",
    ];
    if is_open(words) || undecided.iter().any(|phrase| lower.contains(phrase)) {
        return Read::of(IdArrangement::Undecided);
    }
    let hints = affirmed(words, PHRASES);
    let has = |hint| hints.contains(&hint);
    match (has(Hint::Multiple), has(Hint::Existing), has(Hint::New), has(Hint::Undecided)) {
        (false, false, false, true) => Read::of(IdArrangement::Undecided),
        (true, _, _, false) if !has(Hint::Single) => Read::of(IdArrangement::Multiple),
        (false, true, false, false) => Read::of(IdArrangement::SingleExisting),
        (false, false, true, false) => Read::of(IdArrangement::SingleNew),
        _ => Read::bad(words, EXPECTED),
    }
}
