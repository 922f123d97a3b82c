//! Legality: which event may follow which status. One match; a test walks the whole product and prints the picture
//! that stands in ARCHITECTURE.md.

use serde::{Deserialize, Serialize};

use super::event::Kind;

/// The status of a case (DOMAIN.md 3). Flags stand beside it, never in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Logged,
    Acknowledged,
    ForSscConsideration,
    /// The User took it back.
    Withdrawn,
    /// Another case stands in its place.
    Superseded,
}

impl Stage {
    pub const ALL: [Self; 5] =
        [Self::Logged, Self::Acknowledged, Self::ForSscConsideration, Self::Withdrawn, Self::Superseded];

    /// Nothing more happens unless a person reopens it.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Withdrawn | Self::Superseded)
    }

    /// Still to be put before the SSC.
    #[must_use]
    pub fn precedes_ssc(self) -> bool {
        matches!(self, Self::Logged | Self::Acknowledged)
    }

    /// As it is stored and printed in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Logged => "logged",
            Self::Acknowledged => "acknowledged",
            Self::ForSscConsideration => "for_ssc_consideration",
            Self::Withdrawn => "withdrawn",
            Self::Superseded => "superseded",
        }
    }

    /// As a person reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Logged => "Logged",
            Self::Acknowledged => "Acknowledged",
            Self::ForSscConsideration => "For SSC consideration",
            Self::Withdrawn => "Withdrawn",
            Self::Superseded => "Superseded",
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
        (Some(_), Kind::PutBeforeSsc | Kind::Tabled) => Some(Stage::ForSscConsideration),
        (Some(_), Kind::Withdrawn) => Some(Stage::Withdrawn),
        (Some(_), Kind::Superseded) => Some(Stage::Superseded),
        (
            Some(stage),
            Kind::InformationRequested
            | Kind::InformationSupplied
            | Kind::InformationOverdue
            | Kind::PutOnHold
            | Kind::Resumed
            | Kind::StepDeferred,
        ) => Some(stage),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn the_picture_shows_every_legal_move() {
        let mut picture = String::new();
        let stages = std::iter::once(None).chain(Stage::ALL.map(Some));
        for from in stages {
            for event in Kind::ALL {
                let Some(to) = next(from, event) else { continue };
                if from != Some(to) {
                    let from = from.map_or("(new)", Stage::title);
                    writeln!(picture, "{from} --{event:?}--> {}", to.title()).unwrap();
                }
            }
        }
        let document = include_str!("../../../ARCHITECTURE.md");
        assert!(document.contains(&picture), "ARCHITECTURE.md shall show:\n{picture}");
    }
}
