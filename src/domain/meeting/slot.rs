//! When an ad-hoc review could be (DOMAIN.md 4). In: the decision, the start that the User intends, the Working Days
//! and the policy's figures; out: a time, and a sentence that says why then. A proposal: a person releases it.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::domain::workday::{WorkingDays, local};

/// The policy's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Whole Working Days between the decision and the meeting.
    pub notice: u32,
    /// Working Days of the decision within which it is held.
    pub within: u32,
    /// By the clock of Europe/London.
    pub from: NaiveTime,
    pub to: NaiveTime,
}

impl Default for Numbers {
    /// DOMAIN.md 4, all assumed.
    fn default() -> Self {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        Self { notice: 5, within: 20, from: hour(10), to: hour(12) }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    pub why: String,
}

/// The first Working Day that leaves the notice whole: the earlier, the likelier before the intended start. None where
/// the figures leave no day, or the table of bank holidays ends.
#[must_use]
pub fn propose(
    decided_at: DateTime<Utc>,
    intended_start: Option<NaiveDate>,
    days: &WorkingDays,
    numbers: Numbers,
) -> Option<Slot> {
    let notice = days.due(decided_at, numbers.notice).ok()?;
    let last = days.due(decided_at, numbers.within).ok()?.on;
    let on = days.due(decided_at, numbers.notice.checked_add(1)?).ok()?.on;
    let (start, end) = (local(on, numbers.from), local(on, numbers.to));
    if on > last || end <= start {
        return None;
    }
    let start_words = match intended_start {
        Some(intended) if on < intended => format!(", and before the intended start on {}", day(intended)),
        Some(intended) => {
            format!("; no day with that notice lies before the intended start on {}", day(intended))
        }
        None => String::new(),
    };
    let why = format!(
        "{} is the first Working Day that leaves {} Working Days' notice (to {}: {}), and is within {} Working Days \
         of the decision (by {}){start_words}.",
        day(on),
        numbers.notice,
        notice.on.format("%a %-d %B"),
        notice.why,
        numbers.within,
        day(last),
    );
    Some(Slot { start, end, why })
}

fn day(on: NaiveDate) -> String {
    on.format("%-d %B %Y").to_string()
}
