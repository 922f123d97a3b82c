//! Which User System it is: second, third. In: "2nd", "third", "2", "additional"; out: the ordinal, from 2 on.

use super::choice::clauses;
use super::text::{is_blank, is_open};
use super::{Found, Read};
use crate::domain::notification::Ordinal;

const EXPECTED: &str = "which User System this is, as a number from 2 on: second, third, 4";

const NAMES: &[&str] =
    &["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
const COUNTS: &[&str] = &["", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const LATER: &[&str] = &["additional", "further", "subsequent", "another", "extra", "later"];

/// Reads the ordinal; "additional" is some later one, with a problem.
#[must_use]
pub fn read(words: &str) -> Read<Ordinal> {
    if is_blank(words) {
        return Read::blank();
    }
    let bad = || Read::bad(words, EXPECTED);
    if is_open(words) {
        return bad();
    }
    let mut numbers: Vec<u32> = Vec::new();
    let mut later = false;
    for clause in clauses(words) {
        if clause.denied {
            return bad();
        }
        for word in &clause.words {
            later |= LATER.contains(&word.as_str());
            if let Some(number) = number(word).filter(|number| !numbers.contains(number)) {
                numbers.push(number);
            }
        }
    }
    match (numbers.as_slice(), later) {
        ([number @ 2..=99], false) => Read::of(Ordinal::Exactly(*number)),
        ([] | [2], true) => Read {
            value: Some(Ordinal::AtLeast { at_least: 2 }),
            problems: vec![Found::new(words, EXPECTED)],
        },
        _ => bad(),
    }
}

fn number(word: &str) -> Option<u32> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let ending = word.strip_prefix(digits)?;
    if !digits.is_empty() {
        return ["", "st", "nd", "rd", "th"].contains(&ending).then(|| digits.parse().ok()).flatten();
    }
    let place =
        NAMES.iter().position(|name| *name == word).or_else(|| COUNTS.iter().position(|n| *n == word))?;
    u32::try_from(place).ok().map(|place| place + 1)
}
