//! The facts of a review, kept for ever. In: a fact; out: its JSON, and back from every form it ever had.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::ReviewId;
use super::wait::Step;
use crate::domain::case::{Corrupt, SCHEMA};
use crate::domain::directory::AssessmentKind;
use crate::domain::id::{Address, InboxId, Key, LetterId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It is known when it is due. `past` are the steps that lay before that was known.
    ReviewOpened {
        id: ReviewId,
        user: Key,
        anchor_on: NaiveDate,
        due_on: NaiveDate,
        due_why: String,
        kind: Option<AssessmentKind>,
        kind_why: String,
        cycle_year: u8,
        past: Vec<Step>,
    },
    /// A person said of which kind it is.
    KindConfirmed {
        kind: AssessmentKind,
        reason: String,
    },
    DateMoved {
        from: NaiveDate,
        to: NaiveDate,
        reason: String,
        past: Vec<Step>,
    },
    /// The first day of its fieldwork.
    Booked {
        on: NaiveDate,
        reason: String,
    },
    /// The last day of its fieldwork: the next year counts from it.
    FieldworkEnded {
        on: NaiveDate,
        reason: String,
    },
    ReportReceived {
        on: NaiveDate,
        reason: String,
    },
    FindingRecorded {
        on: NaiveDate,
        text: String,
    },
    ResponseRequested {
        due_on: NaiveDate,
        reason: String,
    },
    ResponseReceived {
        on: NaiveDate,
        reason: String,
    },
    RemediationBegun {
        on: NaiveDate,
        reason: String,
    },
    Completed {
        on: NaiveDate,
        reason: String,
    },
    Dropped {
        reason: String,
    },
    /// A step was taken: a letter left, or the members are to hear of it in their next mail. Skipped where a later one is
    /// taken at once.
    StepTaken {
        step: Step,
        letter: Option<LetterId>,
        is_late: bool,
        is_skipped: bool,
    },
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
    LetterDiscarded {
        letter: LetterId,
        reason: String,
    },
    LetterAccepted {
        letter: LetterId,
        recipient: Address,
        answer: String,
    },
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
    StepDeferred {
        step: String,
        reason: String,
        until: DateTime<Utc>,
    },
}

/// An event without its body; its name is the journal's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    ReviewOpened,
    KindConfirmed,
    DateMoved,
    Booked,
    FieldworkEnded,
    ReportReceived,
    FindingRecorded,
    ResponseRequested,
    ResponseReceived,
    RemediationBegun,
    Completed,
    Dropped,
    StepTaken,
    LetterMade,
    LetterReleased,
    LetterDiscarded,
    LetterAccepted,
    LetterFailed,
    LetterBounced,
    StepDeferred,
}

impl Kind {
    pub const ALL: [Self; 20] = [
        Self::ReviewOpened,
        Self::KindConfirmed,
        Self::DateMoved,
        Self::Booked,
        Self::FieldworkEnded,
        Self::ReportReceived,
        Self::FindingRecorded,
        Self::ResponseRequested,
        Self::ResponseReceived,
        Self::RemediationBegun,
        Self::Completed,
        Self::Dropped,
        Self::StepTaken,
        Self::LetterMade,
        Self::LetterReleased,
        Self::LetterDiscarded,
        Self::LetterAccepted,
        Self::LetterFailed,
        Self::LetterBounced,
        Self::StepDeferred,
    ];
}

/// As the journal names it.
impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Event {
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::ReviewOpened { .. } => Kind::ReviewOpened,
            Self::KindConfirmed { .. } => Kind::KindConfirmed,
            Self::DateMoved { .. } => Kind::DateMoved,
            Self::Booked { .. } => Kind::Booked,
            Self::FieldworkEnded { .. } => Kind::FieldworkEnded,
            Self::ReportReceived { .. } => Kind::ReportReceived,
            Self::FindingRecorded { .. } => Kind::FindingRecorded,
            Self::ResponseRequested { .. } => Kind::ResponseRequested,
            Self::ResponseReceived { .. } => Kind::ResponseReceived,
            Self::RemediationBegun { .. } => Kind::RemediationBegun,
            Self::Completed { .. } => Kind::Completed,
            Self::Dropped { .. } => Kind::Dropped,
            Self::StepTaken { .. } => Kind::StepTaken,
            Self::LetterMade { .. } => Kind::LetterMade,
            Self::LetterReleased { .. } => Kind::LetterReleased,
            Self::LetterDiscarded { .. } => Kind::LetterDiscarded,
            Self::LetterAccepted { .. } => Kind::LetterAccepted,
            Self::LetterFailed { .. } => Kind::LetterFailed,
            Self::LetterBounced { .. } => Kind::LetterBounced,
            Self::StepDeferred { .. } => Kind::StepDeferred,
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
            what: format!("an event of schema {schema} of a review that does not read: {error}"),
        })
    }
}
