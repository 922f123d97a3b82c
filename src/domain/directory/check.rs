//! The directory looked at as a whole: what names another row finds it, what must be unique is, and no two rows in
//! force on one day say the opposite. In: all rows; out: everything that is wrong, not only the first.

mod people;
mod users;

use std::collections::HashMap;
use std::hash::Hash;

use super::{InForce, Meeting, Tables};
use crate::domain::id::Key;

/// A row by its table and its place in it, 0 for the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Row {
    User(usize),
    Provider(usize),
    Person(usize),
    Meeting(usize),
}

/// One thing that is wrong with the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub row: Row,
    /// As its file writes it: `contact.email`.
    pub key: String,
    pub found: String,
    pub expected: String,
}

pub(super) fn check(tables: &Tables, roles: &[String]) -> Vec<Wrong> {
    let mut wrong = Wrongs::default();
    users::check(tables, roles, &mut wrong);
    people::check(tables, &mut wrong);
    meetings(&tables.meetings, &mut wrong);
    wrong.0
}

#[derive(Default)]
struct Wrongs(Vec<Wrong>);

impl Wrongs {
    fn add(&mut self, row: Row, key: &str, found: impl Into<String>, expected: impl Into<String>) {
        self.0.push(Wrong { row, key: key.into(), found: found.into(), expected: expected.into() });
    }

    fn filled(&mut self, row: Row, key: &str, text: &str) {
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            self.add(row, key, format!("{text:?}"), "a line of text");
        }
    }

    /// Keys stand in commands and in the record: one word, so that nobody need quote them.
    fn key(&mut self, row: Row, key: &Key) {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
        if key.0.is_empty() || !key.0.chars().all(good) {
            self.add(row, "key", format!("{:?}", key.0), "a word of a-z, 0-9, '-', '_', '.'");
        }
    }

    fn period(&mut self, row: Row, valid: &impl InForce) {
        if let (from, Some(until)) = valid.period()
            && until < from
        {
            self.add(row, "valid_until", until.to_string(), format!("valid_from ({from}) or a later day"));
        }
    }

    fn domain(&mut self, row: Row, key: &str, domain: &str) {
        let good = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
        if domain.is_empty() || !domain.chars().all(good) || psl::domain_str(domain).is_none() {
            self.add(
                row,
                key,
                format!("{domain:?}"),
                "a mail domain that a firm can own, such as northwind.example",
            );
        }
    }
}

/// Values that stand in one row only.
struct Once<V> {
    seen: HashMap<V, String>,
}

impl<V: Hash + Eq> Once<V> {
    fn new() -> Self {
        Self { seen: HashMap::new() }
    }

    /// Who had it before, if somebody had.
    fn take(&mut self, value: V, owner: &Key) -> Option<&str> {
        match self.seen.entry(value) {
            std::collections::hash_map::Entry::Occupied(taken) => Some(taken.into_mut().as_str()),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(owner.0.clone());
                None
            }
        }
    }
}

/// Is there a day on which both hold?
fn overlap(one: &impl InForce, other: &impl InForce) -> bool {
    let ((from, until), (other_from, other_until)) = (one.period(), other.period());
    until.is_none_or(|until| other_from <= until) && other_until.is_none_or(|other_until| from <= other_until)
}

fn meetings(meetings: &[Meeting], wrong: &mut Wrongs) {
    let mut seen = HashMap::new();
    for (at, meeting) in meetings.iter().enumerate() {
        if seen.insert((meeting.body, meeting.on), at).is_some() {
            wrong.add(Row::Meeting(at), "on", format!("{} twice", meeting.on), "one meeting of a body a day");
        }
    }
}
