//! What comes in the next 90 days, by week and day, for the digest: facts for its picture, and the same in words. In: marks,
//! one by one; out: weeks. Invariant: however many come on a day, the words for it are bounded.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// So many days, with the first.
pub const AHEAD_DAYS: u64 = 90;
/// Those that are named of a kind on a day, and in all.
const NAMED: usize = 3;
const NAMED_IN_ALL: usize = 60;

/// The days from the first to the last. Dates are Europe/London.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ahead {
    pub from: NaiveDate,
    pub until: NaiveDate,
    /// Bank holidays among them.
    pub holidays: Vec<NaiveDate>,
    /// "3 meetings of the SSC, 12 deadlines of Users"; "nothing".
    pub in_all: String,
    /// Those in which something comes.
    pub weeks: Vec<Week>,
    /// A picture of them is wanted.
    pub is_drawn: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    pub monday: NaiveDate,
    /// As [`Ahead::in_all`].
    pub in_all: String,
    /// Those on which something comes.
    pub days: Vec<Day>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    pub on: NaiveDate,
    pub marks: Vec<Mark>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub kind: MarkKind,
    pub n: usize,
    /// "2 deadlines of Users".
    pub what: String,
    /// References of the first, `n` at most.
    pub which: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    SscMeeting,
    /// The meeting of an ad-hoc review, or the first day of an assessment that the SSC required.
    AdHocReview,
    /// What a User was told to do by then.
    Deadline,
    /// The last day of an annual review.
    ReviewDue,
    /// The last day on which an annual review can be booked.
    Booking,
}

impl MarkKind {
    pub const ALL: [Self; 5] =
        [Self::SscMeeting, Self::AdHocReview, Self::Deadline, Self::ReviewDue, Self::Booking];

    /// For people, of one.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::SscMeeting => "meeting of the SSC",
            Self::AdHocReview => "ad-hoc review",
            Self::Deadline => "deadline of a User",
            Self::ReviewDue => "annual review due",
            Self::Booking => "booking deadline",
        }
    }

    fn words(self, n: usize) -> String {
        if n == 1 {
            return format!("1 {}", self.title());
        }
        let many = match self {
            Self::SscMeeting => "meetings of the SSC",
            Self::AdHocReview => "ad-hoc reviews",
            Self::Deadline => "deadlines of Users",
            Self::ReviewDue => "annual reviews due",
            Self::Booking => "booking deadlines",
        };
        format!("{n} {many}")
    }
}

/// What comes while it is gathered.
#[derive(Debug)]
pub struct Coming {
    from: NaiveDate,
    until: NaiveDate,
    days: BTreeMap<NaiveDate, BTreeMap<MarkKind, Found>>,
}

#[derive(Debug, Default)]
struct Found {
    n: usize,
    which: Vec<String>,
}

impl Coming {
    /// In the 90 days from `from` on.
    #[must_use]
    pub fn new(from: NaiveDate) -> Self {
        let until = from.checked_add_days(Days::new(AHEAD_DAYS - 1)).unwrap_or(NaiveDate::MAX);
        Self { from, until, days: BTreeMap::new() }
    }

    fn holds(&self, on: NaiveDate) -> bool {
        self.from <= on && on <= self.until
    }

    /// What comes on another day is passed over. The first of a day are named, in the order in which they are told.
    pub fn add(&mut self, kind: MarkKind, on: NaiveDate, which: Option<String>) {
        if self.holds(on) {
            let found = self.days.entry(on).or_default().entry(kind).or_default();
            found.n += 1;
            found.which.extend(which.filter(|_| found.which.len() < NAMED));
        }
    }

    #[must_use]
    pub fn ahead(&self, holidays: impl Iterator<Item = NaiveDate>, is_drawn: bool) -> Ahead {
        let mut weeks: Vec<Week> = Vec::new();
        let mut left = NAMED_IN_ALL;
        for (on, found) in &self.days {
            let day = day(*on, found, &mut left);
            let monday = monday(*on);
            match weeks.last_mut().filter(|week| week.monday == monday) {
                Some(week) => week.days.push(day),
                None => weeks.push(Week { monday, in_all: String::new(), days: vec![day] }),
            }
        }
        for week in &mut weeks {
            week.in_all = in_all(&week.days);
        }
        Ahead {
            from: self.from,
            until: self.until,
            holidays: holidays.filter(|on| self.holds(*on)).collect(),
            in_all: in_all(weeks.iter().flat_map(|week| &week.days)),
            weeks,
            is_drawn,
        }
    }
}

