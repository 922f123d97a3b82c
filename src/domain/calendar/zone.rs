//! Europe/London in a calendar: the rule by which its clock changes (RFC 5545 3.6.5), and instants as that clock shows
//! them. Invariant: no time without its zone, and no TZID without the zone's rule in the same calendar.

use chrono::{DateTime, Days, NaiveDate, Timelike, Utc};
use icalendar::Property;

use super::When;
use crate::domain::workday::{local, london};

pub(super) const TZID: &str = "Europe/London";

/// The rule since 1996, as the European Union's directive 2000/84/EC has it; earlier times do not occur here.
pub(super) const VTIMEZONE: &str = "BEGIN:VTIMEZONE\r\n\
    TZID:Europe/London\r\n\
    X-LIC-LOCATION:Europe/London\r\n\
    BEGIN:DAYLIGHT\r\n\
    DTSTART:19700329T010000\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n\
    TZNAME:BST\r\n\
    TZOFFSETFROM:+0000\r\n\
    TZOFFSETTO:+0100\r\n\
    END:DAYLIGHT\r\n\
    BEGIN:STANDARD\r\n\
    DTSTART:19701025T020000\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n\
    TZNAME:GMT\r\n\
    TZOFFSETFROM:+0100\r\n\
    TZOFFSETTO:+0000\r\n\
    END:STANDARD\r\n\
    END:VTIMEZONE\r\n";

/// DTSTART and DTEND. The end of a day is the day after it (RFC 5545 3.6.1).
pub(super) fn bounds(when: When) -> [Property; 2] {
    match when {
        When::Time { start, end } => [time("DTSTART", start), time("DTEND", end)],
        When::Day(on) => {
            let end = on.checked_add_days(Days::new(1)).unwrap_or(on);
            [day("DTSTART", on), day("DTEND", end)]
        }
    }
}

fn day(key: &str, on: NaiveDate) -> Property {
    Property::new(key, on.format("%Y%m%d").to_string()).add_parameter("VALUE", "DATE").done()
}

/// A time that the clock shows twice means its first (RFC 5545 3.3.5); its second is written in UTC.
fn time(key: &str, at: DateTime<Utc>) -> Property {
    let at = at.with_nanosecond(0).unwrap_or(at);
    let wall = london(at).naive_local();
    if local(wall.date(), wall.time()) != at {
        return Property::new(key, utc(at));
    }
    Property::new(key, wall.format("%Y%m%dT%H%M%S").to_string()).add_parameter("TZID", TZID).done()
}

/// Form 2 of RFC 5545 3.3.5.
pub(super) fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}
