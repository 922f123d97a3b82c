//! What arguments mean. In: a word of the command line; out: its value, or what was found and what is expected.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::domain::case::Reference;
use crate::domain::id::Address;
use crate::domain::outcome::Outcome;
use crate::domain::workday::local;

/// The number of a mail or a letter.
pub fn number(text: &str) -> Result<i64, String> {
    let expected =
        || format!("found {text:?}, expected its number, as `sscd inbox list` or `outbox list` prints it");
    text.parse().map_err(|_| expected())
}

pub fn reference(text: &str) -> Result<Reference, String> {
    let expected = || format!("found {text:?}, expected a case such as SUS-2026-0001: see `sscd case list`");
    Reference::parse(text).ok_or_else(expected)
}

/// An instant (RFC 3339).
pub fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let expected =
        || format!("found {text:?}, expected an instant such as 2026-11-02T09:30:00Z or +01:00 at its end");
    text.parse().map_err(|_| expected())
}

/// A time by the clock in London, as an instant.
#[derive(Debug, Clone, Copy)]
pub struct Wall(pub DateTime<Utc>);

pub fn wall(text: &str) -> Result<Wall, String> {
    let text = text.trim().replace('T', " ");
    let read = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M");
    let expected = |_| format!("found {text:?}, expected a time in London such as \"2026-12-15 10:00\"");
    read.map(|at| Wall(local(at.date(), at.time()))).map_err(expected)
}

pub fn address(text: &str) -> Result<Address, String> {
    Address::parse(text).map_err(|bad| bad.to_string())
}

/// A meeting of the SSC by its day; none is out of cycle.
#[derive(Debug, Clone, Copy)]
pub struct Meeting(pub Option<NaiveDate>);

pub fn meeting(text: &str) -> Result<Meeting, String> {
    if text == "out-of-cycle" {
        return Ok(Meeting(None));
    }
    let expected = |_| format!("found {text:?}, expected a day such as 2026-12-09, or out-of-cycle");
    text.parse().map(|on| Meeting(Some(on))).map_err(expected)
}

/// Why a person does something: the record keeps it for ever.
pub fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("found nothing, expected why, in a few words".into()) } else { Ok(text.into()) }
}

/// Reads `field=value`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    let expected = || format!("found {text:?}, expected field=value, as user_party_name=\"Northwind\"");
    let (name, value) = text.split_once('=').ok_or_else(expected)?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

/// A day (YYYY-MM-DD).
pub fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| format!("found {text:?}, expected a day such as 2027-01-18"))
}

/// An outcome of DOMAIN.md 3, as its word.
pub fn outcome(text: &str) -> Result<Outcome, String> {
    Outcome::named(text).ok_or_else(|| {
        let words: Vec<&str> = Outcome::ALL.into_iter().map(Outcome::word).collect();
        format!("found {text:?}, expected one of {}", words.join(", "))
    })
}
