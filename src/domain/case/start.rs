//! The start of a system, as the User stated it: asked about four weeks before and on the first Working Day after it
//! (DOMAIN.md 4). In: a case and the world; out: when to ask, and the question. It compares and judges nothing.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::decide::Drafting;
use super::letters::stated;
use super::meeting::words;
use super::{Case, Event, Refusal, Stage, StartAsked};
use crate::domain::letter::{Facts, Note, StartQuestion, Step};
use crate::domain::message::Classification;
use crate::domain::notification::{EmploymentStage, Source};
use crate::domain::workday::{OPEN, local};
use crate::domain::world::World;

/// What the User is asked to confirm.
const ASKED: [&str; 4] = ["intended_start", "provision", "srp_name", "employment_stage"];

/// When the User is next asked about its start, and whether that has passed then.
pub(super) fn next_question(case: &Case, world: &World) -> Option<(DateTime<Utc>, bool)> {
    let start_on = intended(case)?;
    if case.stage.is_over() || matches!(case.stage, Stage::NoFurtherAction | Stage::Stayed) {
        return None;
    }
    let days = &world.working_days;
    let asked = case.start_asked.filter(|asked| asked.start_on == start_on);
    let before = start_on - Duration::weeks(world.policy.start_question_weeks.into());
    let before = local(days.before(before, 0).map_or(before, |due| due.on), OPEN);
    let after = days.due(local(start_on, OPEN), 1).map_or(start_on, |due| due.on);
    let after = local(after, OPEN);
    let is_new = |at: &DateTime<Utc>| *at > case.start_stated_at;
    match asked {
        None if is_new(&before) => Some((before, false)),
        None | Some(StartAsked { has_passed: false, .. }) if is_new(&after) => Some((after, true)),
        _ => None,
    }
}

/// The intended start as precisely as the User stated it, and no more.
pub(super) fn said(case: &Case) -> String {
    let mut shown = case.notification.fields.shown().into_iter();
    shown.find(|shown| shown.name == "intended_start").map(|shown| shown.value).unwrap_or_default()
}

fn intended(case: &Case) -> Option<NaiveDate> {
    let fields = &case.notification.fields;
    let in_use =
        fields.employment_stage.as_ref().is_some_and(|field| field.value == EmploymentStage::AlreadyInUse);
    let start = fields.intended_start.as_ref().filter(|_| !in_use && fields.actual_start.is_none())?;
    Some(start.value.date)
}

impl Drafting<'_> {
    pub(super) fn ask_about_start(&mut self) -> Result<(), Refusal> {
        let case = self.case()?.clone();
        let Some(start_on) = intended(&case) else {
            return Err(Refusal::new("no start is stated that the User could be asked about"));
        };
        let is_question = next_question(&case, self.world).map(|(_, has_passed)| has_passed);
        let Some(has_passed) = is_question else {
            return Err(Refusal::new("the User was asked about its start already"));
        };
        let contact = self.contact();
        let letter = self.next_letter();
        self.automatic(self.start_question(has_passed)?, contact.into_iter().collect(), None)?;
        self.happened(Event::StartAsked { start_on, has_passed, letter })?;
        if !has_passed || !case.rulings.is_empty() {
            return Ok(());
        }
        let meeting = match case.considered_by() {
            Some(on) => format!("it goes before the SSC by {}", words(on)),
            None => "no meeting of the SSC is set for it".into(),
        };
        let note = Facts::Note(Note {
            reference: case.reference.to_string(),
            user: case.user_name().to_owned(),
            title: "A stated start has come, and the SSC has not decided".into(),
            lines: vec![
                format!(
                    "The User stated {} as its intended start, and is asked whether it has.",
                    said(&case)
                ),
                format!("The SSC has not decided on the notification; {meeting}."),
            ],
            next: vec![Step {
                what: "You may set another meeting, or have it considered out of cycle: tell SECAS".into(),
                on: None,
                by_five: false,
                why: "a start without a decision goes to the Chair".into(),
            }],
            classification: case.classification,
        });
        self.automatic(note, self.chair(), case.is_objected().map(str::to_owned))
    }

    pub(super) fn start_question(&self, has_passed: bool) -> Result<Facts, Refusal> {
        let case = self.case()?;
        let fields = &case.notification.fields;
        let words = fields.intended_start.as_ref().and_then(|field| match &field.source {
            Source::Mail { words, .. } => Some(words.clone()),
            _ => None,
        });
        let shown = fields.shown().into_iter().filter(|shown| ASKED.contains(&shown.name));
        let start = fields.intended_start.is_some().then(|| said(case));
        Ok(Facts::StartQuestion(StartQuestion {
            reference: case.reference.to_string(),
            user: case.user_name().to_owned(),
            received_at: case.received_at,
            start_as_stated: words.or(start).filter(|_| case.classification < Classification::Red),
            has_passed,
            understood: shown.map(|shown| stated(shown, case.classification)).collect(),
            next: Vec::new(),
            classification: case.classification,
        }))
    }
}
