//! The claim that the system was assessed before. In: "Yes, 12 March 2026, ref UCIO-2026-07"; out: the answer, with
//! the date and reference that stand beside it. Also any plain yes, no or unknown.

use super::choice::{affirmed, denies, says};
use super::text::{is_blank, is_open, plain_words};
use super::{Read, date};
use crate::domain::notification::labels::words_of;
use crate::domain::notification::{FieldName, PreviouslyAssessed, YesNoUnknown};

const EXPECTED: &str = "Yes, No or Unknown; with Yes, the date or reference of the assessment";
const EXPECTED_SEPARATED: &str = "Yes, No or Unknown";

/// Reads the claim.
#[must_use]
pub fn read(words: &str) -> Read<PreviouslyAssessed> {
    let words = words_of(words, FieldName::PreviouslyAssessed);
    let words = words.as_str();
    if is_blank(words) && plain_words(words).first().is_none_or(|word| word != "none") {
        return Read::blank();
    }
    // A date under its own label answers for itself.
    let dated = || {
        (words.to_lowercase().contains("assess") && date::find(words).is_some()).then_some(YesNoUnknown::Yes)
    };
    let Some(answer) = leading(words)
        .or_else(|| told(words))
        .or_else(|| dated().filter(|_| !denies(words) && !says(words, FUTURE)))
    else {
        return Read::bad(words, EXPECTED);
    };
    let yes = answer == YesNoUnknown::Yes;
    let reference = if yes { reference(words) } else { None };
    // A reference may carry a year of its own.
    let rest = reference
        .as_ref()
        .map_or_else(|| words.to_owned(), |reference| words.replace(reference.as_str(), " "));
    // "Every year since 2019" dates no assessment.
    let date = if yes && !says(&rest, &["since", "every"]) { date::find(&rest) } else { None };
    Read::of(PreviouslyAssessed { answer, date, reference })
}

const FUTURE: &[&str] =
    &["scheduled", "planned", "due", "to be assessed", "will be", "awaiting", "booked", "next"];

/// Is it Separated from the first User System?
#[must_use]
pub fn read_separated(words: &str) -> Read<YesNoUnknown> {
    if is_blank(words) {
        return Read::blank();
    }
    let not = ["not separated", "not separate", "shared with", "shares", "partly", "partially", "not fully"];
    let found = leading(words).or_else(|| {
        if says(words, &not) {
            return Some(YesNoUnknown::No).filter(|_| !says(words, &["partly", "partially", "not fully"]));
        }
        let yes = [("separated", ()), ("separate", ()), ("standalone", ()), ("stand alone", ())];
        (!affirmed(words, &yes).is_empty()).then_some(YesNoUnknown::Yes)
    });
    found.map_or_else(|| Read::bad(words, EXPECTED_SEPARATED), Read::of)
}

/// What the first word says. "Yes/No" left as it was printed says nothing.
fn leading(words: &str) -> Option<YesNoUnknown> {
    if is_open(words) {
        return Some(YesNoUnknown::Unknown);
    }
    let ticked = super::choice::ticked(words);
    let plain = plain_words(&ticked);
    let mut plain = plain.iter().map(String::as_str);
    let second = |next: Option<&str>| next.is_some_and(|word| ["no", "yes", "n", "or"].contains(&word));
    match plain.next()? {
        "yes" | "y" | "true" if !second(plain.next()) => Some(YesNoUnknown::Yes),
        "no" if plain
            .clone()
            .next()
            .is_some_and(|word| ["idea", "information", "record"].contains(&word)) =>
        {
            Some(YesNoUnknown::Unknown)
        }
        "no" | "n" | "false" | "never" | "none"
            if !plain.next().is_some_and(|w| ["longer", "yes"].contains(&w)) =>
        {
            Some(YesNoUnknown::No)
        }
        "unknown" | "unsure" => Some(YesNoUnknown::Unknown),
        "not" if plain.next() == Some("yet") && plain.next().is_none() => Some(YesNoUnknown::No),
        _ => None,
    }
}

/// What a sentence says: "Assessed in March 2026 as part of ...", "not previously assessed".
fn told(words: &str) -> Option<YesNoUnknown> {
    if says(words, &["do not know", "dont know", "not known", "not sure", "not aware"]) {
        return Some(YesNoUnknown::Unknown);
    }
    let denied = [
        "not previously assessed",
        "not assessed",
        "not been assessed",
        "never been assessed",
        "never assessed",
        "not yet assessed",
        "not yet been assessed",
        "has not been",
        "hasnt been",
        "unassessed",
        "not been previously assessed",
    ];
    if says(words, &denied) {
        return Some(YesNoUnknown::No);
    }
    let assessed = affirmed(words, &[("assessed", ()), ("usa completed", ()), ("completed", ())]);
    (!assessed.is_empty() && !says(words, FUTURE)).then_some(YesNoUnknown::Yes)
}

/// A word with a digit behind "ref", "reference" or "report", or one that looks like a reference by itself.
fn reference(words: &str) -> Option<String> {
    let tokens: Vec<&str> = words
        .split(|c: char| c.is_whitespace() || ",;()[]".contains(c))
        .map(|token| token.trim_matches(|c: char| ":.\"'#".contains(c)))
        .filter(|token| !token.is_empty())
        .collect();
    let has_digit = |token: &str| token.chars().any(|c| c.is_ascii_digit());
    let named = tokens.iter().position(|token| {
        ["ref", "reference", "report", "no", "number"].contains(&token.to_lowercase().as_str())
    });
    let is_year = |token: &str| token.len() == 4 && token.chars().all(|c| c.is_ascii_digit());
    let looks = |token: &&str| {
        let letters = token.chars().take_while(char::is_ascii_uppercase).count();
        letters >= 2 && has_digit(token) && token.contains(['-', '/']) && !token.starts_with("FY")
    };
    let behind = named.map_or(&[] as &[&str], |at| tokens.get(at + 1..).unwrap_or_default());
    let plain = |token: &&&str| has_digit(token) && token.len() > 2 && !is_year(token);
    let found =
        behind.iter().take(5).find(|token| looks(token)).or_else(|| behind.iter().take(3).find(plain));
    found.or_else(|| tokens.iter().find(|token| looks(token))).map(|token| (*token).to_owned())
}
