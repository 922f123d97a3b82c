//! The ladder (DOMAIN.md 5): what a User owes and was told of climbs from E1 to E3 by itself, one step at a time; E4 to E6
//! are recorded by people. In: a case and what is known of the mailbox; out: notes and steps. Invariant: no step while
//! the answer may have come, and none that says, implies or threatens an Event of Default.

use std::fmt;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::decide::Drafting;
use super::letters::{contact_of, missing};
use super::meeting::words;
use super::{Case, Event, LetterNote, Refusal};
use crate::domain::id::{InboxId, LetterId, Named};
use crate::domain::letter::{DeadlineNote, Facts, Note, Step};
use crate::domain::workday::{WorkingDays, london_date};
use crate::domain::world::World;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    E1,
    E2,
    /// SECAS and the Chair are told; letters to the User do not leave by themselves any more.
    E3,
    /// The SSC considers that actual or potential non-compliance has occurred.
    E4,
    /// Referred to the Panel.
    E5,
    /// The Panel determined.
    E6,
}

/// Overdue and a finding are separate grounds everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    Overdue,
    Finding,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    pub level: Level,
    pub ground: Ground,
    pub at: DateTime<Utc>,
    pub letter: Option<LetterId>,
    pub minute: Option<String>,
}

/// What the engine looked up of the mailbox for a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Since when every mailbox has been swept and compared with the record; none where one never was.
    pub at: Option<DateTime<Utc>>,
    /// A mail that may be the answer: unread, uncertain or set aside.
    pub open: Option<InboxId>,
}

/// A deadline of the User's that passed.
struct Overdue {
    what: &'static str,
    on: NaiveDate,
    at: DateTime<Utc>,
    letter: LetterId,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

fn overdue(case: &Case) -> Option<Overdue> {
    if let Some(owed) = case.owed.as_ref().filter(|owed| owed.is_overdue) {
        return Some(Overdue { what: owed.of.title(), on: owed.on, at: owed.at, letter: owed.letter });
    }
    let due = case.information_due.as_ref().filter(|due| due.is_overdue)?;
    Some(Overdue { what: "what we asked you for", on: due.on, at: due.at, letter: due.letter })
}

/// The deadlines that passed.
pub(super) fn overdue_since(case: &Case) -> Vec<DateTime<Utc>> {
    let owed = case.owed.as_ref().filter(|owed| owed.is_overdue).map(|owed| owed.at);
    let information = case.information_due.as_ref().filter(|due| due.is_overdue).map(|due| due.at);
    owed.into_iter().chain(information).collect()
}

/// The step that comes by itself, and when, in the sending window.
pub(super) fn next_step(case: &Case, world: &World) -> Option<(Level, DateTime<Utc>)> {
    let overdue = overdue(case).filter(|overdue| !case.spared.contains(&overdue.at))?;
    let days = &world.working_days;
    let after = |from: DateTime<Utc>, n: u32| n_days_after(days, from, n);
    let apart = world.policy.escalate_after;
    let taken = case.escalation.as_ref();
    let (level, at) = match taken.map(|taken| taken.level) {
        None => (Level::E1, overdue.at),
        // On different days, whatever held the first up.
        Some(Level::E1) => {
            let rested = taken.map_or(overdue.at, |taken| taken.at + Duration::days(1));
            (Level::E2, after(overdue.at, apart).max(rested))
        }
        Some(Level::E2) => {
            let accepted = taken.and_then(|taken| case.letters.get(&taken.letter?)?.accepted_at);
            let rested = accepted.map_or(overdue.at, |at| after(at, apart));
            let after_second = taken.map_or(rested, |taken| rested.max(taken.at + Duration::days(1)));
            (Level::E3, after(overdue.at, apart.saturating_mul(2)).max(after_second))
        }
        Some(_) => return None,
    };
    Some((level, days.next_sending(at).unwrap_or(at)))
}

/// 17:00 on the `n`th Working Day; five days for three where the table of bank holidays has ended.
fn n_days_after(days: &WorkingDays, from: DateTime<Utc>, n: u32) -> DateTime<Utc> {
    days.due(from, n).map_or_else(|_| from + Duration::days(i64::from(n) * 7 / 5), |due| due.at)
}

impl Drafting<'_> {
    pub(super) fn climb(&mut self) -> Result<(), Refusal> {
        let case = self.case()?.clone();
        let (Some(overdue), Some((level, _))) = (overdue(&case), next_step(&case, self.world)) else {
            return Err(Refusal::new("nothing is overdue that could climb"));
        };
        if let Some(reason) = self.not_yet(&case, &overdue, level) {
            return self.step_waits(&case, level, &reason);
        }
        let letter = self.next_letter();
        match level {
            Level::E1 => {
                let contact = self.contact();
                self.note_deadline(&case, &overdue, contact, false)?;
            }
            Level::E2 => {
                let senior = self.user().map(|user| contact_of(&user.senior_contact));
                self.note_deadline(&case, &overdue, senior, true)?;
            }
            _ => {
                let mut to = self.secas();
                if case.is_objected().is_none() {
                    to.extend(self.chair());
                }
                let on_agenda = match case.considered_by() {
                    Some(on) => {
                        format!("It is on the agenda of {}, as overdue: for consideration.", words(on))
                    }
                    None => "It goes on the next agenda of the SSC, as overdue: for consideration.".into(),
                };
                let lines = vec![
                    format!("{} was due on {}, and has not come.", sentence(overdue.what), words(overdue.on)),
                    "The User's contact and its senior contact were written to.".into(),
                    on_agenda,
                    "Letters about this case are drafts from now on: people speak with the User.".into(),
                ];
                let to_do =
                    "Consider what follows; a named person records it (sscd case refer, or deescalate)";
                self.automatic(note(&case, "Overdue: for consideration", lines, to_do), to, None)?;
            }
        }
        self.happened(Event::Escalated {
            level,
            ground: Ground::Overdue,
            letter: Some(letter),
            minute: None,
            meeting_on: None,
            reason: format!("{} was due on {}", overdue.what, words(overdue.on)),
        })
    }

