//! Europe/London: what the clock on the wall says at an instant, and which instant a clock on the wall means.

use chrono::{DateTime, MappedLocalTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{Europe::London, Tz};

/// The wall clock in London at `at`.
#[must_use]
pub fn london(at: DateTime<Utc>) -> DateTime<Tz> {
    at.with_timezone(&London)
}

/// The date in London at `at`.
#[must_use]
pub fn london_date(at: DateTime<Utc>) -> NaiveDate {
    london(at).date_naive()
}

/// The instant at which London's wall clock shows `time` on `on`. As RFC 5545 3.3.5 has it, a time that occurs twice
/// is its first, and one that does not occur is counted from before the gap (01:30 on 29 Mar 2026 is 02:30 BST).
#[must_use]
pub fn local(on: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let wall = on.and_time(time);
    let hour = TimeDelta::hours(1);
    match London.from_local_datetime(&wall) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => at.to_utc(),
        MappedLocalTime::None => wall
            .checked_sub_signed(hour)
            .and_then(|before| London.from_local_datetime(&before).earliest())
            .map_or_else(|| wall.and_utc(), |before| before.to_utc() + hour),
    }
}
