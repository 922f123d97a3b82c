//! A review meeting and who comes to it. In: what was decided of it and what was answered; out: invitations, and how
//! many come. Invariant: an answer counts while the time that it answered is the current one, and nobody who was not
//! invited changes anything.

mod answer;
mod slot;
#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};

use super::calendar::{Attendee, Invitation, Link, PartStat, Status, Uid, When};
use super::id::{Address, Key, Named};

pub use answer::{Outcome, answer};
pub use slot::{Numbers, Slot, propose};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    pub uid: Uid,
    pub sequence: u32,
    /// Of the last sending; none before the first.
    pub dtstamp: Option<DateTime<Utc>>,
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    /// The sequence with which this time was first told.
    pub timed_at_sequence: u32,
    pub status: Status,
    pub invitees: Vec<Invitee>,
}

/// Whoever is invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitee {
    /// As invited.
    #[serde(flatten)]
    pub named: Named,
    /// Of the directory, where it knows this person.
    pub person: Option<Key>,
    /// Where the answers of this person go, fixed at the first invitation (INTEROP.md 1).
    pub organizer: Address,
    /// Other addresses from which this person may answer.
    #[serde(default)]
    pub also: Vec<Address>,
    /// Whether the quorum counts this person: a member is counted, a User's contact is not.
    pub of_quorum: bool,
    /// The last one by (SEQUENCE, DTSTAMP).
    pub answer: Option<Answer>,
    /// The person who entered it, where it did not come by calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered_by: Option<Key>,
    /// The sequence at which this person was asked again: no answer had come, or one to an old time.
    pub asked_again_at: Option<u32>,
    /// When the invitation was last sent again on request.
    pub sent_again_at: Option<DateTime<Utc>>,
}

/// A review meeting stands in calendars as two entries: the SSC does not see the User, and the User not the members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Chair and members.
    Ssc,
    /// The User and its User CIO.
    User,
}

impl Part {
    pub const ALL: [Self; 2] = [Self::Ssc, Self::User];

    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Ssc => "the SSC",
            Self::User => "the User",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub partstat: PartStat,
    pub sequence: u32,
    pub dtstamp: DateTime<Utc>,
    /// The time that it answered, where that is known.
    pub time: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// How an invited person stands to the current time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Attendance {
    Accepted,
    Tentative,
    Declined,
    /// Somebody else may come; that counts for nobody (INTEROP.md 2).
    Delegated,
    /// Which does not say that the invitation was seen.
    NoAnswer,
    AnsweredOldTime,
}

/// What all copies of an invitation say alike.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    pub summary: &'a str,
    pub description: &'a str,
    pub location: Option<&'a str>,
    pub url: Option<&'a Link>,
}

impl Meeting {
    #[must_use]
    pub fn attendance(&self, invitee: &Invitee) -> Attendance {
        let Some(answer) = invitee.answer else { return Attendance::NoAnswer };
        match answer.partstat {
            PartStat::NeedsAction => Attendance::NoAnswer,
            _ if answer.time != Some((self.start, self.end)) => Attendance::AnsweredOldTime,
            PartStat::Accepted => Attendance::Accepted,
            PartStat::Tentative => Attendance::Tentative,
            PartStat::Declined => Attendance::Declined,
            PartStat::Delegated => Attendance::Delegated,
        }
    }

    /// How many of the invited stand so.
    #[must_use]
    pub fn n(&self, attendance: Attendance) -> usize {
        self.invitees.iter().filter(|invitee| self.attendance(invitee) == attendance).count()
    }

    /// Have as many as are needed, of those whom the quorum counts, accepted this time?
    #[must_use]
    pub fn has_quorum(&self, needed: usize) -> bool {
        let comes =
            |invitee: &&Invitee| invitee.of_quorum && self.attendance(invitee) == Attendance::Accepted;
        self.status != Status::Cancelled && self.invitees.iter().filter(comes).count() >= needed
    }

    /// Who has this address, as invited or as another of theirs.
    #[must_use]
    pub fn invitee(&self, address: &Address) -> Option<&Invitee> {
        self.invitees.iter().find(|invitee| invitee.has(address))
    }

