//! What happens to a review meeting, as facts. In: a change; out: its JSON, under the event that carries it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::AttendanceStep;
use crate::domain::calendar::Uid;
use crate::domain::id::{Address, InboxId, Key, LetterId};
use crate::domain::meeting::{Answer, Invitee};

/// Where something is sent, `dtstamp` is that of the sending (RFC 5545 3.8.7.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A person released the invitations.
    Called {
        nth: u32,
        uid: Uid,
        start_at: DateTime<Utc>,
        end_at: DateTime<Utc>,
        place: Option<String>,
        invitees: Vec<Invitee>,
        dtstamp: DateTime<Utc>,
    },
    /// To another time, or at the same one to another place.
    Moved {
        start_at: DateTime<Utc>,
        end_at: DateTime<Utc>,
        place: Option<String>,
        dtstamp: DateTime<Utc>,
        reason: String,
    },
    Cancelled {
        dtstamp: DateTime<Utc>,
        reason: String,
    },
    AttendeeAdded {
        invitee: Invitee,
        dtstamp: DateTime<Utc>,
        reason: String,
    },
    AttendeeRemoved {
        address: Address,
        dtstamp: DateTime<Utc>,
        reason: String,
    },
    /// The invitation as it is went to some of the invited again.
    InvitationRepeated {
        to: Vec<Address>,
        because: Again,
        dtstamp: DateTime<Utc>,
    },
    Answered {
        invitee: Address,
        answer: Answer,
        /// It answers a time at which the meeting is not any more.
        of_old_time: bool,
        inbox: InboxId,
    },
    /// A person entered an answer that did not come by calendar.
    AnswerEntered {
        invitee: Address,
        answer: Answer,
        entered_by: Key,
        reason: String,
    },
    /// COUNTER (RFC 5546 3.2.7): a person decides.
    TimeProposed {
        by: Address,
        start_at: Option<DateTime<Utc>>,
        end_at: Option<DateTime<Utc>>,
        comment: Option<String>,
        inbox: InboxId,
        letter: LetterId,
    },
    ProposalDeclined {
        by: Address,
        dtstamp: DateTime<Utc>,
        reason: String,
    },
    /// Who comes was looked at, ahead of the meeting; SECAS was told where that was needed.
    AttendanceReviewed {
        step: AttendanceStep,
        sequence: u32,
        n_accepted: usize,
        quorum: u32,
        letter: Option<LetterId>,
    },
    /// SECAS was told of people who came into office, left it or have an interest since they were invited.
    RosterDiffers {
        what: Vec<String>,
        letter: LetterId,
    },
}

/// Why an invitation is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    NoAnswer,
    OldTime,
    /// REFRESH (RFC 5546 3.2.6).
    OnRequest,
    /// Somebody else is not invited any more.
    AttendeesChanged,
}

/// A change without its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    Called,
    Moved,
    Cancelled,
    AttendeeAdded,
    AttendeeRemoved,
    InvitationRepeated,
    Answered,
    AnswerEntered,
    TimeProposed,
    ProposalDeclined,
    AttendanceReviewed,
    RosterDiffers,
}

impl Change {
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        match self {
            Self::Called { .. } => ChangeKind::Called,
            Self::Moved { .. } => ChangeKind::Moved,
            Self::Cancelled { .. } => ChangeKind::Cancelled,
            Self::AttendeeAdded { .. } => ChangeKind::AttendeeAdded,
            Self::AttendeeRemoved { .. } => ChangeKind::AttendeeRemoved,
            Self::InvitationRepeated { .. } => ChangeKind::InvitationRepeated,
            Self::Answered { .. } => ChangeKind::Answered,
            Self::AnswerEntered { .. } => ChangeKind::AnswerEntered,
            Self::TimeProposed { .. } => ChangeKind::TimeProposed,
            Self::ProposalDeclined { .. } => ChangeKind::ProposalDeclined,
            Self::AttendanceReviewed { .. } => ChangeKind::AttendanceReviewed,
            Self::RosterDiffers { .. } => ChangeKind::RosterDiffers,
        }
    }
}

/// As the journal names it.
impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Called => "MeetingCalled",
            Self::Moved => "MeetingMoved",
            Self::Cancelled => "MeetingCancelled",
            Self::AttendeeAdded => "AttendeeAdded",
            Self::AttendeeRemoved => "AttendeeRemoved",
            Self::InvitationRepeated => "InvitationRepeated",
            Self::Answered => "AttendeeAnswered",
            Self::AnswerEntered => "AnswerEntered",
            Self::TimeProposed => "TimeProposed",
            Self::ProposalDeclined => "ProposalDeclined",
            Self::AttendanceReviewed => "AttendanceReviewed",
            Self::RosterDiffers => "RosterDiffers",
        })
    }
}
