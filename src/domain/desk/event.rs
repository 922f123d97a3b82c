//! The facts of the Desk, kept for ever: what people did about mail that is none of ours, what they changed in the files
//! that the office goes by, and what was written to more than one subject's readers. In: a fact; out: its JSON.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::due_date::DueDateNotice;
use crate::domain::case::{Corrupt, Reference, SCHEMA, WaitKind};
use crate::domain::change::Change;
use crate::domain::id::{Address, InboxId, Key, LetterId};
use crate::domain::review::ReviewId;
use crate::domain::workday::london;

/// A fact about the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A person decided that a mail is no notification.
    MailDismissed {
        inbox: InboxId,
        reason: String,
    },
    /// A person had a stored mail read by a better reader (`reader`), and its new reading stands in place of the old one.
    MailReadAgain {
        inbox: InboxId,
        reader: String,
        /// What is read otherwise, as `intended_start` or `2.intended_start`.
        changed: Vec<String>,
        /// Why a case took nothing over, where one did not.
        not_taken: Vec<String>,
    },
    /// A person took a delivery up again that had failed.
    DeliveryRetried {
        letter: LetterId,
        delivery: i64,
        reason: String,
    },
    /// A person decided that a letter which somebody did not get is not sent again.
    DeliveryGivenUp {
        letter: LetterId,
        reason: String,
    },
    /// A person put a backup in place of the record: all that stands before this came with it, `n_events` that end with
    /// the hash `head`.
    RecordRestored {
        n_events: i64,
        head: String,
    },
    /// Another World came into force, from one SHA-256 to the other. `changes` is empty where the daemon did not run
    /// when the files were edited: only the hash of what was in force is kept.
    WorldChanged {
        from: String,
        to: String,
        changes: Vec<Change>,
    },
    /// What some of the cases wait for moved with that World.
    CasesMoved {
        world: String,
        moves: Vec<Move>,
    },
    /// From here on the Desk writes by itself.
    DeskOpened,
    /// A letter was sealed and queued, or drafted and held because of `held`.
    LetterMade {
        letter: LetterId,
        kind: String,
        message_id: String,
        to: Vec<Address>,
        held: Option<String>,
    },
    LetterReleased {
        letter: LetterId,
        to: Vec<Address>,
    },
    /// Released on other facts than it was drafted on: a new draft stands in its place.
    LetterSuperseded {
        letter: LetterId,
        by: LetterId,
    },
    LetterDiscarded {
        letter: LetterId,
        reason: String,
    },
    LetterAccepted {
        letter: LetterId,
        recipient: Address,
        answer: String,
    },
    /// Refused for good, or not accepted in its time.
    LetterFailed {
        letter: LetterId,
        recipient: Address,
        answer: String,
    },
    LetterBounced {
        letter: LetterId,
        recipient: Address,
        inbox: InboxId,
        status: Option<String>,
        diagnostic: Option<String>,
    },
    /// The digest of everything from `since` to just before `until`. It was due at `due_at`.
    DigestMade {
        n: u32,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
        due_at: DateTime<Utc>,
        letter: LetterId,
    },
    /// The Chair was told of new cases, of all that were logged just before `until`, but for those told `later`: they
    /// are not before the SSC yet, under objection, or one too many for one letter.
    ChairTold {
        until: DateTime<Utc>,
        cases: Vec<Reference>,
        later: Vec<Reference>,
        letter: Option<LetterId>,
    },
    /// The papers of a meeting were issued, or more were after that.
    PapersIssued {
        meeting_on: NaiveDate,
        agenda: Option<LetterId>,
        notices: Vec<Notice>,
    },
    /// Each member was told of the annual reviews that came near until then.
    MembersReminded {
        until: DateTime<Utc>,
        notices: Vec<ReviewNotice>,
    },
    /// Due dates went into members' calendars, moved there or were taken out; `n_later` wait for another morning.
    DueDatesSent {
        notices: Vec<DueDateNotice>,
        n_later: usize,
    },
    ChairBriefed {
        meeting_on: NaiveDate,
        letter: Option<LetterId>,
    },
    /// What is to be done once each Working Day was done.
    MorningDone {
        on: NaiveDate,
    },
    /// A step that may not be taken yet.
    StepDeferred {
        step: String,
        reason: String,
        until: DateTime<Utc>,
    },
}

/// Which cases of a meeting a member was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub person: Key,
    pub letter: LetterId,
    pub cases: Vec<Reference>,
}

/// Of which annual reviews a member was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewNotice {
    pub person: Key,
    pub letter: LetterId,
    pub reviews: Vec<ReviewId>,
}

/// A wait of a case that begins, ends or falls on another instant because the World is another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    pub case: Reference,
    pub wait: String,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |at: Option<DateTime<Utc>>| {
            at.map_or_else(|| "none".into(), |at| london(at).format("%a %-d %b %Y, %H:%M").to_string())
        };
        let what = match WaitKind::named(&self.wait) {
            Some(wait) => wait.title(),
            None => &self.wait,
        };
        write!(f, "{} {what}: {} -> {}", self.case, at(self.from), at(self.to))
    }
}

impl Event {
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::MailDismissed { .. } => "MailDismissed",
            Self::MailReadAgain { .. } => "MailReadAgain",
            Self::DeliveryRetried { .. } => "DeliveryRetried",
            Self::DeliveryGivenUp { .. } => "DeliveryGivenUp",
            Self::RecordRestored { .. } => "RecordRestored",
            Self::WorldChanged { .. } => "WorldChanged",
            Self::CasesMoved { .. } => "CasesMoved",
            Self::DeskOpened => "DeskOpened",
            Self::LetterMade { .. } => "LetterMade",
            Self::LetterReleased { .. } => "LetterReleased",
            Self::LetterSuperseded { .. } => "LetterSuperseded",
            Self::LetterDiscarded { .. } => "LetterDiscarded",
            Self::LetterAccepted { .. } => "LetterAccepted",
            Self::LetterFailed { .. } => "LetterFailed",
            Self::LetterBounced { .. } => "LetterBounced",
            Self::DigestMade { .. } => "DigestMade",
            Self::ChairTold { .. } => "ChairTold",
            Self::PapersIssued { .. } => "PapersIssued",
            Self::MembersReminded { .. } => "MembersReminded",
            Self::DueDatesSent { .. } => "DueDatesSent",
            Self::ChairBriefed { .. } => "ChairBriefed",
            Self::MorningDone { .. } => "MorningDone",
            Self::StepDeferred { .. } => "StepDeferred",
        }
    }

    /// The body as the journal keeps it.
    ///
    /// # Errors
    /// When the value has no JSON form, which would be a defect.
    pub fn encode(&self) -> Result<Vec<u8>, Corrupt> {
        serde_json::to_vec(self)
            .map_err(|error| Corrupt { what: format!("an event that cannot be written: {error}") })
    }

    /// Reads a body of any schema up to [`SCHEMA`].
    ///
    /// # Errors
    /// When the schema is newer than this program or the body is not of it.
    pub fn decode(schema: i64, body: &[u8]) -> Result<Self, Corrupt> {
        if schema > SCHEMA {
            let what =
                format!("an event of schema {schema}, newer than this program's {SCHEMA}: run a newer sscd");
            return Err(Corrupt { what });
        }
        serde_json::from_slice(body).map_err(|error| Corrupt {
            what: format!("an event of schema {schema} of the Desk that does not read: {error}"),
        })
    }
}
