//! The kinds of event: what [`next`](super::stage::next) judges by. In: an event; out: its kind, and the name that the
//! journal knows it by.

use std::fmt;

use super::event::Event;
use crate::domain::outcome::Outcome;

/// An event without its body.
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
    ObjectionReleased,
    DecisionRequested,
    Decided(Outcome),
    ReviewProposed,
    ReviewScheduled,
    ReviewHeld,
    ReportReceived,
    ResponseRequested,
    ResponseReceived,
    RemediationBegun,
    InformationReceived,
    DeadlineSet,
    DeadlinePassed,
    StartAsked,
    OfficeReminded,
    Escalated,
    Deescalated,
    Closed,
    Stayed,
    Withdrawn,
    Superseded,
    Reopened,
    StepDeferred,
}

impl Kind {
    pub const ALL: [Self; 47] = [
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
        Self::ObjectionReleased,
        Self::DecisionRequested,
        Self::Decided(Outcome::AwaitAnnualReview),
        Self::Decided(Outcome::AdHocReview),
        Self::Decided(Outcome::AssessmentRequired),
        Self::Decided(Outcome::FurtherInformation),
        Self::Decided(Outcome::DeferredToMeeting),
        Self::Decided(Outcome::NoFurtherAction),
        Self::ReviewProposed,
        Self::ReviewScheduled,
        Self::ReviewHeld,
        Self::ReportReceived,
        Self::ResponseRequested,
        Self::ResponseReceived,
        Self::RemediationBegun,
        Self::InformationReceived,
        Self::DeadlineSet,
        Self::DeadlinePassed,
        Self::StartAsked,
        Self::OfficeReminded,
        Self::Escalated,
        Self::Deescalated,
        Self::Closed,
        Self::Stayed,
        Self::Withdrawn,
        Self::Superseded,
        Self::Reopened,
        Self::StepDeferred,
    ];
}

/// As the journal names it: an outcome is in the body.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decided(_) => f.write_str("Decided"),
            other => write!(f, "{other:?}"),
        }
    }
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
            Self::ObjectionReleased { .. } => Kind::ObjectionReleased,
            Self::DecisionRequested { .. } => Kind::DecisionRequested,
            Self::Decided { ruling } => Kind::Decided(ruling.outcome),
            Self::ReviewProposed { .. } => Kind::ReviewProposed,
            Self::ReviewScheduled { .. } => Kind::ReviewScheduled,
            Self::ReviewHeld { .. } => Kind::ReviewHeld,
            Self::ReportReceived { .. } => Kind::ReportReceived,
            Self::ResponseRequested { .. } => Kind::ResponseRequested,
            Self::ResponseReceived { .. } => Kind::ResponseReceived,
            Self::RemediationBegun { .. } => Kind::RemediationBegun,
            Self::InformationReceived { .. } => Kind::InformationReceived,
            Self::DeadlineSet { .. } => Kind::DeadlineSet,
            Self::DeadlinePassed { .. } => Kind::DeadlinePassed,
            Self::StartAsked { .. } => Kind::StartAsked,
            Self::OfficeReminded { .. } => Kind::OfficeReminded,
            Self::Escalated { .. } => Kind::Escalated,
            Self::Deescalated { .. } => Kind::Deescalated,
            Self::Closed { .. } => Kind::Closed,
            Self::Stayed { .. } => Kind::Stayed,
            Self::Withdrawn { .. } => Kind::Withdrawn,
            Self::Superseded { .. } => Kind::Superseded,
            Self::Reopened { .. } => Kind::Reopened,
            Self::StepDeferred { .. } => Kind::StepDeferred,
        }
    }
}
