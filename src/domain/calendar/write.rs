//! Calendars that go out: REQUEST, CANCEL and DECLINECOUNTER (RFC 5546 3.2), and the feed. In: an invitation or a
//! feed's entries; out: text with CR LF, folded. Invariant: no clock and no chance has a part in it.
//!
//! The library prints properties in the order of their names and escapes their values. It adds what an event lacks
//! from the system's clock, knows no zones and folds at 76 (icalendar 0.17.17, 2026-11-27): so every event has its UID
//! and DTSTAMP, the zone is put in behind it, and lines are folded anew.

use icalendar::{Calendar, Component, Event, EventLike, Property};

use super::words::{Parameter, Words};
use super::zone::{VTIMEZONE, bounds, utc};
use super::{Attendee, FeedEntry, Invitation, Method, PartStat, Scheduling, Status, Uid, When, Whom};
use crate::domain::id::{Address, Named};

const PRODID: &str = "-//SECAS//sscd//EN";
/// Octets of a line, its CR LF not counted (RFC 5545 3.1).
const LINE: usize = 75;
/// How often a reader of the feed should ask again (RFC 7986 5.7).
const REFRESH: &str = "PT4H";

/// The invitation, or what changed of it (RFC 5546 3.2.2).
#[must_use]
pub fn request(invitation: &Invitation) -> Scheduling {
    let mut event = scheduled(invitation, &invitation.attendees, invitation.asks_answer);
    event.add_property("STATUS", status(invitation.status));
    // Whom no answer is asked of has no other time to propose.
    event.add_property("X-MICROSOFT-DISALLOW-COUNTER", if invitation.asks_answer { "FALSE" } else { "TRUE" });
    scheduling(Method::Request, event, invitation.when)
}

/// It does not take place, or this person is no longer invited (RFC 5546 3.2.5): the caller has raised the sequence.
/// One person's cancellation has no STATUS, for the meeting takes place.
#[must_use]
pub fn cancel(invitation: &Invitation, whom: &Whom) -> Scheduling {
    let event = match whom {
        Whom::All => {
            let mut event = scheduled(invitation, &invitation.attendees, false);
            event.add_property("STATUS", status(Status::Cancelled));
            event
        }
        Whom::One(address) => {
            let mut event = scheduled(invitation, &[alone(invitation, address)], false);
            event.add_property("COMMENT", "You are no longer invited.");
            event
        }
    };
    scheduling(Method::Cancel, event, invitation.when)
}

/// The proposal of another time is not taken up (RFC 5546 3.2.8); `why` is a sentence for whoever proposed it.
#[must_use]
pub fn decline_counter(invitation: &Invitation, proposer: &Address, why: &str) -> Scheduling {
    let mut event = scheduled(invitation, &[alone(invitation, proposer)], false);
    event.add_property("COMMENT", Words::lines(why).as_str());
    scheduling(Method::DeclineCounter, event, invitation.when)
}

/// A calendar to subscribe to: no METHOD, nobody invited, and UIDs of its own.
#[must_use]
pub fn feed(name: &str, entries: &[FeedEntry]) -> String {
    let mut calendar = calendar();
    // Every reader of feeds knows this name; NAME (RFC 7986 5.1) the library would print without escapes.
    calendar.append_property(Property::new("X-WR-CALNAME", Words::title(name).as_str()));
    let refresh = Property::new("REFRESH-INTERVAL", REFRESH).add_parameter("VALUE", "DURATION").done();
    calendar.append_property(refresh);
    calendar.append_property(Property::new("X-PUBLISHED-TTL", REFRESH));
    for entry in entries {
        let stamp = Stamp { uid: &entry.uid.in_feed(), sequence: entry.sequence, dtstamp: entry.dtstamp };
        let mut event = event(&stamp, entry.when, &entry.summary, &entry.description);
        event.add_property("STATUS", status(entry.status));
        calendar.push(event);
    }
    finish(&calendar, entries.iter().any(|entry| is_zoned(entry.when)))
}

/// What makes an event this one, in this state, at this sending.
struct Stamp<'a> {
    uid: &'a Uid,
    sequence: u32,
    dtstamp: chrono::DateTime<chrono::Utc>,
}

