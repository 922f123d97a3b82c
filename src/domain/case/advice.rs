//! What User and User CIO are told of a decision (DOMAIN.md 1: "advise Users and the User CIO accordingly"). In: a case
//! and the world; out: facts. Invariant: the same case and world give the same facts, whenever they are asked for.

use chrono::{Months, NaiveDate};

use super::Case;
use super::meeting::words;
use super::ruling::Ruling;
use crate::domain::directory::{Assessment, AssessmentKind, User};
use crate::domain::letter::{Decision, ResponseRequest, Step};
use crate::domain::outcome::Outcome;
use crate::domain::world::World;

/// The last decision as a letter tells it; none before the SSC has decided.
pub(super) fn decision(case: &Case, world: &World) -> Option<Decision> {
    let ruling = case.ruling()?;
    let user = case.user.as_ref().and_then(|key| world.directory.user(key));
    let minute_of = |number| case.rulings.iter().find(|earlier| earlier.number == number);
    Some(Decision {
        reference: case.reference.to_string(),
        user: case.user_name().to_owned(),
        received_at: case.received_at,
        outcome: ruling.outcome,
        decided_on: ruling.decided_on,
        minute: ruling.minute.clone(),
        advice: ruling.advice.clone(),
        conditions: ruling.conditions.clone(),
        assessment: ruling.assessment.map(|kind| kind.title().to_owned()),
        due_on: ruling.due_on,
        meeting_on: ruling.meeting_on,
        corrects: ruling.corrects.and_then(minute_of).map(|earlier| earlier.minute.clone()),
        next: steps(ruling, user, world),
        classification: case.classification,
    })
}

/// The day by which the User was asked for information before the SSC asks for it.
pub(super) fn told_before(case: &Case) -> Option<NaiveDate> {
    case.information_due.as_ref().map(|due| due.on)
}

/// The same as the User reads it, who was told of another day before.
pub(super) fn decision_for_user(case: &Case, mut decision: Decision) -> Decision {
    let asks = decision.outcome == Outcome::FurtherInformation;
    let before = told_before(case).filter(|on| asks && decision.due_on != Some(*on));
    if let (Some(before), Some(step)) = (before, decision.next.first_mut()) {
        step.why = format!("{}; it takes the place of {}, which we told you before", step.why, words(before));
    }
    decision
}

/// Of a letter that tells a decision.
#[must_use]
pub fn tells_decision(kind: &str) -> bool {
    matches!(kind, "decision" | "user_cio_advice" | "response_request")
}

/// The day that the SSC set for the response, as a letter tells it.
pub(super) fn response_request(case: &Case) -> Option<ResponseRequest> {
    let due_on = case.response_due_on?;
    Some(ResponseRequest {
        reference: case.reference.to_string(),
        user: case.user_name().to_owned(),
        received_at: case.received_at,
        due_on,
        next: vec![Step {
            what: "Your response has reached us".into(),
            on: Some(due_on),
            by_five: true,
            why: "set by the SSC".into(),
        }],
        classification: case.classification,
    })
}

/// The day by which a User's next annual review is completed: 12 calendar months after the fieldwork of its last
/// assessment ended (DOMAIN.md 4). None where a person must say from when it counts.
#[must_use]
pub fn annual_review_due(user: &User) -> Option<(NaiveDate, String)> {
    let Assessment { kind, fieldwork_end, .. } = user.last_assessment.as_ref()?;
    let has_fieldwork = matches!(kind, AssessmentKind::Full | AssessmentKind::Verification);
    let on = fieldwork_end.checked_add_months(Months::new(12)).filter(|_| has_fieldwork)?;
    Some((
        on,
        format!(
            "12 months after the fieldwork of the last assessment, which ended on {}",
            words(*fieldwork_end)
        ),
    ))
}

fn steps(ruling: &Ruling, user: Option<&User>, world: &World) -> Vec<Step> {
    let step = |what: &str, on: Option<NaiveDate>, by_five: bool, why: String| Step {
        what: what.into(),
        on,
        by_five,
        why,
    };
    let set = || format!("set by the SSC (minute {})", ruling.minute);
    vec![match ruling.outcome {
        Outcome::AwaitAnnualReview => {
            let due = user.and_then(annual_review_due);
            let (on, why) =
                due.map_or((None, "its date is agreed with you".into()), |(on, why)| (Some(on), why));
            step(
                "The User System is covered by the next annual review, which is completed by then",
                on,
                false,
                why,
            )
        }
        Outcome::AdHocReview => step(
            "An invitation to the review meeting follows",
            None,
            false,
            format!("it leaves at least {} Working Days before the meeting", world.policy.review_notice),
        ),
        Outcome::AssessmentRequired => step("The assessment is completed", ruling.due_on, true, set()),
        Outcome::FurtherInformation => {
            step("What the SSC asks for has reached us", ruling.due_on, true, set())
        }
        Outcome::DeferredToMeeting => step(
            "The SSC considers the notification again",
            ruling.meeting_on,
            false,
            match ruling.meeting_on {
                Some(_) => set(),
                None => "the date of the meeting is not set yet".into(),
            },
        ),
        Outcome::NoFurtherAction => step(
            "Nothing more is needed for this notification, unless its facts change",
            None,
            false,
            "the SSC sees no need for further action".into(),
        ),
    }]
}
