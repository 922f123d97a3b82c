//! Which SSC meeting a case goes before: the one that was planned, or the next whose papers are still open. In: the case
//! and the directory; out: events. Invariant: a case waits for no meeting that the directory does not have.

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};

use super::decide::{Drafting, decide};
use super::wait::{WaitKind, end_of_day};
use super::{Case, Event, Known, Refusal, Signal, Stage, Swept, apply};
use crate::domain::budget::Budget;
use crate::domain::directory::Body;
use crate::domain::id::LetterId;
use crate::domain::workday::london_date;
use crate::domain::world::World;

impl Drafting<'_> {
    /// Before the meeting that the acknowledgement named, while it is still ahead.
    pub(super) fn put_before_ssc(&mut self) -> Result<(), Refusal> {
        let case = self.case()?;
        let why = case.meeting_why.clone();
        match case.meeting_on.filter(|on| self.is_ahead(*on)) {
            Some(meeting_on) => self.happened(Event::PutBeforeSsc { meeting_on, why }),
            None => self.put_before_next_meeting(None),
        }
    }

    /// A deadline that was told stays as it is. A meeting that the directory has no more is replaced at once; what
    /// waits until there is a further meeting is tried again.
    pub(super) fn revisit(&mut self, case: &Case) -> Result<(), Refusal> {
        let step = step(case.stage);
        let is_deferred = case.pace.deferred_until(step.name()).is_some();
        if case.stage.is_over() || (is_deferred && self.next_meeting(self.now).is_none()) {
            return Ok(());
        }
        if case.stage == Stage::Stayed {
            return if is_deferred { self.wait_over(case, step) } else { Ok(()) };
        }
        match case.meeting_on.filter(|on| *on >= london_date(self.now)) {
            Some(on) if !self.meets_on(on) => {
                let because = format!("the SSC does not meet on {} any more", words(on));
                self.put_before_next_meeting(Some(because))
            }
            _ if !is_deferred => Ok(()),
            Some(_) => self.put_before_ssc(),
            None => self.wait_over(case, step),
        }
    }

    /// On the Chair's word. A case out of cycle waits no longer than for the meeting that it would else go before, and
    /// where there is none until a day ends.
    pub(super) fn tabled(&self, meeting_on: Option<NaiveDate>, reason: String) -> Result<Event, Refusal> {
        let case = self.case()?;
        let until = match meeting_on {
            Some(on) if !self.is_ahead(on) => return Err(self.no_meeting(on)),
            Some(on) => on,
            None => self.end_of_cycle(case),
        };
        let is_there = case.stage == Stage::ForSscConsideration && case.meeting_on == meeting_on;
        if is_there && (meeting_on.is_some() || case.out_of_cycle_until.is_some()) {
            let when = meeting_on
                .map_or_else(|| "out of cycle".into(), |on| format!("at the meeting of {}", words(on)));
            return Err(Refusal::new(format!("{} is before the SSC {when} already", case.reference)));
        }
        Ok(Event::Tabled { meeting_on, until, reason })
    }

    fn end_of_cycle(&self, case: &Case) -> NaiveDate {
        let own = case.meeting_on.filter(|on| self.is_ahead(*on));
        let meeting = own.or_else(|| Some(self.next_meeting(self.now)?.0));
        let today = london_date(self.now);
        let is_over = end_of_day(today) <= self.now;
        meeting.unwrap_or_else(|| today + Days::new(u64::from(is_over)))
    }

    /// Does the SSC meet on that day, and is that day not over?
    pub(super) fn is_ahead(&self, on: NaiveDate) -> bool {
        self.meets_on(on) && end_of_day(on) > self.now
    }

    pub(super) fn no_meeting(&self, on: NaiveDate) -> Refusal {
        let next: Vec<String> = self.meetings_ahead().take(3).map(words).collect();
        let expected = match next.as_slice() {
            [] => "there is none in meetings.toml: add the next dates, or say out-of-cycle".into(),
            next => format!("expected one that is ahead, the next being {}", next.join(", ")),
        };
        Refusal::new(format!("found {}, on which no meeting of the SSC is ahead; {expected}", words(on)))
    }

    pub(super) fn meetings_ahead(&self) -> impl Iterator<Item = NaiveDate> {
        self.world.directory.meetings(Body::Ssc).filter(|on| self.is_ahead(*on))
    }

    fn meets_on(&self, on: NaiveDate) -> bool {
        self.world.directory.meetings(Body::Ssc).any(|meets_on| meets_on == on)
    }

    pub(super) fn put_before_next_meeting(&mut self, because: Option<String>) -> Result<(), Refusal> {
        if let Some((meeting_on, why)) = self.next_meeting(self.now) {
            let why = match because {
                Some(because) => format!("{because}; {why}"),
                None => why,
            };
            return self.happened(Event::PutBeforeSsc { meeting_on, why });
        }
        let step = step(self.case()?.stage);
        self.happened(Event::StepDeferred {
            step: step.name().into(),
            reason: "the directory has no further SSC meeting: add the next dates to meetings.toml".into(),
            until: self.now + Duration::days(1),
        })
    }

    pub(super) fn next_meeting(&self, at: DateTime<Utc>) -> Option<(NaiveDate, String)> {
        let (directory, days) = (&self.world.directory, &self.world.working_days);
        let (on, cut_off) = directory.next_ssc_meeting(days, self.world.policy.paper_cut_off, at)?;
        let why = format!(
            "the first SSC meeting whose papers are still open (they close on {})",
            cut_off.on.format("%a %-d %B %Y")
        );
        Some((on, why))
    }
}

/// The case as [`Signal::Revisit`] would leave it.
///
/// # Errors
/// As [`decide`].
pub fn revisited(case: &Case, now: DateTime<Utc>, world: &World) -> Result<Case, Refusal> {
    let known = Known {
        reference: case.reference,
        version: 0,
        next_letter: LetterId(0),
        budget: &Budget::default(),
        swept: &Swept::default(),
        unsettled: &[],
    };
    let decision = decide(Some(case), &Signal::Revisit, now, world, known)?;
    let after = decision.events.iter().try_fold(case.clone(), |case, event| apply(Some(case), event, now));
    after.map_err(|corrupt| Refusal::new(corrupt.what))
}

/// The wait for the step that brings a case before a meeting.
fn step(stage: Stage) -> WaitKind {
    match stage {
        Stage::Stayed => WaitKind::Stay,
        stage if stage.precedes_ssc() => WaitKind::PutBeforeSsc,
        _ => WaitKind::SscMeeting,
    }
}

pub(super) fn words(on: NaiveDate) -> String {
    on.format("%-d %B %Y").to_string()
}
