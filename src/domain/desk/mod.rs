//! The Desk: the office itself, for what belongs to no case, and for letters over many of them: the digest, agenda lists,
//! paper notices, what the Chair is told. [`decide`] judges, [`apply`] keeps the books, [`waits`] says what comes by
//! itself, [`next`] what is legal. Invariant: the Desk is the fold of its events, and nothing else; what a letter covered is told once.

mod ahead;
mod decide;
mod decided;
mod due_date;
mod event;
mod figures;
mod meeting;
mod post;
mod remind;
mod schedule;
mod signal;
mod stage;
mod wait;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use decide::decide;
pub use due_date::{DueDateNotice, Entries, Entry};
pub use event::{Event, Move, Notice, ReviewNotice};
pub use figures::{Figures, MOST, MOST_NOT_OURS};
pub use post::{Mail, OfLetter};
pub use schedule::Pattern;
pub use signal::{Decision, Known, Signal};
pub use stage::{About, Kind, Stage, next};
pub use wait::{Wait, WaitKind, waits};

use super::case::{Corrupt, Reference};
use super::id::{Address, Key, LetterId};
use super::pace::Pace;
use super::workday::london_date;

/// What the Desk does by itself: the section `[desk]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// When SECAS gets its digest.
    pub digest: Option<Pattern>,
    /// Agenda lists, paper notices, and what the Chair is told.
    pub letters: bool,
    /// The digest shows the next 90 days in a picture.
    pub picture: bool,
    /// It brings its tables as an `.xlsx`.
    pub tables: bool,
}

impl Settings {
    /// There is nothing that it does by itself.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.digest.is_none() && !self.letters
    }
}

/// The Desk as folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk {
    /// Since when it writes by itself.
    pub opened_at: Option<DateTime<Utc>>,
    pub digest: Option<Digested>,
    /// The last day on which everything was done that is done once a day.
    pub morning_on: Option<NaiveDate>,
    /// Of what members are to hear of annual reviews until then they were told.
    #[serde(default)]
    pub reviews_told_until: Option<DateTime<Utc>>,
    /// Due dates in the members' calendars.
    #[serde(default)]
    pub entries: Entries,
    /// Of cases logged before this the Chair was told.
    pub chair_told_until: Option<DateTime<Utc>>,
    /// But for these.
    pub chair_later: BTreeSet<Reference>,
    /// Of decisions recorded before this the Chair was told.
    #[serde(default)]
    pub decided_told_until: Option<DateTime<Utc>>,
    /// The meetings of the SSC whose papers were issued or that the Chair was told of.
    pub meetings: BTreeMap<NaiveDate, Meeting>,
    /// The letters that wait for a person, and the latest others.
    pub letters: BTreeMap<LetterId, Note>,
    pub pace: Pace,
}

/// The last digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digested {
    pub n: u32,
    pub until: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    pub is_issued: bool,
    pub is_chair_briefed: bool,
    /// What each member was told is before it.
    pub told: BTreeMap<Key, BTreeSet<Reference>>,
}

/// A letter as the Desk knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub kind: String,
    pub message_id: String,
    pub to: Vec<Address>,
    pub made_at: DateTime<Utc>,
    /// Why it waits for a person.
    pub held: Option<String>,
}

/// Letters that are remembered beside those that wait.
const LETTERS: usize = 200;
/// A meeting is remembered for so many days after it.
const DAYS: u64 = 60;

impl Desk {
    /// As the register names it.
    #[must_use]
    pub fn stage(&self) -> &'static str {
        if self.opened_at.is_some() { "open" } else { "quiet" }
    }

    /// The digest covers what was since then.
    #[must_use]
    pub fn digested_until(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.digest.as_ref().map(|digest| digest.until).or(self.opened_at).unwrap_or(now)
    }

    fn held(&mut self, letter: LetterId, to: Option<&[Address]>) {
        if let Some(note) = self.letters.get_mut(&letter) {
            note.held = None;
            if let Some(to) = to {
                note.to = to.to_vec();
            }
        }
    }

    /// It grows with neither the years nor the letters.
    fn forget(&mut self, at: DateTime<Utc>) {
        let oldest = london_date(at).checked_sub_days(Days::new(DAYS)).unwrap_or(NaiveDate::MIN);
        self.meetings.retain(|on, _| *on >= oldest);
        due_date::forget(&mut self.entries, oldest);
        let over = self.letters.len().saturating_sub(LETTERS);
        if over > 0 {
            let old = self.letters.iter().filter(|(_, note)| note.held.is_none()).map(|(letter, _)| *letter);
            let old: Vec<LetterId> = old.take(over).collect();
            self.letters.retain(|letter, _| !old.contains(letter));
        }
    }
}

