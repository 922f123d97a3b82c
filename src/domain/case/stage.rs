//! Legality: which event may follow which status. One match; a test walks the whole product and prints the picture
//! that stands in ARCHITECTURE.md.

use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::meet::ChangeKind;
use crate::domain::outcome::Outcome;

/// The status of a case (DOMAIN.md 3). Flags stand beside it, never in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Logged,
    Acknowledged,
    ForSscConsideration,
    /// Decided: it waits for the User's next annual review.
    AwaitAnnualReview,
    /// Decided: a review meeting of the SSC with the User.
    AdHocReview,
    /// Decided: an assessment by the User CIO.
    AssessmentRequired,
    FurtherInformation,
    DeferredToMeeting,
    NoFurtherAction,
    ReviewScheduled,
    ReviewHeld,
    ReportReceived,
    /// The User owes its User Security Assessment Response.
    ResponseDue,
    ResponseReceived,
    Remediation,
    Closed,
    /// The User took it back.
    Withdrawn,
    /// Another case stands in its place.
    Superseded,
    /// Until a day, on which it goes before the SSC again.
    Stayed,
}

impl Stage {
    pub const ALL: [Self; 19] = [
        Self::Logged,
        Self::Acknowledged,
        Self::ForSscConsideration,
        Self::AwaitAnnualReview,
        Self::AdHocReview,
        Self::AssessmentRequired,
        Self::FurtherInformation,
        Self::DeferredToMeeting,
        Self::NoFurtherAction,
        Self::ReviewScheduled,
        Self::ReviewHeld,
        Self::ReportReceived,
        Self::ResponseDue,
        Self::ResponseReceived,
        Self::Remediation,
        Self::Closed,
        Self::Withdrawn,
        Self::Superseded,
        Self::Stayed,
    ];

    /// Nothing more happens unless a person reopens it.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Withdrawn | Self::Superseded)
    }

    /// Still to be put before the SSC.
    #[must_use]
    pub fn precedes_ssc(self) -> bool {
        matches!(self, Self::Logged | Self::Acknowledged)
    }

    /// The SSC has decided, and that is not over.
    #[must_use]
    pub fn follows_decision(self) -> bool {
        !self.precedes_ssc() && !self.is_over() && !matches!(self, Self::ForSscConsideration | Self::Stayed)
    }

    /// As it is stored and printed in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Logged => "logged",
            Self::Acknowledged => "acknowledged",
            Self::ForSscConsideration => "for_ssc_consideration",
            Self::AwaitAnnualReview => "await_annual_review",
            Self::AdHocReview => "ad_hoc_review",
            Self::AssessmentRequired => "assessment_required",
            Self::FurtherInformation => "further_information",
            Self::DeferredToMeeting => "deferred_to_meeting",
            Self::NoFurtherAction => "no_further_action",
            Self::ReviewScheduled => "review_scheduled",
            Self::ReviewHeld => "review_held",
            Self::ReportReceived => "report_received",
            Self::ResponseDue => "response_due",
            Self::ResponseReceived => "response_received",
            Self::Remediation => "remediation",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
            Self::Superseded => "superseded",
            Self::Stayed => "stayed",
        }
    }

    /// As a person reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Logged => "Logged",
            Self::Acknowledged => "Acknowledged",
            Self::ForSscConsideration => "For SSC consideration",
            Self::AwaitAnnualReview => "Await annual review",
            Self::AdHocReview => "Ad-hoc review",
            Self::AssessmentRequired => "Assessment required",
            Self::FurtherInformation => "Further information",
            Self::DeferredToMeeting => "Deferred to a meeting",
            Self::NoFurtherAction => "No further action",
            Self::ReviewScheduled => "Review scheduled",
            Self::ReviewHeld => "Review held",
            Self::ReportReceived => "Report received",
            Self::ResponseDue => "Response due",
            Self::ResponseReceived => "Response received",
            Self::Remediation => "Remediation",
            Self::Closed => "Closed",
            Self::Withdrawn => "Withdrawn",
            Self::Superseded => "Superseded",
            Self::Stayed => "Stayed",
        }
    }
}

