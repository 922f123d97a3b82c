//! Sample facts of the next 90 days: nothing, a usual office, a crowded one.

use chrono::{Days, NaiveDate};

use super::super::ahead::{AHEAD_DAYS, Ahead, Coming, MarkKind};
use super::on;

const FIRST: (i32, u32, u32) = (2026, 6, 4);

fn first() -> NaiveDate {
    let (year, month, day) = FIRST;
    on(year, month, day)
}

impl Ahead {
    /// Samples, and the names by which their pictures are called.
    #[must_use]
    pub fn samples() -> Vec<(&'static str, Self)> {
        let all = [("nothing", nothing()), ("usual", usual()), ("crowded", crowded()), ("winter", winter())];
        all.to_vec()
    }
}

pub(super) fn nothing() -> Ahead {
    Coming::new(first()).ahead(std::iter::empty(), false)
}

pub(super) fn usual() -> Ahead {
    let mut coming = Coming::new(first());
    for (month, day) in [(6, 10), (6, 24), (7, 8), (7, 22), (8, 5), (8, 26)] {
        coming.add(MarkKind::SscMeeting, on(2026, month, day), None);
    }
    let case = |n: u32| Some(format!("SUS-2026-{n:04}"));
    let review = |name: &str| Some(format!("REV-2026-{name}"));
    for (n, month, day) in [(1, 6, 4), (2, 6, 16), (3, 6, 16), (4, 7, 2), (5, 8, 5)] {
        coming.add(MarkKind::Deadline, on(2026, month, day), case(n));
    }
    coming.add(MarkKind::AdHocReview, on(2026, 6, 18), case(6));
    for (name, month, day) in [("K7QMXA3B", 6, 28), ("B2VLQ7RD", 7, 31), ("PQ3M5TXA", 8, 15)] {
        coming.add(MarkKind::ReviewDue, on(2026, month, day), review(name));
    }
    for (name, month, day) in [("H4WZC2NE", 6, 16), ("TT5D7KXB", 8, 5), ("LM2R6VQA", 9, 1)] {
        coming.add(MarkKind::Booking, on(2026, month, day), review(name));
    }
    coming.ahead([on(2026, 8, 31)].into_iter(), true)
}

/// More on each day than an office of today has.
fn crowded() -> Ahead {
    let mut coming = Coming::new(first());
    for (nth, day) in (0..AHEAD_DAYS).filter_map(|n| Some((n, first().checked_add_days(Days::new(n))?))) {
        for kind in MarkKind::ALL {
            let n = match kind {
                MarkKind::SscMeeting => u64::from(nth % 14 == 6),
                MarkKind::AdHocReview => nth % 3,
                MarkKind::Deadline => (nth * 7) % 45,
                MarkKind::ReviewDue => (nth * 31) % 130,
                MarkKind::Booking => (nth * nth) % 1_100,
            };
            for _ in 0..n {
                coming.add(kind, day, Some(format!("SUS-2026-{nth:04}")));
            }
        }
    }
    coming.ahead([on(2026, 8, 31)].into_iter(), true)
}

/// It begins on a Saturday, and the year turns.
fn winter() -> Ahead {
    let mut coming = Coming::new(on(2026, 11, 28));
    for (year, month, day) in [(2026, 12, 9), (2027, 1, 13), (2027, 1, 27)] {
        coming.add(MarkKind::SscMeeting, on(year, month, day), None);
    }
    for (n, (year, month, day)) in [(2026, 12, 31), (2027, 2, 1), (2027, 2, 25)].into_iter().enumerate() {
        coming.add(MarkKind::Deadline, on(year, month, day), Some(format!("SUS-2026-{n:04}")));
    }
    coming.add(MarkKind::ReviewDue, on(2026, 11, 28), Some("REV-2026-K7QMXA3B".into()));
    let holidays = [on(2026, 12, 25), on(2026, 12, 28), on(2027, 1, 1)];
    coming.ahead(holidays.into_iter(), true)
}
