//! Working Days in England and Wales (DOMAIN.md 4): not Saturday, Sunday or a bank holiday. Dates are
//! Europe/London; instants are UTC. A date outside the table's years is refused, never guessed.

mod holidays;
mod london;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc, Weekday};

pub use holidays::BadHolidays;
pub use london::{local, london, london_date};

/// Automatic mail leaves in \[OPEN, CLOSE) on Working Days; a deadline falls at CLOSE (DOMAIN.md 4).
pub const OPEN: NaiveTime = hour(9);
pub const CLOSE: NaiveTime = hour(17);

const fn hour(hour: u32) -> NaiveTime {
    match NaiveTime::from_hms_opt(hour, 0, 0) {
        Some(time) => time,
        None => NaiveTime::MIN,
    }
}

/// The bank holidays as data, from GOV.UK's JSON. It answers for whole years, from that of its first holiday to that
/// of its last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkingDays {
    /// Title as people say it: "Boxing Day (substitute)".
    holidays: BTreeMap<NaiveDate, String>,
}

/// A computed deadline and why it is that day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub on: NaiveDate,
    /// 17:00 Europe/London on that day.
    pub at: DateTime<Utc>,
    /// "5 Working Days after Fri 18 Dec; 25 Dec Christmas Day and 28 Dec Boxing Day (substitute) do not count".
    pub why: String,
}

/// A date that the table of bank holidays says nothing about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BeyondTable {
    #[error(
        "{on} is outside the table of bank holidays, which covers {first} to {last}: add the missing years to it"
    )]
    Outside { on: NaiveDate, first: NaiveDate, last: NaiveDate },
    #[error("the table of bank holidays is empty: nothing can be said about {on}")]
    Empty { on: NaiveDate },
}

#[derive(Clone, Copy)]
enum Direction {
    Forth,
    Back,
}

impl WorkingDays {
    /// The last day that the table answers for; `None` when it is empty.
    #[must_use]
    pub fn horizon(&self) -> Option<NaiveDate> {
        let (last, _) = self.holidays.last_key_value()?;
        NaiveDate::from_ymd_opt(last.year(), 12, 31)
    }

    /// The holidays in order, each with its title.
    pub fn holidays(&self) -> impl Iterator<Item = (NaiveDate, &str)> {
        self.holidays.iter().map(|(on, title)| (*on, title.as_str()))
    }

    /// # Errors
    /// When the table says nothing about `on`.
    pub fn is_working_day(&self, on: NaiveDate) -> Result<bool, BeyondTable> {
        let (first, last) = self
            .holidays
            .first_key_value()
            .and_then(|(first, _)| NaiveDate::from_ymd_opt(first.year(), 1, 1))
            .zip(self.horizon())
            .ok_or(BeyondTable::Empty { on })?;
        if on < first || on > last {
            return Err(BeyondTable::Outside { on, first, last });
        }
        Ok(!is_weekend(on) && !self.holidays.contains_key(&on))
    }

    /// 17:00 on the `n`th Working Day after the day of issue, which does not count. None after it is the day of issue
    /// itself or, where that is no Working Day, the next one.
    ///
    /// # Errors
    /// When the table ends before that.
    pub fn due(&self, issued_at: DateTime<Utc>, n: u32) -> Result<Due, BeyondTable> {
        self.count(london_date(issued_at), n, Direction::Forth)
    }

    /// 17:00 on the `n`th Working Day before `on`, which does not count: the cut-off of a meeting. None before it is
    /// `on` itself or, where that is no Working Day, the one before.
    ///
    /// # Errors
    /// When the table begins after that or ends before `on`.
    pub fn before(&self, on: NaiveDate, n: u32) -> Result<Due, BeyondTable> {
        self.count(on, n, Direction::Back)
    }

    /// How many Working Days lie after `from` up to and with `to`; none when `to` is not later.
    ///
    /// # Errors
    /// When the table does not cover both.
    pub fn n_between(&self, from: NaiveDate, to: NaiveDate) -> Result<u32, BeyondTable> {
        self.is_working_day(from)?;
        self.is_working_day(to)?;
        let mut n = 0;
        for on in from.iter_days().skip(1).take_while(|on| *on <= to) {
            n += u32::from(self.is_working_day(on)?);
        }
        Ok(n)
    }

    /// The first instant, `at` or later, at which automatic mail may leave.
    ///
    /// # Errors
    /// When the table ends before that.
    pub fn next_sending(&self, at: DateTime<Utc>) -> Result<DateTime<Utc>, BeyondTable> {
        let today = london_date(at);
        if self.is_working_day(today)? && at < local(today, CLOSE) {
            return Ok(at.max(local(today, OPEN)));
        }
        let next = self.count(today, 1, Direction::Forth)?;
        Ok(local(next.on, OPEN))
    }

    fn count(&self, from: NaiveDate, n: u32, direction: Direction) -> Result<Due, BeyondTable> {
        let mut on = from;
        let mut left = n;
        let mut passed_over = Vec::new();
        let mut counts = self.is_working_day(on)?;
        while left > 0 || !counts {
            on = step(on, direction).ok_or(BeyondTable::Empty { on })?;
            counts = self.is_working_day(on)?;
            left -= u32::from(counts && left > 0);
            if let Some(title) = self.holidays.get(&on).filter(|_| !is_weekend(on)) {
                passed_over.push((on, title.as_str()));
            }
        }
        passed_over.sort_unstable();
        Ok(Due { on, at: local(on, CLOSE), why: why(from, on, n, direction, &passed_over) })
    }
}

fn step(on: NaiveDate, direction: Direction) -> Option<NaiveDate> {
    match direction {
        Direction::Forth => on.checked_add_days(Days::new(1)),
        Direction::Back => on.checked_sub_days(Days::new(1)),
    }
}

fn is_weekend(on: NaiveDate) -> bool {
    matches!(on.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Weekends go without saying; a holiday that moved the date is named. The year is said where it is not the date's.
fn why(
    from: NaiveDate,
    on: NaiveDate,
    n: u32,
    direction: Direction,
    passed_over: &[(NaiveDate, &str)],
) -> String {
    let days = if n == 1 { "Working Day" } else { "Working Days" };
    let side = match direction {
        Direction::Forth => "after",
        Direction::Back => "before",
    };
    let from_text = from.format(if from.year() == on.year() { "%a %-d %b" } else { "%a %-d %b %Y" });
    let count = match (n, direction) {
        (0, _) if from == on => format!("on {from_text} itself"),
        (0, Direction::Forth) => format!("the first Working Day from {from_text} on"),
        (0, Direction::Back) => format!("the last Working Day up to {from_text}"),
        _ => format!("{n} {days} {side} {from_text}"),
    };
    let named: Vec<_> =
        passed_over.iter().map(|(on, title)| format!("{} {title}", on.format("%-d %b"))).collect();
    match named.as_slice() {
        [] => count,
        [one] => format!("{count}; {one} does not count"),
        [most @ .., last] => format!("{count}; {} and {last} do not count", most.join(", ")),
    }
}
