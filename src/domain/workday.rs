//! Working Days in England and Wales (DOMAIN.md 4): not Saturday, Sunday or a bank holiday. Dates are
//! Europe/London; instants are UTC. A date past the table's last year is refused, never guessed.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

/// The bank holidays as data, from GOV.UK's JSON.
#[derive(Debug, Clone, Default)]
pub struct WorkingDays {
    pub holidays: BTreeMap<NaiveDate, String>,
}

/// A computed deadline and why it is that day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub on: NaiveDate,
    /// 17:00 Europe/London on that day.
    pub at: DateTime<Utc>,
    /// "10 Working Days after Fri 18 Dec 2026; 25 Dec Christmas Day and 28 Dec Boxing Day (substitute) do not count".
    pub why: String,
}