fn day(on: NaiveDate, found: &BTreeMap<MarkKind, Found>, left: &mut usize) -> Day {
    let marks = found.iter().map(|(kind, found)| {
        let which: Vec<String> = found.which.iter().take(*left).cloned().collect();
        *left -= which.len();
        Mark { kind: *kind, n: found.n, what: kind.words(found.n), which }
    });
    Day { on, marks: marks.collect() }
}

fn in_all<'a>(days: impl IntoIterator<Item = &'a Day>) -> String {
    let mut sums: BTreeMap<MarkKind, usize> = BTreeMap::new();
    for mark in days.into_iter().flat_map(|day| &day.marks) {
        *sums.entry(mark.kind).or_default() += mark.n;
    }
    let words: Vec<String> = sums.into_iter().map(|(kind, n)| kind.words(n)).collect();
    if words.is_empty() { "nothing".into() } else { words.join(", ") }
}

/// The first day of its week.
pub(super) fn monday(on: NaiveDate) -> NaiveDate {
    let days = u64::from(on.weekday().num_days_from_monday());
    on.checked_sub_days(Days::new(days)).unwrap_or(on)
}

impl Ahead {
    /// What comes on that day.
    #[must_use]
    pub fn on(&self, on: NaiveDate) -> &[Mark] {
        let monday = monday(on);
        let week = self.weeks.iter().find(|week| week.monday == monday);
        let day = week.and_then(|week| week.days.iter().find(|day| day.on == on));
        day.map_or(&[], |day| day.marks.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }

    #[test]
    fn what_comes_is_told_by_week_and_day() {
        let mut coming = Coming::new(on(6, 4));
        coming.add(MarkKind::SscMeeting, on(6, 10), None);
        for n in 1..=5 {
            coming.add(MarkKind::Deadline, on(6, 10), Some(format!("SUS-2026-000{n}")));
        }
        coming.add(MarkKind::Booking, on(6, 14), Some("REV-2026-K7QMXA3B".into()));
        for outside in [on(6, 3), on(9, 2)] {
            coming.add(MarkKind::Booking, outside, None);
        }
        coming.add(MarkKind::ReviewDue, on(9, 1), None);
        let ahead = coming.ahead([on(5, 25), on(8, 31)].into_iter(), true);
        assert_eq!((ahead.from, ahead.until, ahead.holidays), (on(6, 4), on(9, 1), vec![on(8, 31)]));
        assert_eq!(
            ahead.in_all,
            "1 meeting of the SSC, 5 deadlines of Users, 1 annual review due, 1 booking deadline"
        );
        let weeks: Vec<_> = ahead.weeks.iter().map(|week| (week.monday, week.in_all.as_str())).collect();
        let first = "1 meeting of the SSC, 5 deadlines of Users, 1 booking deadline";
        assert_eq!(weeks, [(on(6, 8), first), (on(8, 31), "1 annual review due")]);
        let marks = &ahead.weeks[0].days[0].marks;
        assert_eq!((marks.len(), marks[1].n, marks[1].which.len()), (2, 5, NAMED));
    }

    #[test]
    fn the_words_are_bounded_and_the_counts_whole() {
        let mut coming = Coming::new(on(6, 1));
        for day in on(5, 1).iter_days().take(200) {
            for kind in MarkKind::ALL {
                for n in 0..50 {
                    coming.add(kind, day, Some(format!("SUS-2026-{n:04}")));
                }
            }
        }
        let ahead = coming.ahead(std::iter::empty(), true);
        let marks = || ahead.weeks.iter().flat_map(|week| &week.days).flat_map(|day| &day.marks);
        assert_eq!(marks().map(|mark| mark.which.len()).sum::<usize>(), NAMED_IN_ALL);
        assert_eq!(marks().map(|mark| mark.n).sum::<usize>(), 90 * 5 * 50);
    }
}