/// Bookkeeping: the Desk after `event`, which happened at `at`. Goes forward and replays alike.
///
/// # Errors
/// When the Desk writes before it was opened, or one of its parts cannot move so.
pub fn apply(desk: Desk, event: &Event, at: DateTime<Utc>) -> Result<Desk, Corrupt> {
    let mut desk = desk;
    if desk.opened_at.is_none() && !may_be_while_quiet(event) {
        return Err(Corrupt { what: format!("{} cannot be where the Desk is quiet", event.kind()) });
    }
    if let Some(about) = About::of(event)
        && let stage = about.stage(&desk)
        && next(stage, about.kind).is_none()
    {
        return Err(Corrupt { what: format!("{} cannot be where it is {}", event.kind(), stage.title()) });
    }
    match event {
        Event::MailDismissed { .. }
        | Event::MailReadAgain { .. }
        | Event::DeliveryRetried { .. }
        | Event::DeliveryGivenUp { .. }
        | Event::RecordRestored { .. }
        | Event::WorldChanged { .. }
        | Event::CasesMoved { .. }
        | Event::LetterAccepted { .. }
        | Event::LetterFailed { .. }
        | Event::LetterBounced { .. } => {}
        Event::DeskOpened => desk.opened_at = Some(at),
        Event::LetterMade { letter, kind, message_id, to, held } => {
            let (kind, message_id, to, held) = (kind.clone(), message_id.clone(), to.clone(), held.clone());
            desk.letters.insert(*letter, Note { kind, message_id, to, made_at: at, held });
            desk.forget(at);
        }
        Event::LetterReleased { letter, to } => desk.held(*letter, Some(to)),
        Event::LetterSuperseded { letter, .. } | Event::LetterDiscarded { letter, .. } => {
            desk.held(*letter, None);
        }
        Event::DigestMade { n, until, due_at, .. } => {
            desk.digest = Some(Digested { n: *n, until: *until, due_at: *due_at });
        }
        Event::ChairTold { until, later, .. } => {
            desk.chair_told_until = Some(*until);
            desk.chair_later = later.iter().copied().collect();
        }
        Event::PapersIssued { meeting_on, notices, .. } => {
            let meeting = desk.meetings.entry(*meeting_on).or_default();
            meeting.is_issued = true;
            for notice in notices {
                let told = meeting.told.entry(notice.person.clone()).or_default();
                told.extend(notice.cases.iter().copied());
            }
        }
        Event::MembersReminded { until, .. } => desk.reviews_told_until = Some(*until),
        Event::DueDatesSent { notices, .. } => due_date::book(&mut desk.entries, notices),
        Event::ChairBriefed { meeting_on, .. } => {
            desk.meetings.entry(*meeting_on).or_default().is_chair_briefed = true;
            desk.decided_told_until = Some(at);
        }
        Event::MorningDone { on } => {
            desk.morning_on = Some(*on);
            desk.pace.put_off_nothing();
            desk.forget(at);
        }
        Event::StepDeferred { step, until, .. } => {
            desk.pace.defer(step, *until, at);
        }
    }
    Ok(desk)
}

/// What people did is a fact at any time, what the Desk wrote only after it was opened.
fn may_be_while_quiet(event: &Event) -> bool {
    matches!(
        event,
        Event::MailDismissed { .. }
            | Event::MailReadAgain { .. }
            | Event::DeliveryRetried { .. }
            | Event::DeliveryGivenUp { .. }
            | Event::RecordRestored { .. }
            | Event::WorldChanged { .. }
            | Event::CasesMoved { .. }
            | Event::DeskOpened
    )
}
