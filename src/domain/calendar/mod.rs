//! Invitations and what is answered to them (iCalendar: RFC 5545; how they travel: RFC 5546 and 6047). In: what is
//! to be said to whom, or the bytes of a mail's calendar part; out: a calendar as text, or [`Reply`]s and problems.
//! Invariants: the same input gives the same bytes; nothing that a person wrote becomes a line of its own; reading
//! never fails.

mod instant;
mod read;
mod uid;
mod words;
mod write;
mod zone;

#[cfg(test)]
mod any_tests;
#[cfg(test)]
mod read_tests;
#[cfg(test)]
mod write_tests;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::id::{Address, Named};

pub use read::{Part, read, read_parts};
pub use uid::Uid;
pub use words::Link;
pub use write::{cancel, decline_counter, feed, request};

/// What a calendar asks of its reader (RFC 5546 1.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Also where a calendar states none.
    Publish,
    Request,
    Reply,
    Cancel,
    Refresh,
    Counter,
    DeclineCounter,
    /// One that we neither write nor act on, in upper case.
    Other(String),
}

impl Method {
    /// As METHOD and as the `method` parameter of Content-Type, which must be equal (RFC 6047 2.4).
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Publish => "PUBLISH",
            Self::Request => "REQUEST",
            Self::Reply => "REPLY",
            Self::Cancel => "CANCEL",
            Self::Refresh => "REFRESH",
            Self::Counter => "COUNTER",
            Self::DeclineCounter => "DECLINECOUNTER",
            Self::Other(name) => name,
        }
    }
}

/// When an entry takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Written by the clock of Europe/London.
    Time { start: DateTime<Utc>, end: DateTime<Utc> },
    /// A whole day that takes nobody's time: a due date.
    Day(NaiveDate),
}

/// STATUS of an event (RFC 5545 3.8.1.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Tentative,
    Confirmed,
    Cancelled,
}

/// What an invited person said (RFC 5545 3.2.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartStat {
    NeedsAction,
    Accepted,
    Tentative,
    Declined,
    Delegated,
}

/// One who is invited, with the very address that their own program knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendee {
    #[serde(flatten)]
    pub named: Named,
    pub partstat: PartStat,
}

/// A meeting or a due date as one attendee's copy states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub uid: Uid,
    /// Raised by us alone, at any change of time, place or status and at a cancellation (RFC 5546 2.1.4).
    pub sequence: u32,
    /// Newer at every sending of the same sequence; whole seconds.
    pub dtstamp: DateTime<Utc>,
    pub when: When,
    /// Neutral words: calendars are seen by delegates and on telephones (DOMAIN.md 6).
    pub summary: String,
    pub description: String,
    pub location: Option<String>,
    pub url: Option<Link>,
    /// Where answers go: fixed for each attendee at the first invitation.
    pub organizer: Named,
    /// All who are invited, in every copy.
    pub attendees: Vec<Attendee>,
    pub status: Status,
    /// Whether an answer is asked for; a due date asks for none.
    pub asks_answer: bool,
}

/// Whom a cancellation is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// The meeting does not take place.
    All,
    /// It does, without this person.
    One(Address),
}

/// An entry of a calendar that somebody subscribed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedEntry {
    /// The entry's own in mail; the feed writes [`Uid::in_feed`] of it.
    pub uid: Uid,
    pub sequence: u32,
    /// When the entry last changed: not the time of asking, so that an unchanged feed has the same bytes.
    pub dtstamp: DateTime<Utc>,
    pub when: When,
    pub summary: String,
    pub description: String,
    pub status: Status,
}

/// A calendar that goes out in a mail, and what its part must state of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduling {
    pub method: Method,
    /// Lines end with CR LF and have at most 75 octets (RFC 5545 3.1).
    pub text: String,
}

/// One event of a calendar that came in. Who sent it and whether to believe it is judged elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub method: Method,
    pub uid: String,
    /// The one instance of a series that is meant (RFC 5545 3.8.4.4); our meetings are no series.
    pub recurrence_id: Option<DateTime<Utc>>,
    pub sequence: Option<u32>,
    pub dtstamp: Option<DateTime<Utc>>,
    /// One is expected of an answer; some programs write none, or everybody.
    pub attendees: Vec<Responder>,
    /// The time that is answered, or that is proposed.
    pub start: Option<DateTime<Utc>>,
    pub end: Option<DateTime<Utc>>,
    pub comment: Option<String>,
}

/// An attendee as a reply names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Responder {
    pub address: Address,
    pub partstat: PartStat,
}

impl Reply {
    /// The attendee, where there is exactly one.
    #[must_use]
    pub fn attendee(&self) -> Option<&Responder> {
        match self.attendees.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}
