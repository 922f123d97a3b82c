//! Bookkeeping: a review after an event. Goes forward and replays alike.

use chrono::{DateTime, Utc};

use super::event::Event;
use super::stage::next;
use super::wait::WaitKind;
use super::{Finding, Posted, Review};
use crate::domain::case::Corrupt;
use crate::domain::pace::Pace;

/// # Errors
/// When [`next`] does not allow the event, or it comes before the review was opened.
pub fn apply(review: Option<Review>, event: &Event, at: DateTime<Utc>) -> Result<Review, Corrupt> {
    let from = review.as_ref().map(|review| review.stage);
    let stage = next(from, event.kind())
        .ok_or_else(|| Corrupt { what: format!("{:?} of a review cannot follow {from:?}", event.kind()) })?;
    let mut review = match (review, event) {
        (
            None,
            Event::ReviewOpened { id, user, anchor_on, due_on, due_why, kind, kind_why, cycle_year, past },
        ) => Review {
            id: id.clone(),
            user: user.clone(),
            stage,
            opened_at: at,
            anchor_on: *anchor_on,
            due_on: *due_on,
            due_why: due_why.clone(),
            kind: *kind,
            kind_why: kind_why.clone(),
            cycle_year: *cycle_year,
            booked_on: None,
            fieldwork_end: None,
            findings: Vec::new(),
            response_due_on: None,
            taken: past.iter().copied().collect(),
            due_for_members: [].into(),
            letters: [].into(),
            pace: Pace::default(),
        },
        (Some(review), _) => review,
        (None, _) => return Err(Corrupt { what: "an event before the review was opened".into() }),
    };
    review.stage = stage;
    match event {
        Event::ReviewOpened { .. }
        | Event::ReportReceived { .. }
        | Event::RemediationBegun { .. }
        | Event::Completed { .. }
        | Event::Dropped { .. }
        | Event::LetterAccepted { .. }
        | Event::LetterFailed { .. }
        | Event::LetterBounced { .. } => {}
        Event::KindConfirmed { kind, reason } => {
            review.kind = Some(*kind);
            review.kind_why.clone_from(reason);
        }
        Event::DateMoved { to, reason, past, .. } => {
            review.due_on = *to;
            review.due_why.clone_from(reason);
            review.taken = past.iter().copied().collect();
            review.pace.put_off_nothing();
        }
        Event::Booked { on, .. } => review.booked_on = Some(*on),
        Event::FieldworkEnded { on, .. } => review.fieldwork_end = Some(*on),
        Event::FindingRecorded { on, text } => {
            review.findings.push(Finding { on: *on, text: text.clone(), at });
        }
        Event::ResponseRequested { due_on, .. } => review.response_due_on = Some(*due_on),
        Event::ResponseReceived { .. } => review.response_due_on = None,
        Event::StepTaken { step, is_skipped, .. } => {
            review.taken.insert(*step);
            if step.is_for_members() && !is_skipped {
                review.due_for_members.insert(*step, at);
            }
            review.pace.step(WaitKind::Step.name(), at);
        }
        Event::LetterMade { letter, kind, message_id, to, held } => {
            let (kind, message_id, to, held) = (kind.clone(), message_id.clone(), to.clone(), held.clone());
            review.letters.insert(*letter, Posted { kind, message_id, to, held });
        }
        Event::LetterReleased { letter, .. } | Event::LetterDiscarded { letter, .. } => {
            if let Some(posted) = review.letters.get_mut(letter) {
                posted.held = None;
            }
        }
        Event::StepDeferred { step, until, .. } => {
            review.pace.defer(step, *until, at);
        }
    }
    Ok(review)
}
