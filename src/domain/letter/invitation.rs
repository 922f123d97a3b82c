//! Letters with a calendar in them: an invitation, a cancellation, and that another time is not taken up. Facts only; the
//! words stand in the templates, and [`super::super::calendar`] writes the calendar.

use serde::{Deserialize, Serialize};

use super::{DueDateWhy, Excluded};
use crate::domain::calendar::{self, Scheduling, Whom};
use crate::domain::id::{Address, Key, Named};
use crate::domain::message::Classification;

/// To one of the invited; as a draft, to all of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub reference: String,
    /// In the User's part of a meeting alone.
    pub user: Option<String>,
    pub why: InvitationWhy,
    /// For the Chair: who is left out, and why.
    pub excluded: Vec<Excluded>,
    /// Of a draft for one Alternate: who that is.
    pub alternate: Option<Key>,
    pub calendar: calendar::Invitation,
    pub classification: Classification,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationWhy {
    New,
    Moved,
    /// The time is as it was.
    Place,
    NoAnswer,
    OldTime,
    OnRequest,
    AttendeesChanged,
}

/// A meeting does not take place, or does without this person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    pub reference: String,
    pub whom: Whom,
    pub calendar: calendar::Invitation,
    pub classification: Classification,
}

/// The meeting stays when it is, for whoever proposed another time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalDeclined {
    pub reference: String,
    pub proposer: Address,
    /// A sentence of SECAS.
    pub reason: String,
    pub calendar: calendar::Invitation,
    pub classification: Classification,
}

impl super::Facts {
    /// The calendar that goes with the letter.
    pub(super) fn scheduling(&self) -> Option<Scheduling> {
        Some(match self {
            Self::Invitation(it) | Self::UserInvitation(it) => calendar::request(&it.calendar),
            Self::Cancellation(it) => calendar::cancel(&it.calendar, &it.whom),
            Self::ProposalDeclined(it) => calendar::decline_counter(&it.calendar, &it.proposer, &it.reason),
            Self::DueDate(it) if it.why == DueDateWhy::Withdrawn => {
                calendar::cancel(&it.calendar, &Whom::All)
            }
            Self::DueDate(it) => calendar::request(&it.calendar),
            _ => return None,
        })
    }

    /// From whom such a letter comes: its ORGANIZER, to whom answers go (INTEROP.md 1).
    #[must_use]
    pub fn organizer(&self) -> Option<&Named> {
        match self {
            Self::Invitation(it) | Self::UserInvitation(it) => Some(&it.calendar.organizer),
            Self::Cancellation(it) => Some(&it.calendar.organizer),
            Self::ProposalDeclined(it) => Some(&it.calendar.organizer),
            Self::DueDate(it) => Some(&it.calendar.organizer),
            _ => None,
        }
    }

    /// The same but for the time of sending, which is no fact that a person looks at.
    #[must_use]
    pub fn without_dtstamp(&self) -> Self {
        let mut facts = self.clone();
        if let Self::Invitation(it) | Self::UserInvitation(it) = &mut facts {
            it.calendar.dtstamp = chrono::DateTime::UNIX_EPOCH;
        }
        facts
    }
}
