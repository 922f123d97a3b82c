//! Which User System it is: second, third. In: "2nd", "third", "2", "additional"; out: the ordinal, from 2 on.

use super::choice::{clauses, is_denied, parted};
use super::text::{is_blank, is_open, plain_words};
use super::{Found, Read};
use crate::domain::notification::Ordinal;

const EXPECTED: &str = "which User System this is, as a number from 2 on: second, third, 4";

const NAMES: &[&str] =
    &["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];
const TEENS: &[&str] = &[
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];
const TENS: &[(&str, &str)] = &[("twenty", "twentieth"), ("thirty", "thirtieth")];
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
    for clause in clauses(&parted(words)) {
        if is_denied(clause) {
            return bad();
        }
        let words: Vec<&str> = clause.split(' ').collect();
        let mut rest = words.as_slice();
        while let Some((word, tail)) = rest.split_first() {
            later |= LATER.contains(word);
            let (found, n) = place(rest).map_or((number(word), 1), |(place, n)| (Some(place), n));
            if let Some(number) = found.filter(|number| !numbers.contains(number)) {
                numbers.push(number);
            }
            rest = tail.get(n - 1..).unwrap_or_default();
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
        number(word).is_some()
            || place(&[word.as_str()]).is_some()
            || TENS.iter().any(|(tens, _)| tens == word)
            || LATER.contains(&word.as_str())
            || beside.contains(&word.as_str())
    };
    read(words).value.is_some() && plain.iter().all(known)
}

/// The place that ordinal words name, and how many of them do: "second", "twenty first".
#[must_use]
pub fn place(words: &[&str]) -> Option<(u32, usize)> {
    let at = |names: &[&str], word: &&str| names.iter().position(|name| name == word);
    let (first, rest) = words.split_first()?;
    let (found, n) = match (at(NAMES, first), at(TEENS, first)) {
        (Some(unit), _) => (unit + 1, 1),
        (_, Some(teen)) => (teen + 11, 1),
        _ => match TENS.iter().position(|(tens, _)| tens == first) {
            Some(tens) => (20 + 10 * tens + 1 + at(NAMES.get(..9)?, rest.first()?)?, 2),
            None => (20 + 10 * TENS.iter().position(|(_, tens)| tens == first)?, 1),
        },
    };
    Some((u32::try_from(found).ok()?, n))
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