fn event(stamp: &Stamp<'_>, when: When, summary: &str, description: &str) -> Event {
    let mut event = Event::new();
    event.uid(stamp.uid.as_str());
    event.sequence(stamp.sequence);
    event.add_property("DTSTAMP", utc(stamp.dtstamp));
    for bound in bounds(when) {
        event.append_property(bound);
    }
    event.summary(Words::line(summary).as_str());
    event.add_property("CLASS", "CONFIDENTIAL");
    event.add_property("TRANSP", if is_zoned(when) { "OPAQUE" } else { "TRANSPARENT" });
    let description = Words::lines(description);
    if !description.as_str().is_empty() {
        event.description(description.as_str());
    }
    event.done()
}

fn scheduled(invitation: &Invitation, attendees: &[Attendee], asks_answer: bool) -> Event {
    let stamp = Stamp { uid: &invitation.uid, sequence: invitation.sequence, dtstamp: invitation.dtstamp };
    let mut event = event(&stamp, invitation.when, &invitation.summary, &invitation.description);
    let location = Words::line(invitation.location.as_deref().unwrap_or_default());
    if !location.as_str().is_empty() {
        event.location(location.as_str());
    }
    if let Some(url) = &invitation.url {
        event.add_property("URL", url.as_str());
    }
    event.append_property(calendar_user("ORGANIZER", &invitation.organizer));
    for attendee in attendees {
        let mut property = calendar_user("ATTENDEE", &attendee.named);
        property.add_parameter("CUTYPE", "INDIVIDUAL");
        property.add_parameter("ROLE", "REQ-PARTICIPANT");
        property.add_parameter("PARTSTAT", partstat(attendee.partstat));
        property.add_parameter("RSVP", if asks_answer { "TRUE" } else { "FALSE" });
        event.append_multi_property(property);
    }
    event
}

/// ORGANIZER or ATTENDEE (RFC 5545 3.3.3). An [`Address`] holds nothing that could end its property.
fn calendar_user(key: &str, named: &Named) -> Property {
    let mut property = Property::new(key, format!("mailto:{}", named.address));
    let name = Parameter::of(named.name.as_deref().unwrap_or_default());
    if !name.as_str().is_empty() {
        property.add_parameter("CN", name.as_str());
    }
    property
}

/// The attendee as the invitation has it; a person who is not on it any more has but an address.
fn alone(invitation: &Invitation, address: &Address) -> Attendee {
    let known = invitation.attendees.iter().find(|attendee| attendee.named.address.same(address));
    known.cloned().unwrap_or_else(|| Attendee {
        named: Named { name: None, address: address.clone() },
        partstat: PartStat::NeedsAction,
    })
}

fn partstat(partstat: PartStat) -> &'static str {
    match partstat {
        PartStat::NeedsAction => "NEEDS-ACTION",
        PartStat::Accepted => "ACCEPTED",
        PartStat::Tentative => "TENTATIVE",
        PartStat::Declined => "DECLINED",
        PartStat::Delegated => "DELEGATED",
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Tentative => "TENTATIVE",
        Status::Confirmed => "CONFIRMED",
        Status::Cancelled => "CANCELLED",
    }
}

fn is_zoned(when: When) -> bool {
    matches!(when, When::Time { .. })
}

fn calendar() -> Calendar {
    let mut calendar = Calendar::empty();
    for (key, value) in [("VERSION", "2.0"), ("PRODID", PRODID), ("CALSCALE", "GREGORIAN")] {
        calendar.append_property(Property::new(key, value));
    }
    calendar
}

fn scheduling(method: Method, event: Event, when: When) -> Scheduling {
    let mut calendar = calendar();
    calendar.append_property(Property::new("METHOD", method.as_str()));
    calendar.push(event);
    Scheduling { text: finish(&calendar, is_zoned(when)), method }
}

fn finish(calendar: &Calendar, is_zoned: bool) -> String {
    let printed = calendar.to_string().replace("\r\n ", "");
    let mut zone = is_zoned.then_some(VTIMEZONE);
    let mut out = String::with_capacity(printed.len() + printed.len() / 20 + VTIMEZONE.len());
    for line in printed.split_terminator("\r\n") {
        if line == "BEGIN:VEVENT" {
            out.push_str(zone.take().unwrap_or_default());
        }
        fold(&mut out, line);
    }
    out
}

/// Never inside of a character.
fn fold(out: &mut String, line: &str) {
    let mut room = LINE;
    for c in line.chars() {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = LINE - 1;
        }
        out.push(c);
        room -= c.len_utf8();
    }
    out.push_str("\r\n");
}
