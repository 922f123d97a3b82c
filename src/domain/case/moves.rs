//! What a person does with a case as it stands, each with a reason for the record. In: the case and the move; out: events.
//! Invariant: a move that [`next`] does not allow is refused with a sentence.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::decide::Drafting;
use super::{Case, Event, Reference, Refusal, next};
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
            Self::Answered => Act::Triage,
            Self::Hold | Self::Resume | Self::Withdraw | Self::Supersede { .. } | Self::Reopen => {
                Act::Release
            }
            Self::Table { .. } => Act::Decide,
        }
    }

    /// What was done, as a sentence.
    #[must_use]
    pub fn done(&self, reference: Reference) -> String {
        match self {
            Self::Answered => format!("{reference} is answered"),
            Self::Hold => {
                format!("{reference} is on hold: letters are drafts from now on; what is queued leaves")
            }
            Self::Resume => format!("{reference} is resumed; drafts wait for their release"),
            Self::Withdraw => format!("{reference} is withdrawn; what is queued leaves"),
            Self::Supersede { by } => format!("{by} stands in the place of {reference}"),
            Self::Reopen => format!("{reference} is open again"),
            Self::Table { meeting_on: Some(on) } => format!("{reference} goes before the SSC on {on}"),
            Self::Table { meeting_on: None } => format!("{reference} goes before the SSC out of cycle"),
        }
    }
}

impl Drafting<'_> {
    pub(super) fn moved(&mut self, case: &Case, what: &Move, reason: &str) -> Result<(), Refusal> {
        let (reference, stage) = (case.reference, case.stage);
        let no = |why: String| Err(Refusal::new(why));
        let reason = reason.to_owned();
        let event = match (what, &case.on_hold) {
            (Move::Answered, _) if case.answering.is_none() => {
                return no(format!("nobody is answering {reference}"));
            }
            (Move::Answered, _) => Event::AnsweringEnded { reason },
            (Move::Hold, Some(hold)) => {
                return no(format!("{reference} is on hold already: {}", hold.reason));
            }
            (Move::Hold, None) => Event::PutOnHold { reason },
            (Move::Resume, None) => return no(format!("{reference} is not on hold")),
            (Move::Resume, Some(_)) => Event::Resumed { reason },
            (Move::Withdraw, _) => Event::Withdrawn { reason },
            (Move::Supersede { by }, _) if *by == reference => {
                return no(format!("{by} cannot stand in its own place"));
            }
            (Move::Supersede { by }, _) => Event::Superseded { by: *by, reason },
            (Move::Reopen, _) => Event::Reopened { reason },
            (Move::Table { meeting_on }, _) => self.tabled(*meeting_on, reason)?,
        };
        if next(Some(stage), event.kind()).is_none() {
            return no(if stage.is_over() {
                let stage = stage.title().to_lowercase();
                format!("{reference} is {stage}: reopen it first (sscd case reopen)")
            } else {
                format!("{reference} is not over: it is {:?}", stage.title())
            });
        }
        self.happened(event)?;
        if *what == Move::Reopen { self.put_before_ssc() } else { Ok(()) }
    }
}