    /// Late compliance stops the clock: what climbed by itself climbs no further.
    pub(super) fn stop_clock(&mut self) -> Result<(), Refusal> {
        let Ok(case) = self.case() else { return Ok(()) };
        let is_ours = |taken: &Escalation| taken.level <= Level::E3 && taken.ground == Ground::Overdue;
        let has_come = overdue(case).is_none() && !case.stage.is_over();
        if has_come && case.escalation.as_ref().is_some_and(is_ours) {
            return self.happened(Event::Deescalated { reason: "nothing is overdue any more".into() });
        }
        Ok(())
    }

    /// Why a step may not be taken today.
    fn not_yet(&self, case: &Case, overdue: &Overdue, level: Level) -> Option<String> {
        let swept = self.known.swept;
        if swept.at.is_none_or(|at| at <= overdue.at) {
            return Some("the mailbox was not swept since the deadline: the answer may be there".into());
        }
        if let Some(inbox) = swept.open {
            return Some(format!(
                "mail {} is unread, uncertain or set aside, and may be the answer",
                inbox.0
            ));
        }
        if let Some(answering) = &case.answering {
            return Some(format!("a person has yet to answer mail {}", answering.inbox.0));
        }
        if let Some(hold) = &case.on_hold {
            return Some(format!("the case is on hold: {}", hold.reason));
        }
        if case.letters.get(&overdue.letter).is_none_or(LetterNote::is_undelivered) {
            return Some(format!(
                "letter {}, which stated the deadline, was not delivered",
                overdue.letter.0
            ));
        }
        let last = case.escalation.as_ref().and_then(|taken| taken.letter);
        let is_told = last
            .is_some_and(|letter| case.letters.get(&letter).is_some_and(|note| note.accepted_at.is_some()));
        (level == Level::E3 && !is_told).then(|| "the second note to the User was not delivered yet".into())
    }

    /// SECAS is told once of a step that waits; it is tried again on each Working Day.
    fn step_waits(&mut self, case: &Case, level: Level, reason: &str) -> Result<(), Refusal> {
        let is_first = case.pace.deferred_until(STEP).is_none();
        let tomorrow = self.world.working_days.next_sending(self.now + Duration::hours(16));
        let until = tomorrow.unwrap_or(self.now + Duration::days(1));
        self.happened(Event::StepDeferred { step: STEP.into(), reason: reason.into(), until })?;
        if !is_first {
            return Ok(());
        }
        let title = format!("Step {level} waits");
        let lines = vec![
            format!("Something that the User owes is overdue, and step {level} of its escalation is due."),
            format!("It waits because {reason}."),
        ];
        let to_do = "See to what it waits for; it is tried again on each Working Day";
        let to = self.secas();
        self.automatic(note(case, &title, lines, to_do), to, None)
    }

    /// To the User, SECAS in copy.
    fn note_deadline(
        &mut self,
        case: &Case,
        overdue: &Overdue,
        to: Option<Named>,
        is_second: bool,
    ) -> Result<(), Refusal> {
        let asked_on = case.letters.get(&overdue.letter).map_or(case.logged_at, |note| note.made_at);
        let facts = Facts::DeadlineNote(DeadlineNote {
            reference: case.reference.to_string(),
            user: case.user_name().to_owned(),
            received_at: case.received_at,
            what: overdue.what.into(),
            asked_on: london_date(asked_on),
            due_on: overdue.on,
            is_second,
            missing: case.notification.missing.iter().map(|name| missing(name)).collect(),
            classification: case.classification,
        });
        let copies = self.secas();
        self.automatic_with_copies(facts, to.into_iter().collect(), copies)
    }
}

/// The wait's name, as `StepDeferred` has it.
pub(super) const STEP: &str = "escalation";

fn note(case: &Case, title: &str, lines: Vec<String>, to_do: &str) -> Facts {
    Facts::Note(Note {
        reference: case.reference.to_string(),
        user: case.user_name().to_owned(),
        title: title.into(),
        lines,
        next: vec![Step { what: to_do.into(), on: None, by_five: false, why: String::new() }],
        classification: case.classification,
    })
}

fn sentence(what: &str) -> String {
    let mut chars = what.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
