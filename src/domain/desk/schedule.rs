//! When the digest falls due: a pattern of the clock on the wall in London, resolved to instants here. In: the text of
//! the pattern; out: instants. Invariant: at most one on each date, whatever the clocks do that day.

use std::fmt;
use std::str::FromStr as _;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Serialize, Serializer};

use crate::domain::workday::{local, london_date};

/// `0 30 8 * * Mon-Fri`: seconds, minutes, hours, days, months, days of the week, in Europe/London. Of the times of one
/// date only the first counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(cron::Schedule);

/// Dates that are looked at for the latest time that has come: ten years of silence.
const FAR: usize = 4_000;

impl Pattern {
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let pattern = Self(cron::Schedule::from_str(text.trim()).map_err(|error| error.to_string())?);
        match pattern.first_from(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default()) {
            Some(_) => Ok(pattern),
            None => Err("there is no such day".into()),
        }
    }

    /// The first time after `at`.
    #[must_use]
    pub fn after(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let today = london_date(at);
        self.first_from(today).filter(|next| *next > at).or_else(|| self.after_day(today))
    }

    /// The time of the first later date that has one.
    #[must_use]
    pub fn after_day(&self, on: NaiveDate) -> Option<DateTime<Utc>> {
        self.first_from(on.succ_opt()?)
    }

    /// Of the times from `due` on, itself one, the latest that has come: a long silence ends with one digest.
    #[must_use]
    pub fn latest(&self, due: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        let mut latest = due;
        for _ in 0..FAR {
            match self.after_day(london_date(latest)) {
                Some(next) if next <= now => latest = next,
                _ => break,
            }
        }
        latest
    }

    /// The schedule knows no clocks that change: it is asked for times on the wall, as if these were UTC.
    fn first_from(&self, on: NaiveDate) -> Option<DateTime<Utc>> {
        let before = on.and_time(NaiveTime::MIN).checked_sub_signed(TimeDelta::seconds(1))?;
        let wall = self.0.after(&before.and_utc()).next()?.naive_utc();
        Some(local(wall.date(), wall.time()))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.source())
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.source())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// The first times after an instant.
    fn check(pattern: &str, after: &str, expected: &[&str]) {
        let pattern = Pattern::read(pattern).unwrap();
        let mut last = at(after);
        for expected in expected {
            let next = pattern.after(last).unwrap();
            assert_eq!(next, at(expected), "after {last}");
            last = next;
        }
    }

    #[test]
    fn working_mornings_follow_each_other() {
        let morning = "0 30 8 * * Mon-Fri";
        check(morning, "2026-11-06T08:30:00Z", &["2026-11-09T08:30:00Z", "2026-11-10T08:30:00Z"]);
        check(morning, "2026-11-06T08:29:59Z", &["2026-11-06T08:30:00Z"]);
        // Across both changes of the clocks it is half past eight.
        check(morning, "2026-03-27T12:00:00Z", &["2026-03-30T07:30:00Z"]);
        check(morning, "2026-10-23T12:00:00Z", &["2026-10-26T08:30:00Z"]);
    }

    #[test]
    fn each_night_of_a_change_has_one_time() {
        let night = "0 30 1 * * *";
        let missing = ["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"];
        check(night, "2026-03-27T12:00:00Z", &missing);
        let doubled = ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"];
        check(night, "2026-10-24T12:00:00Z", &doubled);
    }

    #[test]
    fn of_several_times_on_a_date_the_first_counts() {
        check("0 0 8,16 * * *", "2026-11-02T07:00:00Z", &["2026-11-02T08:00:00Z", "2026-11-03T08:00:00Z"]);
    }

    #[test]
    fn a_long_silence_ends_with_the_latest_time() {
        let morning = Pattern::read("0 30 8 * * Mon-Fri").unwrap();
        let latest = |now| morning.latest(at("2026-11-02T08:30:00Z"), at(now));
        assert_eq!(latest("2026-11-02T08:30:00Z"), at("2026-11-02T08:30:00Z"));
        assert_eq!(latest("2026-11-09T03:00:00Z"), at("2026-11-06T08:30:00Z"));
    }

    #[test]
    fn what_never_comes_is_no_pattern() {
        for bad in ["", "8:30", "0 30 8 31 2 *", "30 8 * *"] {
            assert!(Pattern::read(bad).is_err(), "{bad}");
        }
    }
}
