//! What waits for the office itself after a decision: SECAS is told, then the Chair, then SECAS again, for as long as it
//! waits (DOMAIN.md 4). In: a case and the world; out: when, of what, and the note. Never to a User.

use chrono::{DateTime, Duration, Months, Utc};

use super::advice::{annual_review_due, tells_decision};
use super::decide::Drafting;
use super::meeting::words;
use super::wait::end_of_day;
use super::{Case, Event, Refusal, ReviewMeeting, Stage};
use crate::domain::letter::{Facts, Note, Step};
use crate::domain::meeting::Part;
use crate::domain::workday::{london, london_date};
use crate::domain::world::World;

/// What the office has left lying.
pub(super) struct Lying {
    title: &'static str,
    /// What a person does about it.
    to_do: &'static str,
    since: DateTime<Utc>,
    /// Working Days from then on that it may well take.
    expected: u32,
}

/// None where somebody else is waited for, or nobody.
pub(super) fn lying(case: &Case, world: &World) -> Option<Lying> {
    let since = case.status_since;
    let lying = |title, to_do, since, expected| Some(Lying { title, to_do, since, expected });
    if case.stage.is_over() || case.stage == Stage::Stayed {
        return None;
    }
    if case.letters.values().any(|note| note.held.is_some() && tells_decision(&note.kind)) {
        let to_do = "Read the drafts and release them, or discard them (sscd outbox list)";
        return lying("Letters about the SSC's decision wait to be released", to_do, since, 0);
    }
    let proposals = case.review.as_ref().filter(|review| review.is_live()).map(|review| &review.proposals);
    let proposal = proposals.and_then(|proposals| Some(proposals.first()?.at));
    match case.stage {
        Stage::AdHocReview => lying(
            "No ad-hoc review is scheduled",
            "Release the drafted invitations (sscd meeting invite), or propose another time (sscd meeting propose)",
            since,
            0,
        ),
        Stage::ReviewScheduled if proposal.is_some() => lying(
            "Another time that somebody proposed for the review waits for a word",
            "Move the meeting (sscd meeting move), or say that it stays (sscd meeting decline)",
            proposal.unwrap_or(since),
            0,
        ),
        stage if is_moot(stage, case) => lying(
            "A review meeting stands, and the SSC has decided otherwise since",
            "Cancel it (sscd meeting cancel)",
            since,
            0,
        ),
        Stage::AssessmentRequired => lying(
            "No assessment is booked",
            "Ask User and User CIO, and record the day (sscd case record --step booked)",
            since,
            world.policy.tell_chair_after,
        ),
        Stage::ReviewScheduled => lying(
            "Nobody recorded whether the review took place",
            if case.review.as_ref().is_some_and(ReviewMeeting::is_live) {
                "Record who was there, or move it (sscd meeting held|move)"
            } else {
                "Record its last day, or another day for it (sscd case record --step held|booked)"
            },
            case.review_on.map_or(since, end_of_day),
            0,
        ),
        Stage::ReviewHeld => lying(
            "No report of the review is recorded",
            "Ask the User CIO, and record it (sscd case record --step report)",
            since,
            world.policy.report_after,
        ),
        Stage::ReportReceived | Stage::ResponseReceived => lying(
            "It waits for what the SSC makes of it",
            "Put it before the SSC (sscd case table), record what follows, or close the case",
            since,
            world.policy.tell_chair_after,
        ),
        Stage::FurtherInformation if !case.information_due.as_ref().is_some_and(|due| due.is_of_ssc) => {
            lying(
                "The User was not told what the SSC asks for",
                "Decide it anew, or record that it has come (sscd case record --step information)",
                since,
                0,
            )
        }
        Stage::ResponseDue if case.owed.as_ref().is_none_or(|owed| owed.is_overdue) => lying(
            "No day is running for the User's response",
            "Record another day, or the response (sscd case record --step response-due|response)",
            since,
            0,
        ),
        Stage::Remediation => lying(
            "Nobody recorded that the remediation is done",
            "Ask the User how it stands, and close the case when it is done",
            since,
            world.policy.remediation_after,
        ),
        Stage::AwaitAnnualReview => {
            let user = case.user.as_ref().and_then(|key| world.directory.user(key));
            let due = user.and_then(annual_review_due).map(|(on, _)| on);
            let due = due.filter(|on| end_of_day(*on) > since);
            let in_a_year = || since.checked_add_months(Months::new(12));
            lying(
                "The annual review for which it waits should be over",
                "Record in the directory when it was, and close the case",
                due.map(end_of_day).or_else(in_a_year).unwrap_or(since),
                0,
            )
        }
        _ => None,
    }
}

