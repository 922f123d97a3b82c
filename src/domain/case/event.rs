//! The facts of a case, kept for ever: past tense, what we can vouch for. In: a fact; out: its JSON, and back from
//! every form it ever had.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Corrupt;
use super::reference::Reference;
use super::timeliness::Timeliness;
use crate::domain::directory::Standing;
use crate::domain::id::{Address, InboxId, Key, LetterId};
use crate::domain::message::{Attachment, Classification, Sender};
use crate::domain::notification::{Fields, Notification};

/// The form of event bodies that this program writes. An older one is upcast in [`Event::decode`].
pub const SCHEMA: i64 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The case and its reference begin here, whatever the verdict on the sender.
    CaseLogged(Box<Logged>),
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
    /// The other side took responsibility for it.
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
    /// An acknowledgement was accepted for delivery.
    Acknowledged {
        letter: LetterId,
    },
    /// A deadline that the User owns, as told in `letter`.
    InformationRequested {
        missing: Vec<String>,
        due_on: NaiveDate,
        due_at: DateTime<Utc>,
        why: String,
        letter: LetterId,
    },
    /// A later mail filled gaps or changed what was stated.
    InformationSupplied {
        mail: Mail,
        fields: Box<Fields>,
        changed: Vec<String>,
        missing: Vec<String>,
        /// A classification only rises by itself (DOMAIN.md 6).
        classification: Classification,
    },
    /// 17:00 on the due Working Day passed with gaps left.
    InformationOverdue {
        due_at: DateTime<Utc>,
    },
    /// A mail that speaks to this case and changes nothing in it.
    MailFiled {
        mail: Mail,
        why: String,
    },
    /// A mail that a person must answer, or with which a colleague answers by hand: then automatic letters wait until
    /// somebody says that it is done.
    PersonAnswering {
        mail: Mail,
        why: String,
        #[serde(default)]
        by_colleague: bool,
    },
    AnsweringEnded {
        reason: String,
    },
    /// *On hold*: automatic letters wait, whatever they are about.
    PutOnHold {
        reason: String,
    },
    Resumed {
        reason: String,
    },
    PutBeforeSsc {
        meeting_on: NaiveDate,
        why: String,
    },
    /// On the Chair's word: at a meeting of its choice, whatever the cut-off of papers, or with none out of cycle.
    Tabled {
        meeting_on: Option<NaiveDate>,
        /// The day by whose end it is considered, or goes before a meeting again.
        until: NaiveDate,
        reason: String,
    },
    Withdrawn {
        reason: String,
    },
    Superseded {
        by: Reference,
        reason: String,
    },
    Reopened {
        reason: String,
    },
    /// A step that may not be taken yet.
    StepDeferred {
        step: String,
        reason: String,
        until: DateTime<Utc>,
    },
}

/// What was known when the case was logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logged {
    pub reference: Reference,
    pub channel: Channel,
    /// Receipt by our own server: the notice time.
    pub received_at: DateTime<Utc>,
    /// The mail; none where a person opened the case for what did not come by mail.
    pub mail: Option<Mail>,
    /// The User of the directory, where the notification names one, and how we know.
    pub user: Option<Key>,
    pub user_because: String,
    pub notification: Notification,
    pub classification: Classification,
    pub attachments: Vec<Attachment>,
    pub timeliness: Timeliness,
    pub meeting_on: Option<NaiveDate>,
    pub meeting_why: String,
    pub possibly_same_as: Vec<Reference>,
    /// An earlier case of the same thread.
    pub related_to: Option<Reference>,
}

/// How the notice came (DOMAIN.md 8, trap 24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    Email,
    Telephone,
    Letter,
    SecureForm,
}

/// A mail as evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    pub inbox: InboxId,
    pub received_at: DateTime<Utc>,
    /// Lower-case hex of the raw bytes' SHA-256.
    pub sha256: String,
    pub message_id: Option<String>,
    pub sender: Sender,
    pub standing: Standing,
}

/// An event without its body, for [`next`](super::stage::next).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    CaseLogged,
    LetterMade,
    LetterReleased,
    LetterSuperseded,
    LetterDiscarded,
    LetterAccepted,
    LetterFailed,
    LetterBounced,
    Acknowledged,
    InformationRequested,
    InformationSupplied,
    InformationOverdue,
    MailFiled,
    PersonAnswering,
    AnsweringEnded,
    PutOnHold,
    Resumed,
    PutBeforeSsc,
    Tabled,
    Withdrawn,
    Superseded,
    Reopened,
    StepDeferred,
}

impl Kind {
    pub const ALL: [Self; 23] = [
        Self::CaseLogged,
        Self::LetterMade,
        Self::LetterReleased,
        Self::LetterSuperseded,
        Self::LetterDiscarded,
        Self::LetterAccepted,
        Self::LetterFailed,
        Self::LetterBounced,
        Self::Acknowledged,
        Self::InformationRequested,
        Self::InformationSupplied,
        Self::InformationOverdue,
        Self::MailFiled,
        Self::PersonAnswering,
        Self::AnsweringEnded,
        Self::PutOnHold,
        Self::Resumed,
        Self::PutBeforeSsc,
        Self::Tabled,
        Self::Withdrawn,
        Self::Superseded,
        Self::Reopened,
        Self::StepDeferred,
    ];
}

impl Event {
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::CaseLogged(_) => Kind::CaseLogged,
            Self::LetterMade { .. } => Kind::LetterMade,
            Self::LetterReleased { .. } => Kind::LetterReleased,
            Self::LetterSuperseded { .. } => Kind::LetterSuperseded,
            Self::LetterDiscarded { .. } => Kind::LetterDiscarded,
            Self::LetterAccepted { .. } => Kind::LetterAccepted,
            Self::LetterFailed { .. } => Kind::LetterFailed,
            Self::LetterBounced { .. } => Kind::LetterBounced,
            Self::Acknowledged { .. } => Kind::Acknowledged,
            Self::InformationRequested { .. } => Kind::InformationRequested,
            Self::InformationSupplied { .. } => Kind::InformationSupplied,
            Self::InformationOverdue { .. } => Kind::InformationOverdue,
            Self::MailFiled { .. } => Kind::MailFiled,
            Self::PersonAnswering { .. } => Kind::PersonAnswering,
            Self::AnsweringEnded { .. } => Kind::AnsweringEnded,
            Self::PutOnHold { .. } => Kind::PutOnHold,
            Self::Resumed { .. } => Kind::Resumed,
            Self::PutBeforeSsc { .. } => Kind::PutBeforeSsc,
            Self::Tabled { .. } => Kind::Tabled,
            Self::Withdrawn { .. } => Kind::Withdrawn,
            Self::Superseded { .. } => Kind::Superseded,
            Self::Reopened { .. } => Kind::Reopened,
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
            return Err(Corrupt {
                what: format!(
                    "an event of schema {schema}, newer than this program's {SCHEMA}: run a newer sscd"
                ),
            });
        }
        serde_json::from_slice(body).map_err(|error| Corrupt {
            what: format!("an event of schema {schema} that does not read: {error}"),
        })
    }
}
