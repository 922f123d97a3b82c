//! The meeting of an ad-hoc review, from its proposal to the day on which it was held: who is invited, who answered
//! what, and what people change of it. In: a case, answers and requests; out: events and invitations. Invariants: no
//! invitation leaves before a person released it, and nobody is invited who has an interest in the case.

mod again;
mod answered;
mod attendance;
mod book;
mod change;
mod entered;
mod event;
mod invite;
mod refuse;
mod roster;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use attendance::Step as AttendanceStep;
pub(super) use attendance::next_step;
pub use change::{Meet, Who};
pub use event::{Again, Change, ChangeKind};

use super::Case;
use crate::domain::calendar::Status;
use crate::domain::id::{Address, InboxId};
use crate::domain::meeting::{Meeting, Part};

/// An ad-hoc review as a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewMeeting {
    /// Of this case, from 1: another meeting has other UIDs.
    pub nth: u32,
    pub place: Option<String>,
    /// Those to which somebody was invited.
    pub parts: BTreeMap<Part, Meeting>,
    pub called_at: DateTime<Utc>,
    /// The last look at who comes, and of which sequence.
    pub looked: Option<(AttendanceStep, u32)>,
    /// Other times that somebody proposed and nobody has answered.
    pub proposals: Vec<Proposal>,
    /// What SECAS was told of people who came, left or have an interest since.
    pub told: BTreeSet<String>,
}

/// Another time for the meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub part: Part,
    pub by: Address,
    pub start_at: Option<DateTime<Utc>>,
    pub end_at: Option<DateTime<Utc>>,
    pub comment: Option<String>,
    pub inbox: InboxId,
    pub at: DateTime<Utc>,
}

impl ReviewMeeting {
    /// A part that was not cancelled.
    #[must_use]
    pub fn live(&self, part: Part) -> Option<&Meeting> {
        self.parts.get(&part).filter(|meeting| meeting.status != Status::Cancelled)
    }

    /// Somebody is invited to it.
    #[must_use]
    pub fn is_live(&self) -> bool {
        Part::ALL.into_iter().any(|part| self.live(part).is_some())
    }

    /// The part that has this UID.
    #[must_use]
    pub fn part_of(&self, uid: &str) -> Option<(Part, &Meeting)> {
        let mut parts = self.parts.iter();
        parts.find(|(_, meeting)| meeting.uid.as_str() == uid).map(|(part, meeting)| (*part, meeting))
    }
}

impl Case {
    /// Its review meeting, where somebody is invited to one that is ahead.
    #[must_use]
    pub fn meeting_ahead(&self, now: DateTime<Utc>) -> Option<&ReviewMeeting> {
        let is_ahead = |part| {
            self.review.as_ref().and_then(|review| review.live(part)).is_some_and(|live| live.start > now)
        };
        self.review.as_ref().filter(|_| Part::ALL.into_iter().any(is_ahead))
    }
}
