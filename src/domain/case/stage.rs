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
}

impl Stage {
    pub const ALL: [Self; 3] = [Self::Logged, Self::Acknowledged, Self::ForSscConsideration];

    /// As it is stored and printed in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Logged => "logged",
            Self::Acknowledged => "acknowledged",
            Self::ForSscConsideration => "for_ssc_consideration",
        }
    }

    /// As a person reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Logged => "Logged",
            Self::Acknowledged => "Acknowledged",
            Self::ForSscConsideration => "For SSC consideration",
        }
    }
}

/// The status after `event`, or `None` where it cannot happen. An acknowledgement is no gate: a case goes before the
/// SSC whether or not it still waits, so a late one leaves the status as it is.
#[must_use]
pub fn next(stage: Option<Stage>, event: Kind) -> Option<Stage> {
    use Stage::{Acknowledged, ForSscConsideration, Logged};
    match (stage, event) {
        (None, Kind::CaseLogged) => Some(Logged),
        (None, _) | (Some(_), Kind::CaseLogged) => None,
        (Some(Logged), Kind::Acknowledged) => Some(Acknowledged),
        (Some(_), Kind::PutBeforeSsc | Kind::Tabled) => Some(ForSscConsideration),
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
            | Kind::InformationRequested
            | Kind::InformationSupplied
            | Kind::InformationOverdue
            | Kind::MailFiled
            | Kind::PersonAnswering
            | Kind::AnsweringEnded
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