    /// At another time: everybody is asked anew, and earlier answers are kept as answers to the old time. The same
    /// time is no change.
    #[must_use]
    pub fn moved(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        if (start, end) == (self.start, self.end) {
            return self.clone();
        }
        let sequence = self.sequence.saturating_add(1);
        Self { sequence, timed_at_sequence: sequence, start, end, ..self.clone() }
    }

    /// At another place: an answer to its time still counts.
    #[must_use]
    pub fn changed(&self) -> Self {
        Self { sequence: self.sequence.saturating_add(1), ..self.clone() }
    }

    /// It does not take place; its time stays the last one (INTEROP.md 1).
    #[must_use]
    pub fn cancelled(&self) -> Self {
        if self.status == Status::Cancelled {
            return self.clone();
        }
        Self { sequence: self.sequence.saturating_add(1), status: Status::Cancelled, ..self.clone() }
    }

    /// Keeps the answer of whoever was invited at this address.
    pub fn keep(&mut self, address: &Address, answer: Answer, entered_by: Option<&Key>) {
        for invitee in self.invitees.iter_mut().filter(|invitee| invitee.named.address.same(address)) {
            invitee.answer = Some(answer);
            invitee.entered_by = entered_by.cloned();
        }
    }

    /// Whoever was invited at this address was asked again for the current time.
    pub fn ask_again(&mut self, address: &Address) {
        let sequence = self.timed_at_sequence;
        for invitee in self.invitees.iter_mut().filter(|invitee| invitee.named.address.same(address)) {
            invitee.asked_again_at = Some(sequence);
        }
    }

    /// Whoever was invited at this address got the invitation again on request.
    pub fn send_again(&mut self, address: &Address, at: DateTime<Utc>) {
        for invitee in self.invitees.iter_mut().filter(|invitee| invitee.named.address.same(address)) {
            invitee.sent_again_at = Some(at);
        }
    }

    /// Without this person: the cancellation for them alone and the next request to the others have one sequence.
    #[must_use]
    pub fn without(&self, address: &Address) -> Self {
        let mut meeting = self.clone();
        meeting.invitees.retain(|invitee| !invitee.has(address));
        if meeting.invitees.len() < self.invitees.len() {
            meeting.sequence = self.sequence.saturating_add(1);
        }
        meeting
    }

    /// About to be sent: programs take a DTSTAMP that is not newer for a mail that they have seen.
    #[must_use]
    pub fn stamped(&self, now: DateTime<Utc>) -> Self {
        let now = now.with_nanosecond(0).unwrap_or(now);
        let after = self.dtstamp.map(|last| last + TimeDelta::seconds(1));
        Self { dtstamp: Some(after.map_or(now, |after| after.max(now))), ..self.clone() }
    }

    /// What goes to each of the invited, who answer to `organizer`; none before the first [`Meeting::stamped`].
    #[must_use]
    pub fn invitation(&self, words: Words<'_>, organizer: &Named) -> Option<Invitation> {
        let attendees = self.invitees.iter().map(|invitee| Attendee {
            named: invitee.named.clone(),
            partstat: match self.attendance(invitee) {
                Attendance::Accepted => PartStat::Accepted,
                Attendance::Tentative => PartStat::Tentative,
                Attendance::Declined => PartStat::Declined,
                Attendance::Delegated => PartStat::Delegated,
                Attendance::NoAnswer | Attendance::AnsweredOldTime => PartStat::NeedsAction,
            },
        });
        Some(Invitation {
            uid: self.uid.clone(),
            sequence: self.sequence,
            dtstamp: self.dtstamp?,
            when: When::Time { start: self.start, end: self.end },
            summary: words.summary.into(),
            description: words.description.into(),
            location: words.location.map(Into::into),
            url: words.url.cloned(),
            organizer: organizer.clone(),
            attendees: attendees.collect(),
            status: self.status,
            asks_answer: true,
        })
    }
}

impl Invitee {
    #[must_use]
    pub fn has(&self, address: &Address) -> bool {
        self.named.address.same(address) || self.also.iter().any(|other| other.same(address))
    }
}