/// People are invited to a review of which a decision made an end.
fn is_moot(stage: Stage, case: &Case) -> bool {
    let is_after = case.review.as_ref().is_some_and(|review| {
        let starts = Part::ALL.into_iter().filter_map(|part| Some(review.live(part)?.start));
        starts.max().is_some_and(|start| start > case.status_since)
    });
    let is_other = matches!(
        stage,
        Stage::ForSscConsideration
            | Stage::AwaitAnnualReview
            | Stage::AssessmentRequired
            | Stage::FurtherInformation
            | Stage::DeferredToMeeting
            | Stage::NoFurtherAction
    );
    is_after && is_other
}

impl Lying {
    /// How often somebody was told of it.
    fn n_told(&self, case: &Case) -> u32 {
        case.reminded.as_ref().filter(|reminded| reminded.of == self.title).map_or(0, |reminded| reminded.n)
    }

    /// When somebody is told of it next, in the sending window; never twice within a day.
    pub(super) fn due_at(&self, case: &Case, world: &World) -> DateTime<Utc> {
        let (first, second) = (world.policy.tell_secas_after, world.policy.tell_chair_after);
        let patience = match self.n_told(case) {
            0 => first,
            n => second.saturating_mul(n),
        };
        let n_days = self.expected.saturating_add(patience);
        let days = &world.working_days;
        let due = days
            .due(self.since, n_days)
            .map_or_else(|_| self.since + Duration::days(i64::from(n_days) * 7 / 5), |due| due.at);
        let rested = case.reminded.as_ref().map_or(due, |reminded| due.max(reminded.at + Duration::days(1)));
        days.next_sending(rested).unwrap_or(rested)
    }

    pub(super) fn title(&self) -> &'static str {
        self.title
    }
}

impl Drafting<'_> {
    /// Tells SECAS, the second time the Chair as well.
    pub(super) fn remind_office(&mut self) -> Result<(), Refusal> {
        let case = self.case()?.clone();
        let Some(lying) = lying(&case, self.world) else {
            return Err(Refusal::new("nothing waits for the office"));
        };
        let n = lying.n_told(&case) + 1;
        let is_for_chair = n == 2;
        let decided = case.ruling().map(|ruling| {
            let outcome = ruling.outcome.title().to_lowercase();
            format!("The SSC decided on {}: {outcome} (minute {}).", words(ruling.decided_on), ruling.minute)
        });
        let proposed = case.proposed.as_ref().filter(|_| case.stage == Stage::AdHocReview);
        let proposed = proposed.map(|slot| {
            let start = london(slot.start_at).format("%H:%M");
            format!("Proposed: {start} on {}. {}", words(london_date(slot.start_at)), slot.why)
        });
        let since = format!("It has waited since {}.", words(london_date(lying.since)));
        let facts = Facts::Note(Note {
            reference: case.reference.to_string(),
            user: case.user_name().to_owned(),
            title: lying.title.into(),
            lines: decided.into_iter().chain([since]).chain(proposed).collect(),
            next: vec![Step {
                what: lying.to_do.into(),
                on: None,
                by_five: false,
                why: if is_for_chair { "SECAS was told before".into() } else { String::new() },
            }],
            classification: case.classification,
        });
        let mut to = self.secas();
        if is_for_chair && case.is_objected().is_none() {
            to.extend(self.chair());
        }
        let letter = self.next_letter();
        self.automatic(facts, to, None)?;
        self.happened(Event::OfficeReminded { n, letter, why: lying.title.into() })
    }
}
