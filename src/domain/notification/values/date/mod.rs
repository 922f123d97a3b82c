//! Dates as people in the United Kingdom write them, day first, with the precision that was stated. In: words; out:
//! the first day of the stated period. Invariant: a date that is impossible, lacks its year or could be two dates
//! is a problem, never a guess.

mod shape;
#[cfg(test)]
mod tests;
mod token;

use chrono::{Datelike, Months, NaiveDate};

use super::Read;
use super::text::{is_blank, is_open, squash};
use crate::domain::notification::{Precision, StatedDate};
use token::Token;

const EXPECTED: &str =
    "one date with its year, day first: 1 March 2027, or a period such as March 2027 or Q3 2027";

const EXPECTED_CALENDAR: &str = "the day or month itself, such as 1 January 2027 or January 2027: the quarters of another year than the \
     calendar's begin elsewhere";

/// Words beside a date after which it is not the date that was asked for.
const AGAINST: &[&str] = &[
    "not",
    "no",
    "never",
    "cancelled",
    "canceled",
    "abandoned",
    "withdrawn",
    "before",
    "after",
    "earliest",
    "originally",
    "previously",
    "until",
    "between",
    "instead",
    "unless",
    "whether",
    "winter",
    "postponed",
    "delayed",
    "tentatively",
];

/// Words beside a year that leave it the year.
const WITH_YEAR: &[&str] = &[
    "in",
    "during",
    "early",
    "mid",
    "middle",
    "late",
    "later",
    "end",
    "start",
    "beginning",
    "of",
    "the",
    "by",
    "from",
    "first",
    "second",
    "half",
    "spring",
    "summer",
    "autumn",
    "sometime",
    "some",
    "time",
    "about",
    "around",
    "approximately",
    "circa",
    "year",
    "calendar",
    "go",
    "live",
    "planned",
    "expected",
    "target",
    "on",
    "at",
    "to",
    "be",
    "confirmed",
    "tbc",
    "within",
    "towards",
    "already",
    "use",
    "since",
    "began",
];

/// Reads the one date that the words state.
#[must_use]
pub fn read(words: &str) -> Read<StatedDate> {
    if is_blank(words) {
        return Read::blank();
    }
    let tokens = token::tokens(words);
    let scan = scan(&tokens);
    // "On or about" is one date, "or later" is not.
    let has = |words: &[&str]| scan.beside.iter().any(|word| words.contains(&word.as_str()));
    let against = has(AGAINST) || has(&["or"]) && !has(&["about", "around"]);
    let found = finest(&scan.dates);
    // "März 2027" states more than its year.
    let vague = found.is_some_and(|date| date.precision == Precision::Year)
        && scan.beside.iter().any(|word| !WITH_YEAR.contains(&word.as_str()));
    let clear = !vague && !against && !scan.doubtful && !is_open(words);
    match found.filter(|_| clear) {
        Some(date) => Read::of(date),
        None if is_other_year(&tokens) => Read::bad(&squash(words), EXPECTED_CALENDAR),
        None => Read::bad(&squash(words), EXPECTED),
    }
}

/// "Q4 2026/27", "FY27": a financial or regulatory year.
fn is_other_year(tokens: &[Token]) -> bool {
    tokens.windows(3).any(|three| match three {
        [Token::Number(year, 4), Token::Mark('/' | '-'), Token::Number(next, 2 | 4)] => {
            (year + 1) % 100 == next % 100
        }
        _ => false,
    }) || tokens.iter().any(|token| {
        matches!(token, Token::Word(word) if ["fy", "financial", "regulatory", "ry"].contains(&word.as_str()))
    })
}

/// A date that stands somewhere in other words, where exactly one does.
#[must_use]
pub fn find(words: &str) -> Option<StatedDate> {
    let scan = scan(&token::tokens(words));
    if scan.doubtful { None } else { finest(&scan.dates) }
}

#[derive(Debug, Default)]
struct Scan {
    dates: Vec<StatedDate>,
    /// Something looked like a date and was none, or was more than one.
    doubtful: bool,
    /// The words that belong to no date.
    beside: Vec<String>,
}

fn scan(tokens: &[Token]) -> Scan {
    let mut scan = Scan::default();
    let mut rest = tokens;
    while let Some((first, tail)) = rest.split_first() {
        let Some((date, n)) = shape::date_at(rest) else {
            if let Token::Word(word) = first {
                scan.beside.push(word.clone());
            }
            rest = tail;
            continue;
        };
        match date {
            Some(date) => scan.dates.push(date),
            None => scan.doubtful = true,
        }
        rest = rest.get(n..).unwrap_or_default();
    }
    scan
}

/// Of several statements the finest, if it lies within all the others: "1 March 2027 (Q1 2027)".
fn finest(dates: &[StatedDate]) -> Option<StatedDate> {
    let finest = *dates.iter().min_by_key(|date| date.precision as u8)?;
    dates.iter().all(|other| within(finest, *other)).then_some(finest)
}

fn within(fine: StatedDate, coarse: StatedDate) -> bool {
    if fine.precision == coarse.precision {
        return fine.date == coarse.date;
    }
    last_day(coarse).is_some_and(|last| coarse.date <= fine.date && fine.date <= last)
}

/// The last day of the stated period.
#[must_use]
pub fn last_day(stated: StatedDate) -> Option<NaiveDate> {
    let next = match stated.precision {
        Precision::Day => return Some(stated.date),
        Precision::Week => stated.date.checked_add_days(chrono::Days::new(7)),
        Precision::Month => stated.date.checked_add_months(Months::new(1)),
        Precision::Quarter => stated.date.checked_add_months(Months::new(3)),
        Precision::Year => NaiveDate::from_ymd_opt(stated.date.year() + 1, 1, 1),
    };
    next?.pred_opt()
}
