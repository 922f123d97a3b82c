//! Which User System it is: second, third. In: "2nd", "third", "2", "additional"; out: the ordinal, from 2 on.

use super::choice::clauses;
use super::text::{is_blank, is_open, plain_words};
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
    // "No. 2" denies nothing.
    let lower = words.trim().to_lowercase();
    let numbered = ["no. ", "no.", "nr. ", "no "].iter().find_map(|no| lower.strip_prefix(no));
    let words = numbered.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(words);
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
        // "Subsequent (third)".
        ([number @ 3..=99], true) if plain_words(words).len() <= 3 => Read::of(Ordinal::Exactly(*number)),
        ([] | [2], true) => Read {
            value: Some(Ordinal::AtLeast { at_least: 2 }),
            problems: vec![Found::new(words, EXPECTED)],
        },
        _ => bad(),
    }
}

/// Do the words name a number and nothing else, as "second User System" does?
#[must_use]
pub fn is_number(words: &str) -> bool {
    let beside = ["the", "our", "a", "user", "system", "systems", "dcc", "yes", "it", "is", "this", "one"];
    let plain = plain_words(words);
    let known = |word: &String| {
        number(word).is_some() || LATER.contains(&word.as_str()) || beside.contains(&word.as_str())
    };
    read(words).value.is_some() && plain.iter().all(known)
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