/// The status after `event`, or `None` where it cannot happen. An acknowledgement is no gate: a case goes before the
/// SSC whether or not it still waits, so a late one leaves the status as it is.
#[must_use]
pub fn next(stage: Option<Stage>, event: Kind) -> Option<Stage> {
    match (stage, event) {
        (None, Kind::CaseLogged) => Some(Stage::Logged),
        (None, _) | (Some(_), Kind::CaseLogged) => None,
        (Some(Stage::Logged), Kind::Acknowledged) => Some(Stage::Acknowledged),
        (
            Some(stage),
            Kind::Acknowledged
            | Kind::LetterMade
            | Kind::LetterReleased
            | Kind::LetterSuperseded
            | Kind::LetterDiscarded
            | Kind::LetterCalledBack
            | Kind::LetterAccepted
            | Kind::LetterFailed
            | Kind::LetterBounced
            | Kind::MailFiled
            | Kind::PersonAnswering
            | Kind::AnsweringEnded,
        ) => Some(stage),
        (Some(stage), Kind::Reopened) => stage.is_over().then_some(Stage::Logged),
        (Some(Stage::Withdrawn), Kind::Superseded) => Some(Stage::Superseded),
        (Some(stage), _) if stage.is_over() => None,
        // A review that was held while its case is back before the SSC leaves it there.
        (Some(_), Kind::PutBeforeSsc | Kind::Tabled)
        | (Some(Stage::ForSscConsideration), Kind::ReviewHeld) => Some(Stage::ForSscConsideration),
        (Some(_), Kind::Decided(outcome)) => Some(match outcome {
            Outcome::AwaitAnnualReview => Stage::AwaitAnnualReview,
            Outcome::AdHocReview => Stage::AdHocReview,
            Outcome::AssessmentRequired => Stage::AssessmentRequired,
            Outcome::FurtherInformation => Stage::FurtherInformation,
            Outcome::DeferredToMeeting => Stage::DeferredToMeeting,
            Outcome::NoFurtherAction => Stage::NoFurtherAction,
        }),
        (
            Some(Stage::AdHocReview | Stage::AssessmentRequired | Stage::ReviewScheduled),
            Kind::ReviewScheduled,
        ) => Some(Stage::ReviewScheduled),
        (Some(Stage::AdHocReview | Stage::AssessmentRequired | Stage::ReviewScheduled), Kind::ReviewHeld) => {
            Some(Stage::ReviewHeld)
        }
        (Some(Stage::ReviewScheduled | Stage::ReviewHeld), Kind::ReportReceived) => {
            Some(Stage::ReportReceived)
        }
        (
            Some(Stage::ReportReceived | Stage::ResponseReceived | Stage::ResponseDue),
            Kind::ResponseRequested,
        ) => Some(Stage::ResponseDue),
        (Some(Stage::ReportReceived | Stage::ResponseDue), Kind::ResponseReceived) => {
            Some(Stage::ResponseReceived)
        }
        (
            Some(Stage::ReportReceived | Stage::ResponseDue | Stage::ResponseReceived),
            Kind::RemediationBegun,
        ) => Some(Stage::Remediation),
        (Some(Stage::AdHocReview | Stage::ReviewScheduled), Kind::Meeting(ChangeKind::Called)) => {
            Some(Stage::ReviewScheduled)
        }
        (Some(Stage::ReviewScheduled), Kind::Meeting(ChangeKind::Cancelled)) => Some(Stage::AdHocReview),
        (
            Some(_),
            Kind::Meeting(ChangeKind::Called)
            | Kind::ReviewScheduled
            | Kind::ReviewHeld
            | Kind::ReportReceived
            | Kind::ResponseRequested
            | Kind::ResponseReceived
            | Kind::RemediationBegun,
        ) => None,
        (Some(stage), Kind::Closed) => stage.follows_decision().then_some(Stage::Closed),
        (Some(stage), Kind::Stayed) => (stage != Stage::Stayed).then_some(Stage::Stayed),
        (Some(_), Kind::Withdrawn) => Some(Stage::Withdrawn),
        (Some(_), Kind::Superseded) => Some(Stage::Superseded),
        (
            Some(stage),
            Kind::InformationRequested
            | Kind::InformationSupplied
            | Kind::ReadAgain
            | Kind::InformationOverdue
            | Kind::InformationReceived
            | Kind::ReviewProposed
            | Kind::Meeting(_)
            | Kind::PutOnHold
            | Kind::Resumed
            | Kind::ObjectionReleased
            | Kind::DecisionRequested
            | Kind::DeadlineSet
            | Kind::DeadlinePassed
            | Kind::StartAsked
            | Kind::OfficeReminded
            | Kind::Escalated
            | Kind::Deescalated
            | Kind::StepDeferred,
        ) => Some(stage),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// The stages from which `event` leads to `to`, in few words.
    fn sources(event: Kind, to: Stage) -> Option<String> {
        let leads = |from: &Stage| *from != to && next(Some(*from), event) == Some(to);
        let mut from: Vec<Stage> = Stage::ALL.into_iter().filter(leads).collect();
        let is_open: fn(Stage) -> bool = |stage| !stage.is_over();
        let groups = [("any that is not over", is_open), ("any after a decision", Stage::follows_decision)];
        let mut said = Vec::new();
        for (name, is_of) in groups {
            if Stage::ALL
                .into_iter()
                .filter(|stage| is_of(*stage) && *stage != to)
                .all(|one| from.contains(&one))
            {
                from.retain(|stage| !is_of(*stage));
                said.push(name);
                break;
            }
        }
        said.extend(from.into_iter().map(Stage::title));
        if next(None, event) == Some(to) {
            said.push("(new)");
        }
        (!said.is_empty()).then(|| said.join(", "))
    }

    #[test]
    fn the_picture_shows_every_legal_move() {
        let mut picture = String::new();
        for event in Kind::ALL {
            for to in Stage::ALL {
                if let Some(from) = sources(event, to) {
                    writeln!(picture, "{from} --{event}--> {}", to.title()).unwrap();
                }
            }
        }
        let document = include_str!("../../../ARCHITECTURE.md");
        assert!(document.contains(&picture), "ARCHITECTURE.md shall show:\n{picture}");
    }
}
