//! What people record of a review. In: a request of a named person; out: events, or why not.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Review;
use super::decide::Drafting;
use super::event::Event;
use super::stage::next;
use crate::domain::case::Refusal;
use crate::domain::directory::AssessmentKind;
use crate::domain::workday::london_date;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Move {
    Booked {
        on: NaiveDate,
    },
    /// For a Self-Assessment the day from which the next year counts, as a person says it.
    Fieldwork {
        on: NaiveDate,
    },
    Report {
        on: NaiveDate,
    },
    Finding {
        on: NaiveDate,
        text: String,
    },
    ResponseDue {
        on: NaiveDate,
    },
    Response {
        on: NaiveDate,
    },
    Remediation {
        on: NaiveDate,
    },
    Completed {
        on: NaiveDate,
    },
    Kind {
        kind: AssessmentKind,
    },
    Due {
        on: NaiveDate,
    },
}

/// With what was said for the record.
impl Move {
    fn event(&self, review: &Review, reason: String, past: Vec<super::Step>) -> Event {
        match self {
            Self::Booked { on } => Event::Booked { on: *on, reason },
            Self::Fieldwork { on } => Event::FieldworkEnded { on: *on, reason },
            Self::Report { on } => Event::ReportReceived { on: *on, reason },
            Self::Finding { on, text } => Event::FindingRecorded { on: *on, text: text.clone() },
            Self::ResponseDue { on } => Event::ResponseRequested { due_on: *on, reason },
            Self::Response { on } => Event::ResponseReceived { on: *on, reason },
            Self::Remediation { on } => Event::RemediationBegun { on: *on, reason },
            Self::Completed { on } => Event::Completed { on: *on, reason },
            Self::Kind { kind } => Event::KindConfirmed { kind: *kind, reason },
            Self::Due { on } => Event::DateMoved { from: review.due_on, to: *on, reason, past },
        }
    }

    /// The day that is given, and whether it lies ahead.
    fn day(&self) -> Option<(NaiveDate, bool)> {
        match self {
            Self::Booked { on } | Self::ResponseDue { on } | Self::Due { on } => Some((*on, true)),
            Self::Fieldwork { on }
            | Self::Report { on }
            | Self::Finding { on, .. }
            | Self::Response { on }
            | Self::Remediation { on }
            | Self::Completed { on } => Some((*on, false)),
            Self::Kind { .. } => None,
        }
    }
}

impl Drafting<'_> {
    pub(super) fn moved(&mut self, review: &Review, (what, reason): &(Move, String)) -> Result<(), Refusal> {
        let today = london_date(self.now);
        match what.day() {
            Some((on, true)) if on < today => {
                return Err(Refusal::new(format!("found {on}, expected a day that is ahead")));
            }
            Some((on, false)) if on > today => {
                return Err(Refusal::new(format!("found {on}, which is ahead: it is recorded afterwards")));
            }
            _ => {}
        }
        if matches!(what, Move::Kind { kind: AssessmentKind::FollowUp }) {
            return Err(Refusal::new("a Follow-up is no annual review"));
        }
        let past = match what {
            Move::Due { on } => self.past(*on),
            _ => Vec::new(),
        };
        let event = what.event(review, reason.clone(), past);
        if next(Some(review.stage), event.kind()).is_none() {
            return Err(Refusal::new(format!(
                "that cannot follow while {} is {:?}",
                review.id,
                review.stage.title()
            )));
        }
        self.happened(event)
    }
}
