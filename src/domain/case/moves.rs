//! What a person does with a case as it stands, each with a reason for the record. In: the case and the move; out: events.
//! Invariant: a move that [`next`] does not allow is refused with a sentence.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::advice::tells_decision;
use super::decide::Drafting;
use super::referral::referred;
use super::{Case, Event, Reference, Referral, Refusal, ReviewMeeting, Stage, next};
use crate::domain::directory::Act;
use crate::domain::workday::london_date;

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
    /// The SSC is informed although the User would rather it were not.
    Inform,
    /// Nothing happens until that day, on which it goes before the SSC again.
    Stay {
        until: NaiveDate,
    },
    /// What followed a decision took place.
    Record {
        step: Step,
        on: NaiveDate,
    },
    /// What followed the decision is done.
    Close,
    /// A step of the ladder that people take.
    Refer {
        to: Referral,
        minute: String,
    },
    /// The ladder is left, at any step.
    Deescalate,
}

/// What takes place after a decision (DOMAIN.md 3), each on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The first day of a review or its fieldwork was agreed.
    Booked,
    /// The last day of a review or its fieldwork.
    Held,
    Report,
    /// The SSC set the last day for the User's response.
    ResponseDue,
    Response,
    Remediation,
    /// What the SSC asked the User for has come.
    Information,
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
            Self::Inform | Self::Stay { .. } | Self::Record { .. } | Self::Close => Act::Release,
            Self::Table { .. } | Self::Refer { .. } | Self::Deescalate => Act::Decide,
        }
    }

    /// Letters of the case that are queued do not leave.
    #[must_use]
    pub fn calls_back(&self) -> bool {
        matches!(self, Self::Hold | Self::Withdraw | Self::Supersede { .. })
    }

    /// What was done, as a sentence.
    #[must_use]
    pub fn done(&self, reference: Reference) -> String {
        match self {
            Self::Answered => format!("{reference} is answered"),
            Self::Hold => {
                format!("{reference} is on hold: letters to the User are drafts from now on")
            }
            Self::Resume => format!("{reference} is resumed; drafts wait for their release"),
            Self::Withdraw => format!("{reference} is withdrawn"),
            Self::Supersede { by } => format!("{by} stands in the place of {reference}"),
            Self::Reopen => format!("{reference} is open again"),
            Self::Inform => {
                format!("the SSC may be told of {reference}; what is drafted waits for its release")
            }
            Self::Stay { until } => format!("{reference} is stayed until {until}"),
            Self::Record { step: Step::ResponseDue, .. } => {
                format!("{reference} is recorded; the letter that says so is a draft, see `sscd outbox list`")
            }
            Self::Refer { to: Referral::Considered { .. }, .. } => {
                format!("{reference} is at E4; the referral pack is a draft, see `sscd outbox list`")
            }
            Self::Record { .. } | Self::Refer { .. } => format!("{reference} is recorded"),
            Self::Deescalate => format!("{reference} is de-escalated"),
            Self::Close => format!("{reference} is closed"),
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
        if matches!(what, Move::Withdraw | Move::Supersede { .. } | Move::Stay { .. } | Move::Close)
            && case.meeting_ahead(self.now).is_some()
        {
            return no(format!(
                "people are invited to the review of {reference}: cancel it first (sscd meeting cancel {reference})"
            ));
        }
        let is_invited =
            stage == Stage::ReviewScheduled && case.review.as_ref().is_some_and(ReviewMeeting::is_live);
        if matches!(what, Move::Record { step: Step::Booked | Step::Held, .. }) && is_invited {
            return no(format!(
                "people are invited to the review of {reference}: move it, cancel it, or record that it was held (sscd meeting \
                 move|cancel|held {reference})"
            ));
        }
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
            (Move::Inform, _) if case.is_objected().is_none() => {
                return no(format!("nothing about {reference} is kept from the SSC"));
            }
            (Move::Inform, _) => Event::ObjectionReleased { reason },
            (Move::Stay { until }, _) if *until <= london_date(self.now) => {
                return no(format!("found {until}, expected a day that is ahead"));
            }
            (Move::Stay { until }, _) => Event::Stayed { until: *until, reason },
            (Move::Record { step, on }, _) => self.recorded(case, *step, *on, reason)?,
            (Move::Refer { to, minute }, _) => referred(case, *to, minute, reason)?,
            (Move::Deescalate, _) if case.escalation.is_none() => {
                return no(format!("{reference} is not escalated"));
            }
            (Move::Deescalate, _) => Event::Deescalated { reason },
            (Move::Close, _) if !stage.follows_decision() && !stage.is_over() => {
                return no(format!(
                    "{reference} is {}: the SSC has not decided on it",
                    stage.title().to_lowercase()
                ));
            }
            (Move::Close, _)
                if case.letters.values().any(|note| note.held.is_some() && tells_decision(&note.kind)) =>
            {
                return no(format!(
                    "letters on the decision of {reference} are drafts yet: release or discard them first"
                ));
            }
            (Move::Close, _) => Event::Closed { reason },
        };
        if next(Some(stage), event.kind()).is_none() {
            return no(if stage.is_over() {
                let stage = stage.title().to_lowercase();
                format!("{reference} is {stage}: reopen it first (sscd case reopen)")
            } else if *what == Move::Reopen {
                format!("{reference} is not over: it is {:?}", stage.title())
            } else {
                format!("that cannot follow while {reference} is {:?}", stage.title())
            });
        }
        self.happened(event)?;
        match what {
            Move::Hold => self.call_back_to_draft(),
            Move::Withdraw => self.call_back("the case is withdrawn"),
            Move::Supersede { by } => self.call_back(&format!("{by} stands in the place of the case")),
            Move::Reopen => {
                self.put_before_ssc()?;
                self.acknowledge_after_all()
            }
            Move::Record { step: Step::Information, .. } => {
                self.back_to_ssc("what the SSC asked for has come")
            }
            Move::Record { step: Step::ResponseDue, .. } => self.ask_for_response(),
            Move::Refer { to: Referral::Considered { .. }, .. } => self.draft_pack(),
            _ => Ok(()),
        }
    }

    /// A review meeting took place, and these were there.
    pub(super) fn was_held_on(
        &mut self,
        case: &Case,
        on: NaiveDate,
        present: Vec<String>,
        reason: String,
    ) -> Result<(), Refusal> {
        let event = match self.recorded(case, Step::Held, on, reason)? {
            Event::ReviewHeld { on, reason, .. } => Event::ReviewHeld { on, reason, present },
            other => other,
        };
        if next(Some(case.stage), event.kind()).is_none() {
            let stage = case.stage.title();
            return Err(Refusal::new(format!("that cannot follow while {} is {stage:?}", case.reference)));
        }
        self.happened(event)
    }

    fn recorded(&self, case: &Case, step: Step, on: NaiveDate, reason: String) -> Result<Event, Refusal> {
        let today = london_date(self.now);
        match step {
            Step::Booked if on < today => {
                return Err(Refusal::new(format!("found {on}, expected the day of a review that is ahead")));
            }
            Step::ResponseDue if on <= today => {
                return Err(Refusal::new(format!("found {on}, expected a last day that is ahead")));
            }
            Step::Booked | Step::ResponseDue => {}
            _ if on > today => {
                return Err(Refusal::new(format!("found {on}, which is ahead: it is recorded afterwards")));
            }
            Step::Information if case.stage != Stage::FurtherInformation => {
                return Err(Refusal::new(format!(
                    "the SSC has not asked for information on {}",
                    case.reference
                )));
            }
            _ => {}
        }
        Ok(match step {
            Step::Booked => Event::ReviewScheduled { on, reason },
            Step::Held => Event::ReviewHeld { on, reason, present: Vec::new() },
            Step::Report => Event::ReportReceived { on, reason },
            Step::ResponseDue => Event::ResponseRequested { due_on: on, reason },
            Step::Response => Event::ResponseReceived { on, reason },
            Step::Remediation => Event::RemediationBegun { on, reason },
            Step::Information => Event::InformationReceived { on, reason },
        })
    }
}
