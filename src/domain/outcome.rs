//! What the SSC may decide on a notification (DOMAIN.md 3), and a decision as a person says it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::directory::AssessmentKind;

/// The two outcomes of the rule, the ad-hoc side of it as a meeting or as an assessment, and what else the SSC may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Wait for the User's next annual review.
    AwaitAnnualReview,
    /// A review meeting of the SSC with the User.
    AdHocReview,
    /// An assessment by the User CIO (SEC G8.13).
    AssessmentRequired,
    FurtherInformation,
    DeferredToMeeting,
    /// For instance because it is no second User System.
    NoFurtherAction,
}

impl Outcome {
    pub const ALL: [Self; 6] = [
        Self::AwaitAnnualReview,
        Self::AdHocReview,
        Self::AssessmentRequired,
        Self::FurtherInformation,
        Self::DeferredToMeeting,
        Self::NoFurtherAction,
    ];

    /// As a person reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::AwaitAnnualReview => "Await annual review",
            Self::AdHocReview => "Ad-hoc review",
            Self::AssessmentRequired => "Assessment required",
            Self::FurtherInformation => "Further information",
            Self::DeferredToMeeting => "Deferred to a meeting",
            Self::NoFurtherAction => "No further action",
        }
    }

    /// As commands and forms write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::AwaitAnnualReview => "await-annual-review",
            Self::AdHocReview => "ad-hoc-review",
            Self::AssessmentRequired => "assessment-required",
            Self::FurtherInformation => "further-information",
            Self::DeferredToMeeting => "deferred-to-meeting",
            Self::NoFurtherAction => "no-further-action",
        }
    }

    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }
}

/// What the SSC decided, as a person says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub outcome: Outcome,
    /// Where the SSC's minutes have it.
    pub minute: String,
    /// The day of the decision; none for that of the meeting, or today.
    pub on: Option<NaiveDate>,
    /// The SSC's advice, word for word.
    pub advice: Option<String>,
    pub conditions: Vec<String>,
    pub assessment: Option<AssessmentKind>,
    /// The last day for what is asked of the User, or the meeting to which it is deferred.
    pub due_on: Option<NaiveDate>,
    /// The number of the decision that this one corrects.
    pub corrects: Option<u32>,
}
