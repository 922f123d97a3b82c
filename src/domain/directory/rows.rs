//! The rows of the directory, as its files have them and as the rest of the program reads them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::id::{Address, Key};

/// A SEC Party that completed User Entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    pub key: Key,
    pub name: String,
    /// Former and trading names, matched like the name.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Party Signifier or organisation number.
    pub party_id: String,
    pub category: PartyCategory,
    pub roles: Vec<String>,
    #[serde(default)]
    pub premises: Premises,
    /// EUI-64, upper case with hyphens.
    #[serde(default)]
    pub user_ids: Vec<String>,
    /// Mail domains registered to this User.
    pub domains: Vec<String>,
    /// Corporate group: Users with the same word belong together.
    #[serde(default)]
    pub group: Option<String>,
    pub contact: Contact,
    pub senior_contact: Contact,
    /// Key of its assessor's contact.
    #[serde(default)]
    pub user_cio: Option<Key>,
    #[serde(default)]
    pub last_assessment: Option<Assessment>,
    pub valid_from: NaiveDate,
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum PartyCategory {
    #[serde(rename = "Large Supplier")]
    LargeSupplier,
    #[serde(rename = "Small Supplier")]
    SmallSupplier,
    #[serde(rename = "Electricity Network")]
    ElectricityNetwork,
    #[serde(rename = "Gas Network")]
    GasNetwork,
    #[serde(rename = "Other SEC Party")]
    OtherSecParty,
}

/// Premises supplied or connected, as last reported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Premises {
    #[serde(default)]
    pub domestic: u64,
    #[serde(default)]
    pub non_domestic: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub name: String,
    pub email: Address,
    #[serde(default)]
    pub telephone: Option<String>,
}

/// A User Security Assessment as recorded (DOMAIN.md 4, annual review).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    pub kind: AssessmentKind,
    pub fieldwork_end: NaiveDate,
    /// 1 to 3: place in the three-year cycle.
    pub cycle_year: u8,
    pub status: String,
    /// `2019` before 27 Feb 2020, `2020` since: "Deferred" changed its meaning (DOMAIN.md 3).
    pub scheme: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AssessmentKind {
    Full,
    Verification,
    #[serde(rename = "Self-Assessment")]
    SelfAssessment,
    #[serde(rename = "Follow-up")]
    FollowUp,
}

impl AssessmentKind {
    /// For people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Full => "Full User Security Assessment",
            Self::Verification => "Verification User Security Assessment",
            Self::SelfAssessment => "User Security Self-Assessment",
            Self::FollowUp => "Follow-up Security Assessment",
        }
    }
}

/// A Shared Resource Provider, or a consultant that writes for Users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    pub key: Key,
    pub name: String,
    #[serde(default)]
    pub aliases: Vec<String>,
    pub kind: ProviderKind,
    pub domains: Vec<String>,
    #[serde(default)]
    pub systems: Vec<ProviderSystem>,
    pub valid_from: NaiveDate,
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    SharedResourceProvider,
    Consultant,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSystem {
    pub name: String,
    #[serde(default)]
    pub assessed_on: Option<NaiveDate>,
    #[serde(default)]
    pub status: Option<String>,
}

/// Somebody who does something here: SSC member, Alternate, Chair, SECAS, User CIO.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub key: Key,
    pub name: String,
    /// The first is written to; all are known as this person's.
    pub emails: Vec<Address>,
    pub role: Role,
    /// What this person may do, beside what the role permits by itself.
    #[serde(default)]
    pub acts: Vec<Act>,
    /// The Party (User or provider key) that this person belongs to: conflicts of interest follow it.
    #[serde(default)]
    pub party: Option<Key>,
    /// Whose Alternate this is.
    #[serde(default)]
    pub alternate_for: Option<Key>,
    /// The operating-system user who may act as this person over the control socket.
    #[serde(default)]
    pub login: Option<String>,
    pub valid_from: NaiveDate,
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    SscChair,
    SscMember,
    SscAlternate,
    Secas,
    UserCio,
}

/// What a person may be permitted to do. Reading needs no permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Accept, dismiss or link a mail; open a case for what did not come by mail.
    Triage,
    /// Release, retry or discard a letter.
    Release,
    /// Enter an SSC decision.
    Decide,
    /// Rebuild, restore, acknowledge an alarm.
    Operate,
}

/// A date on which a body meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meeting {
    pub body: Body,
    pub on: NaiveDate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Body {
    #[serde(rename = "SSC")]
    Ssc,
    Panel,
}
