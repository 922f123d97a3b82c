//! Legality: which event may follow which status of a review. One match; a test walks the whole product and prints the
//! picture that stands in ARCHITECTURE.md.

use serde::{Deserialize, Serialize};

use super::event::Kind;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nobody has booked it.
    Ahead,
    Booked,
    FieldworkDone,
    ReportReceived,
    ResponseDue,
    ResponseReceived,
    Remediation,
    Completed,
    /// Its User left, or another review stands in its place.
    Dropped,
}

impl Stage {
    pub const ALL: [Self; 9] = [
        Self::Ahead,
        Self::Booked,
        Self::FieldworkDone,
        Self::ReportReceived,
        Self::ResponseDue,
        Self::ResponseReceived,
        Self::Remediation,
        Self::Completed,
        Self::Dropped,
    ];

    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Dropped)
    }

    /// Its fieldwork is still ahead.
    #[must_use]
    pub fn precedes_fieldwork(self) -> bool {
        matches!(self, Self::Ahead | Self::Booked)
    }

    /// As it is stored and printed in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ahead => "ahead",
            Self::Booked => "booked",
            Self::FieldworkDone => "fieldwork_done",
            Self::ReportReceived => "report_received",
            Self::ResponseDue => "response_due",
            Self::ResponseReceived => "response_received",
            Self::Remediation => "remediation",
            Self::Completed => "completed",
            Self::Dropped => "dropped",
        }
    }

    /// As a person reads it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Ahead => "Ahead",
            Self::Booked => "Booked",
            Self::FieldworkDone => "Fieldwork done",
            Self::ReportReceived => "Report received",
            Self::ResponseDue => "Response due",
            Self::ResponseReceived => "Response received",
            Self::Remediation => "Remediation",
            Self::Completed => "Completed",
            Self::Dropped => "Dropped",
        }
    }
}

/// The status after `event`, or `None` where it cannot happen.
#[must_use]
pub fn next(stage: Option<Stage>, event: Kind) -> Option<Stage> {
    use Stage::{
        Ahead, Booked, Completed, Dropped, FieldworkDone, Remediation, ReportReceived, ResponseDue,
        ResponseReceived,
    };
    match (stage, event) {
        (None, Kind::ReviewOpened) => Some(Ahead),
        (None, _) | (Some(_), Kind::ReviewOpened) => None,
        (
            Some(stage),
            Kind::LetterMade
            | Kind::LetterAccepted
            | Kind::LetterFailed
            | Kind::LetterBounced
            | Kind::LetterReleased
            | Kind::LetterDiscarded,
        ) => Some(stage),
        (Some(stage), _) if stage.is_over() => None,
        (Some(Ahead | Booked), Kind::Booked) => Some(Booked),
        (Some(Ahead | Booked), Kind::FieldworkEnded) => Some(FieldworkDone),
        (Some(FieldworkDone), Kind::ReportReceived) => Some(ReportReceived),
        (Some(ReportReceived | ResponseDue | ResponseReceived), Kind::ResponseRequested) => Some(ResponseDue),
        (Some(ReportReceived | ResponseDue), Kind::ResponseReceived) => Some(ResponseReceived),
        (Some(ReportReceived | ResponseDue | ResponseReceived), Kind::RemediationBegun) => Some(Remediation),
        (Some(stage), Kind::Completed) => (!stage.precedes_fieldwork()).then_some(Completed),
        (Some(_), Kind::Dropped) => Some(Dropped),
        (Some(stage), Kind::FindingRecorded) => (!stage.precedes_fieldwork()).then_some(stage),
        (
            Some(_),
            Kind::Booked
            | Kind::FieldworkEnded
            | Kind::ReportReceived
            | Kind::ResponseRequested
            | Kind::ResponseReceived
            | Kind::RemediationBegun,
        ) => None,
        (Some(stage), Kind::KindConfirmed | Kind::DateMoved | Kind::StepTaken | Kind::StepDeferred) => {
            Some(stage)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn sources(event: Kind, to: Stage) -> Option<String> {
        let leads = |from: &Stage| *from != to && next(Some(*from), event) == Some(to);
        let from: Vec<Stage> = Stage::ALL.into_iter().filter(leads).collect();
        let open: Vec<Stage> =
            Stage::ALL.into_iter().filter(|stage| !stage.is_over() && *stage != to).collect();
        let mut said: Vec<&str> = if !from.is_empty() && from == open {
            vec!["any that is not over"]
        } else {
            from.into_iter().map(Stage::title).collect()
        };
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
                    writeln!(picture, "{from} --{event:?}--> {}", to.title()).unwrap();
                }
            }
        }
        let document = include_str!("../../../ARCHITECTURE.md");
        assert!(document.contains(&picture), "ARCHITECTURE.md shall show:\n{picture}");
    }
}
