//! What is said around a decision of the SSC: to the Chair before it, to User and User CIO after it, and inside the
//! office. Facts only; the words stand in the templates.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Missing, Stated, Step};
use crate::domain::message::Classification;
use crate::domain::outcome::Outcome;

/// A case for the Chair, on one screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    pub reference: String,
    pub user: String,
    pub received_at: DateTime<Utc>,
    /// What matters for the decision, in the User's words.
    pub understood: Vec<Stated>,
    /// Labels of what is missing.
    pub missing: Vec<String>,
    /// Labels of what was withheld.
    pub withheld: Vec<String>,
    /// What a person should see at once: sentences.
    pub flags: Vec<String>,
    /// The meeting of the SSC that it goes before; none where that is out of cycle or not set.
    pub meeting_on: Option<NaiveDate>,
    pub meeting_why: String,
    pub classification: Classification,
}

/// The Chair is asked for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRequest {
    #[serde(flatten)]
    pub brief: Brief,
    /// What speaks for waiting for the next annual review, and what for an ad-hoc review: sentences.
    pub for_waiting: Vec<String>,
    pub for_review: Vec<String>,
    /// Only where the directory's own record supports it.
    pub suggestion: Option<String>,
    /// Who is excluded, and why.
    pub excluded: Vec<Excluded>,
    /// Stands in the form that the Chair may answer with; good once, and for this person alone.
    pub token: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluded {
    pub name: String,
    /// "of the notifying Party".
    pub because: String,
}

/// A decision of the SSC, for the User or its User CIO.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub reference: String,
    pub user: String,
    pub received_at: DateTime<Utc>,
    pub outcome: Outcome,
    pub decided_on: NaiveDate,
    /// Where the SSC's minutes have it.
    pub minute: String,
    /// The SSC's advice, word for word, with its own line breaks.
    pub advice: Option<String>,
    /// Word for word.
    pub conditions: Vec<String>,
    /// The kind of assessment that is required.
    pub assessment: Option<String>,
    /// The last day, 17:00 Europe/London, for what the outcome asks of the User.
    pub due_on: Option<NaiveDate>,
    /// The meeting to which it was deferred.
    pub meeting_on: Option<NaiveDate>,
    /// The minute of an earlier decision that this one corrects.
    pub corrects: Option<String>,
    pub next: Vec<Step>,
    pub classification: Classification,
}

/// The paper for a meeting of the SSC: who notifies is a pseudonym.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    pub reference: String,
    /// Stands for the User: "User K7QM".
    pub pseudonym: String,
    pub received_at: DateTime<Utc>,
    /// No name of the User, no ID, no architecture.
    pub understood: Vec<Stated>,
    pub missing: Vec<String>,
    pub withheld: Vec<String>,
    pub for_waiting: Vec<String>,
    pub for_review: Vec<String>,
    pub meeting_on: Option<NaiveDate>,
    pub classification: Classification,
}

/// The User is asked to confirm its start, before it or after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartQuestion {
    pub reference: String,
    pub user: String,
    pub received_at: DateTime<Utc>,
    /// In the User's own words; stated back, never compared. None where it is Red.
    pub start_as_stated: Option<String>,
    /// The stated day has come.
    pub has_passed: bool,
    /// Start, provider and stage as they are known.
    pub understood: Vec<Stated>,
    pub next: Vec<Step>,
    pub classification: Classification,
}

/// The SSC set a day for the User Security Assessment Response; a draft until a person releases it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseRequest {
    pub reference: String,
    pub user: String,
    pub received_at: DateTime<Utc>,
    /// The last day, 17:00 Europe/London.
    pub due_on: NaiveDate,
    pub next: Vec<Step>,
    pub classification: Classification,
}

/// A day that the User was told has passed, and what it owes has not reached us: said as a fact, never as a judgement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadlineNote {
    pub reference: String,
    pub user: String,
    pub received_at: DateTime<Utc>,
    /// "what we asked you for".
    pub what: String,
    /// The day of the letter that told the last day.
    pub asked_on: NaiveDate,
    pub due_on: NaiveDate,
    /// To the senior contact, after a first note to the contact.
    pub is_second: bool,
    pub missing: Vec<Missing>,
    pub classification: Classification,
}

/// What a referral rests on, for SECAS: the chronology, the letters with their proof of delivery, the evidence. It assesses
/// nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralPack {
    pub reference: String,
    pub user: String,
    /// The ground is a finding of a review, and not something overdue.
    pub is_finding: bool,
    pub minute: String,
    pub chronology: Vec<Entry>,
    pub letters: Vec<Proof>,
    pub evidence: Vec<Evidence>,
    pub classification: Classification,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub at: DateTime<Utc>,
    pub what: String,
}

/// A letter of ours and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    pub letter: i64,
    pub what: String,
    pub made_at: DateTime<Utc>,
    pub fate: Vec<String>,
}

/// A mail that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub mail: i64,
    pub received_at: DateTime<Utc>,
    /// Lower-case hex of the raw bytes.
    pub sha256: String,
}

/// A note inside the office, to SECAS or the Chair: what waits for a person, since when, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub reference: String,
    pub user: String,
    /// "No invitation to the ad-hoc review was released".
    pub title: String,
    /// Sentences.
    pub lines: Vec<String>,
    pub next: Vec<Step>,
    pub classification: Classification,
}
