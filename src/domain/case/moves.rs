//! What a person does with a case as it stands, each with a reason for the record. In: the case and the move; out: events.
//! Invariant: nothing but letters and mails that were begun can be ended while a case is over.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::decide::Drafting;
use super::{Case, Event, Reference, Refusal};
use crate::domain::directory::Act;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "move", rename_all = "snake_case")]
pub enum Move {
    /// The person who was answering has answered.
    Answered,
    /// Automatic letters wait, whatever they are about.
    Hold,
    Resume,
    /// The User took its notification back.
    Withdraw,
    /// Another case stands in the place of this one.
    Supersede {
        by: Reference,
    },
    /// A case that was over goes before the SSC after all.
    Reopen,
    /// On the Chair's word: at this meeting, whatever the cut-off of papers, or with none out of cycle.
    Table {
        meeting_on: Option<NaiveDate>,
    },
}

impl Move {
    /// What a person must be permitted to do.
    #[must_use]
    pub fn act(&self) -> Act {
        match self {
            Self::Answered | Self::Withdraw | Self::Supersede { .. } | Self::Reopen => Act::Triage,
            Self::Hold | Self::Resume => Act::Release,
            Self::Table { .. } => Act::Decide,
        }
    }

    /// What was done, as a sentence.
    #[must_use]
    pub fn done(&self, reference: Reference) -> String {
        match self {
            Self::Answered => format!("{reference} is answered; automatic letters go on"),
            Self::Hold => format!("{reference} is on hold; automatic letters wait"),
            Self::Resume => format!("{reference} is resumed; drafts wait for their release"),
            Self::Withdraw => format!("{reference} is withdrawn"),
            Self::Supersede { by } => format!("{by} stands in the place of {reference}"),
            Self::Reopen => format!("{reference} is open again, and goes before the SSC"),
            Self::Table { meeting_on: Some(on) } => format!("{reference} goes before the SSC on {on}"),
            Self::Table { meeting_on: None } => format!("{reference} goes before the SSC out of cycle"),
        }
    }
}

impl Drafting<'_> {
    pub(super) fn moved(&mut self, case: &Case, what: &Move, reason: &str) -> Result<(), Refusal> {
        let (reference, stage) = (case.reference, case.stage.title());
        let no = |why: String| Err(Refusal::new(why));
        let reason = reason.to_owned();
        match (what, &case.on_hold) {
            (Move::Answered, _) if case.answering.is_none() => no(format!("nobody is answering {reference}")),
            (Move::Answered, _) => self.happened(Event::AnsweringEnded { reason }),
            (Move::Reopen, _) if !case.stage.is_over() => {
                no(format!("{reference} is not over: it is {stage:?}"))
            }
            (Move::Reopen, _) => {
                self.happened(Event::Reopened { reason })?;
                self.put_before_ssc()
            }
            _ if case.stage.is_over() => {
                let stage = stage.to_lowercase();
                no(format!("{reference} is {stage}: reopen it first (sscd case reopen)"))
            }
            (Move::Hold, Some(hold)) => no(format!("{reference} is on hold already: {}", hold.reason)),
            (Move::Hold, None) => self.happened(Event::PutOnHold { reason }),
            (Move::Resume, Some(_)) => self.happened(Event::Resumed { reason }),
            (Move::Resume, None) => no(format!("{reference} is not on hold")),
            (Move::Withdraw, _) => self.happened(Event::Withdrawn { reason }),
            (Move::Supersede { by }, _) if *by == reference => {
                no(format!("{by} cannot stand in its own place"))
            }
            (Move::Supersede { by }, _) => self.happened(Event::Superseded { by: *by, reason }),
            (Move::Table { meeting_on }, _) => self.table(*meeting_on, reason),
        }
    }
}
