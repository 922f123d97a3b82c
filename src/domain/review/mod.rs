//! An annual review: one User's one User Security Assessment of a year, from the day on which it is known to be due to its
//! end (DOMAIN.md 4). [`decide`] judges, [`next`] says what is legal, [`apply`] keeps the books, [`waits`] says what
//! happens if nobody does anything. Invariant: a review is the fold of its events, and nothing else.

mod anchor;
mod book;
mod decide;
mod event;
mod moves;
mod settings;
mod stage;
mod wait;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use anchor::{Plan, kind_for, plan, upcoming};
pub use book::apply;
pub use decide::{Covered, Decision, Known, Signal, decide};
pub use event::{Event, Kind};
pub use moves::Move;
pub use settings::{Cycles, Settings};
pub use stage::{Stage, next};
pub use wait::{Step, Wait, WaitKind, booking_deadline, steps, waits};

use super::directory::AssessmentKind;
use super::id::{Address, Key, LetterId, SubjectId};
use super::pace::Pace;
use super::token::Keys;

/// A review as folded from its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub id: ReviewId,
    pub user: Key,
    pub stage: Stage,
    pub opened_at: DateTime<Utc>,
    /// The day from which it counts, and why then.
    pub anchor_on: NaiveDate,
    /// The last day on which its fieldwork ends.
    pub due_on: NaiveDate,
    pub due_why: String,
    /// None until a person says which it is.
    pub kind: Option<AssessmentKind>,
    pub kind_why: String,
    /// Place in the three-year cycle, from 1.
    pub cycle_year: u8,
    /// The first day of its fieldwork.
    pub booked_on: Option<NaiveDate>,
    pub fieldwork_end: Option<NaiveDate>,
    pub findings: Vec<Finding>,
    pub response_due_on: Option<NaiveDate>,
    /// The steps that were taken, or lay before it was known.
    pub taken: BTreeSet<Step>,
    /// Of these steps the members are to hear, in their next mail.
    pub due_for_members: BTreeMap<Step, DateTime<Utc>>,
    pub letters: BTreeMap<LetterId, Posted>,
    pub pace: Pace,
}

/// A letter as its review knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    pub kind: String,
    pub message_id: String,
    pub to: Vec<Address>,
    /// Why it waits for a person.
    pub held: Option<String>,
}

/// What a review found of a system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub on: NaiveDate,
    pub text: String,
    /// When it was recorded.
    pub at: DateTime<Utc>,
}

/// `REV-2027-K7QMXA3B`: the year in which it is due as it was opened, and a pseudonym of its User, so that what members
/// read names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReviewId(String);

const PREFIX: &str = "REV-";
/// A thousand Users share none of these.
const PSEUDONYM: usize = 8;

impl ReviewId {
    /// After `last`, the latest of that User: two of one year are told apart by a number.
    #[must_use]
    pub fn new(user: &Key, year: i32, last: Option<&Self>, keys: &Keys) -> Self {
        let first = format!("{PREFIX}{year}-{}", keys.pseudonym_of(&user.0, PSEUDONYM));
        let number = |last: &Self| match last.0.strip_prefix(&first)? {
            "" => Some(1),
            rest => rest.strip_prefix('-')?.parse::<u32>().ok(),
        };
        match last.and_then(number) {
            None => Self(first),
            Some(n) => Self(format!("{first}-{}", n.saturating_add(1))),
        }
    }

    #[must_use]
    pub fn of(subject: &SubjectId) -> Option<Self> {
        subject.0.starts_with(PREFIX).then(|| Self(subject.0.clone()))
    }

    /// In any case, as a person types it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_uppercase();
        let (year, rest) = text.strip_prefix(PREFIX)?.split_once('-')?;
        let (name, number) = rest.split_once('-').unwrap_or((rest, "1"));
        let is_one = year.len() == 4
            && name.len() == PSEUDONYM
            && name.chars().all(|c| c.is_ascii_alphanumeric())
            && number.parse::<u32>().is_ok();
        is_one.then(|| Self(text.clone()))
    }

    #[must_use]
    pub fn subject(&self) -> SubjectId {
        SubjectId(self.0.clone())
    }
}

impl std::fmt::Display for ReviewId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
