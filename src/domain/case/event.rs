//! The facts of a case, kept for ever: past tense, what we can vouch for. In: a fact; out: its JSON, and back from
//! every form it ever had.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Corrupt;
use super::ladder::{Ground, Level};
use super::meet::Change;
use super::owed::Owed;
use super::reference::Reference;
use super::ruling::Ruling;
use super::timeliness::Timeliness;
use crate::domain::directory::Standing;
use crate::domain::id::{Address, InboxId, Key, LetterId};
use crate::domain::meeting::Part;
use crate::domain::message::{Attachment, Classification, Problem, Sender};
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
    /// It was queued: `recipients` do not get it any more. To those in `under_way` it was leaving at that moment.
    LetterCalledBack {
        letter: LetterId,
        recipients: Vec<Address>,
        under_way: Vec<Address>,
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
        /// The day that the User was told before, where this one takes its place.
        #[serde(default)]
        instead_of: Option<NaiveDate>,
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
    /// A better reader (`reader`) read a mail of the case again: what the User said is the same, what we know of it is not.
    ReadAgain {
        inbox: InboxId,
        reader: String,
        fields: Box<Fields>,
        changed: Vec<String>,
        /// Fields that the mail does not state after all.
        unread: Vec<String>,
        missing: Vec<String>,
        problems: Vec<Problem>,
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
    /// The User would rather the SSC were not informed, and a person decided that it is.
    ObjectionReleased {
        reason: String,
    },
    /// The Chair was asked for a decision by the day `before`; `person` may answer, once.
    DecisionRequested {
        letter: LetterId,
        person: Option<Key>,
        before: NaiveDate,
    },
    /// The SSC decided, as a named person entered it or answered itself.
    Decided {
        ruling: Box<Ruling>,
    },
    /// A time for an ad-hoc review, within the bounds of DOMAIN.md 4: people agree it, or another.
    ReviewProposed {
        start_at: DateTime<Utc>,
        end_at: DateTime<Utc>,
        why: String,
        #[serde(default)]
        place: Option<String>,
    },
    /// Of the review meeting, or of the part that one side has in it.
    Meeting {
        part: Part,
        #[serde(flatten)]
        change: Box<Change>,
    },
    /// Booked: the first day of a review or its fieldwork.
    ReviewScheduled {
        on: NaiveDate,
        reason: String,
    },
    /// The last day of a review or its fieldwork.
    ReviewHeld {
        on: NaiveDate,
        reason: String,
        /// Names of who was there, where that was a meeting.
        #[serde(default)]
        present: Vec<String>,
    },
    ReportReceived {
        on: NaiveDate,
        reason: String,
    },
    /// The SSC set a day for the User Security Assessment Response (SEC G8.24).
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
    /// A person says that what the SSC asked for has come.
    InformationReceived {
        on: NaiveDate,
        reason: String,
    },
    /// A deadline that the User owns, as told in `letter`, which a person released.
    DeadlineSet {
        of: Owed,
        due_on: NaiveDate,
        due_at: DateTime<Utc>,
        why: String,
        letter: LetterId,
    },
    /// 17:00 on the due day passed, and it has not come.
    DeadlinePassed {
        of: Owed,
        due_at: DateTime<Utc>,
    },
    /// The User was asked whether its start is as stated: before that day, or after it.
    StartAsked {
        start_on: NaiveDate,
        has_passed: bool,
        letter: LetterId,
    },
    /// SECAS or the Chair was told, for the `n`th time since the status, that it waits for somebody here.
    OfficeReminded {
        n: u32,
        letter: LetterId,
        why: String,
    },
    /// A step of the ladder was taken: by itself up to E3, by a named person with a minute from E4 on.
    Escalated {
        level: Level,
        ground: Ground,
        letter: Option<LetterId>,
        minute: Option<String>,
        /// Of the Panel, to which it is referred.
        meeting_on: Option<NaiveDate>,
        reason: String,
    },
    Deescalated {
        reason: String,
    },
    Closed {
        reason: String,
    },
    Stayed {
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

impl Event {
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
