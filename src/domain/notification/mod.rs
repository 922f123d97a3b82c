//! What a mail claims about a second or subsequent User System, field by field, each with where it was read
//! (DOMAIN.md 2). In: a [`Message`](super::message::Message); out: a [`Reading`]. Nothing is guessed silently.

mod again;
#[cfg(test)]
mod any_tests;
mod decision;
mod field_name;
mod fill;
pub mod form;
mod gather;
pub mod labels;
mod missing;
mod own;
mod pair;
mod prose;
mod robot;
mod settle;
mod shown;
mod stretch;
mod subject_matter;
mod table;
#[cfg(test)]
mod tests;
mod thread;
mod together;
mod triage;
mod users;
pub mod values;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::calendar::Reply;
use super::id::Key;
use super::message::{Attachment, Classification, Problem, Sender, Sign};

pub use again::{Better, Difference, differences};
pub use decision::Stated;
pub use field_name::FieldName;
pub use fill::enter;
pub use gather::notifications;
pub use labels::{label_of, missing_line};
pub use own::{lines, own_text};
pub use shown::Shown;
pub use thread::references;
pub use triage::read_notification;

/// A value and how we came to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field<T> {
    pub value: T,
    #[serde(flatten)]
    pub source: Source,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Source {
    /// `words` stand verbatim in text part `part` from line `line` (1 is the first) on.
    Mail {
        part: u32,
        line: u32,
        words: String,
        /// The attached document that the part was read from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<String>,
        /// It was read in its writer's own words, not behind a label.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_prose: bool,
    },
    Person {
        entered_by: Key,
    },
    Derived {},
}

/// One User's one system, as notified. A field that the mail did not state is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_party_name: Option<Field<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party_id: Option<Field<String>>,
    /// Names from the configured list of User Roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_roles: Option<Field<BTreeSet<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Field<Contact>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_ordinal: Option<Field<Ordinal>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_label: Option<Field<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employment_stage: Option<Field<EmploymentStage>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intended_start: Option<Field<StatedDate>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual_start: Option<Field<StatedDate>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_not_notified_before: Option<Field<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidentiality_objection: Option<Field<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disclosure_withheld: Option<Field<Withheld>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_arrangement: Option<Field<IdArrangement>>,
    /// EUI-64, upper case, octets separated by hyphens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_ids: Option<Field<Vec<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture_provided: Option<Field<ArchitectureProvided>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provision: Option<Field<Provision>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub srp_name: Option<Field<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previously_assessed: Option<Field<PreviouslyAssessed>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_segment: Option<Field<CustomerSegment>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Field<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separated_from_first: Option<Field<YesNoUnknown>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meter_count_expected: Option<Field<MeterCount>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub name: Option<String>,
    /// As written: a claim, never written to because of this field alone.
    pub email: Option<String>,
    pub telephone: Option<String>,
}

/// Which User System it is for the User: 2 for the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Ordinal {
    Exactly(u32),
    /// "additional", "further": some later one.
    AtLeast {
        at_least: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmploymentStage {
    Intending,
    Procuring,
    Developing,
    Testing,
    AlreadyInUse,
}

/// A date as precisely as it was stated; `date` is the first day of the period (Europe/London).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedDate {
    pub date: NaiveDate,
    pub precision: Precision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    pub items: BTreeSet<WithheldItem>,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WithheldItem {
    Ids,
    Architecture,
    Srp,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdArrangement {
    SingleExisting,
    SingleNew,
    Multiple,
    Undecided,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArchitectureProvided {
    Attached,
    ViaSecureForm,
    ToFollow,
    Withheld,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Provision {
    InHouse,
    SharedResourceProvider,
    OtherThirdParty,
    Undecided,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum YesNoUnknown {
    Yes,
    No,
    Unknown,
}

/// The sender's claim that the system was assessed before; "claimed, not confirmed".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviouslyAssessed {
    pub answer: YesNoUnknown,
    pub date: Option<StatedDate>,
    pub reference: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CustomerSegment {
    Domestic,
    NonDomestic,
    Both,
    NotSupplier,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterCount {
    pub domestic: Option<u64>,
    pub non_domestic: Option<u64>,
}

/// One notification: what is stated, what is missing, what was withheld, what could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    pub fields: Fields,
    /// Names of required fields that are neither stated nor withheld, in the order of DOMAIN.md 2.
    pub missing: Vec<String>,
    /// The words of `disclosure_withheld`.
    pub withheld: Vec<WithheldItem>,
    pub problems: Vec<Problem>,
    /// Whom the mail within that it was read from names as its sender. Nobody vouches for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_sender: Option<String>,
}

impl Notification {
    /// What these fields make, with what they leave open and what they withhold.
    #[must_use]
    pub fn of(fields: Fields, problems: Vec<Problem>) -> Self {
        let withheld =
            fields.disclosure_withheld.as_ref().map(|field| field.value.items.iter().copied().collect());
        let withheld = withheld.unwrap_or_default();
        Self { missing: fields.missing(), withheld, fields, problems, claimed_sender: None }
    }
}

/// What a mail is, from the mail alone: never from the directory or the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Notification,
    NotANotification,
    Uncertain,
    AutoReply,
    Bounce,
    CalendarReply,
    Decision,
    FollowUp,
}

/// Everything that one mail says, ready to be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub kind: Kind,
    /// Why it is that kind, in sentences a person understands.
    pub reasons: Vec<String>,
    pub sender: Sender,
    /// The higher of the sender's mark and the configured floor (DOMAIN.md 2, classification).
    pub classification: Classification,
    pub subject: String,
    pub message_id: Option<String>,
    pub thread: Vec<String>,
    pub tags: Vec<String>,
    /// Case references (`SUS-2026-0001`) that stand in the subject.
    pub references: Vec<String>,
    pub signs: Vec<Sign>,
    pub bounce: Option<super::message::Bounce>,
    /// What a calendar answers to our invitations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Reply>,
    /// A decision of the SSC, in the form that the request for it gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Stated>,
    pub attachments: Vec<Attachment>,
    /// For a notification one or more; for a follow-up the gaps that it fills.
    pub notifications: Vec<Notification>,
    /// Lower-case hex of [`Message::content_key`](super::message::Message::content_key).
    pub content_key: String,
    /// Problems of the mail as a whole.
    pub problems: Vec<Problem>,
}
