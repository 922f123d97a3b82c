//! Who comes, looked at in time to act: whoever has not answered is asked once more, and SECAS is told where too few of
//! the SSC come. In: a case and the world; out: when to look, and what follows. The days are policy.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Again, Change, ReviewMeeting};
use crate::domain::calendar::Status;
use crate::domain::case::chair::interests;
use crate::domain::case::decide::Drafting;
use crate::domain::case::{Case, Event, Refusal, Stage, WaitKind};
use crate::domain::directory::InForce as _;
use crate::domain::id::{Address, Key};
use crate::domain::letter::{Facts, Note, Step as Next};
use crate::domain::meeting::{Attendance, Invitee, Meeting, Part};
use crate::domain::workday::{OPEN, local, london, london_date};
use crate::domain::world::World;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Whoever has not answered is asked once more.
    Chase,
    Quorum,
}

/// Where a budget is spent, it is looked at again when what was spent in one hour counts no more.
const SPENT_FOR: TimeDelta = TimeDelta::minutes(61);

/// Nobody is asked again within a day.
const REST: TimeDelta = TimeDelta::days(1);

/// The next look at a meeting that is ahead.
pub(in crate::domain::case) fn next_step(case: &Case, world: &World) -> Option<(Step, DateTime<Utc>)> {
    let review = case.review.as_ref().filter(|_| case.stage == Stage::ReviewScheduled)?;
    let meeting = first(review)?;
    let looked = review.looked.filter(|(_, sequence)| *sequence == meeting.timed_at_sequence);
    let at = |n_days: u32, rest: TimeDelta| {
        let on = world.working_days.before(london_date(meeting.start), n_days).ok()?.on;
        let at = local(on, OPEN).max(review.called_at + rest);
        Some(world.working_days.next_sending(at).unwrap_or(at)).filter(|at| *at < meeting.start)
    };
    let ask_again = || Some((Step::Chase, at(world.policy.chase_before, REST)?));
    let quorum = || Some((Step::Quorum, at(world.policy.quorum_before, TimeDelta::hours(1))?));
    match looked {
        None => ask_again().or_else(quorum),
        Some((Step::Chase, _)) => quorum(),
        Some((Step::Quorum, _)) => None,
    }
}

/// The SSC's part, or where only the User is invited, the User's.
fn first(review: &ReviewMeeting) -> Option<&Meeting> {
    Part::ALL.into_iter().find_map(|part| review.live(part))
}

impl Drafting<'_> {
    pub(in crate::domain::case) fn look_at_attendance(&mut self) -> Result<(), Refusal> {
        let case = self.case()?.clone();
        let due = next_step(&case, self.world).zip(case.review.as_ref());
        let Some(((step, _), review)) = due else { return Err(Refusal::new("no meeting is ahead")) };
        let Some(meeting) = first(review) else { return Err(Refusal::new("nobody is invited")) };
        // Nobody could look in time.
        let is_ahead = meeting.start > self.now;
        let sequence = meeting.timed_at_sequence;
        let quorum = self.world.policy.quorum;
        let n_accepted = review.live(Part::Ssc).map_or(0, |meeting| self.n_coming(meeting));
        let lacks = is_ahead
            && step == Step::Quorum
            && review.live(Part::Ssc).is_some()
            && n_accepted < usize::try_from(quorum).unwrap_or(usize::MAX);
        let letter = lacks.then(|| self.next_letter());
        if lacks {
            let note = self.lack(&case, review, n_accepted)?;
            let to = self.secas();
            self.automatic(note, to, None)?;
        }
        if step == Step::Chase && is_ahead {
            let spent = self.chase(review)?;
            // The others are asked once the budget allows it, and that is the end of this look.
            if let Some(reason) = spent {
                let until = self.now + SPENT_FOR;
                let until = self.world.working_days.next_sending(until).unwrap_or(until);
                let step = WaitKind::Attendance.name().into();
                return self.happened(Event::StepDeferred { step, reason, until });
            }
        }
        let change = Change::AttendanceReviewed { step, sequence, n_accepted, quorum, letter };
        self.happened(Event::Meeting { part: Part::Ssc, change: Box::new(change) })
    }

    /// Asks those who have not answered; why somebody could not be asked, if so it is.
    fn chase(&mut self, review: &ReviewMeeting) -> Result<Option<String>, Refusal> {
        let mut spent = None;
        for part in Part::ALL {
            let late = review.live(part).map(unanswered).unwrap_or_default();
            if !late.is_empty() {
                spent = self.repeat(part, &late, Again::NoAnswer)?.or(spent);
            }
        }
        Ok(spent)
    }

    /// As [`Case::n_coming`].
    pub(super) fn n_coming(&self, meeting: &Meeting) -> usize {
        self.case().map_or(0, |case| case.n_coming(meeting, self.world))
    }

    pub(super) fn may_come(&self, part: Part, invitee: &Invitee, on: NaiveDate) -> bool {
        self.case().is_ok_and(|case| case.may_come(part, invitee, on, self.world))
    }

    /// A member who cannot come any more, after the last look: SECAS is told if that is one too many.
    pub(super) fn look_once_more(&mut self, before: usize) -> Result<(), Refusal> {
        let case = self.case()?.clone();
        let Some(review) = case.meeting_ahead(self.now) else { return Ok(()) };
        let Some(meeting) = review.live(Part::Ssc) else { return Ok(()) };
        let (quorum, sequence) = (self.world.policy.quorum, meeting.timed_at_sequence);
        let needed = usize::try_from(quorum).unwrap_or(usize::MAX);
        let n_accepted = self.n_coming(meeting);
        let was_looked = review.looked == Some((Step::Quorum, sequence));
        if !was_looked || before < needed || n_accepted >= needed {
            return Ok(());
        }
        let letter = Some(self.next_letter());
        let note = self.lack(&case, review, n_accepted)?;
        let to = self.secas();
        self.automatic(note, to, None)?;
        let step = Step::Quorum;
        let change = Change::AttendanceReviewed { step, sequence, n_accepted, quorum, letter };
        self.happened(Event::Meeting { part: Part::Ssc, change: Box::new(change) })
    }

    pub(super) fn is_in_office(&self, key: &Key, on: NaiveDate) -> bool {
        is_in_office(key, on, self.world)
    }

    fn lack(&self, case: &Case, review: &ReviewMeeting, n_accepted: usize) -> Result<Facts, Refusal> {
        let Some(meeting) = review.live(Part::Ssc) else { return Err(Refusal::new("nobody is invited")) };
        let reference = case.reference;
        let all = [
            (Attendance::Tentative, "perhaps"),
            (Attendance::Declined, "no"),
            (Attendance::Delegated, "somebody else"),
            (Attendance::AnsweredOldTime, "answered the old time"),
            (Attendance::NoAnswer, "no answer"),
        ];
        let who = |(attendance, said): (Attendance, &str)| {
            let these = meeting.invitees.iter().filter(|one| meeting.attendance(one) == attendance);
            let names: Vec<&str> =
                these.map(|one| one.named.name.as_deref().unwrap_or(one.named.address.as_str())).collect();
            (!names.is_empty()).then(|| format!("{said}: {}", names.join(", ")))
        };
        let when = london(meeting.start).format("%H:%M on %A %-d %B %Y");
        let head = format!(
            "The review is at {when}. Of the SSC {n_accepted} have accepted, and {} are needed.",
            self.world.policy.quorum
        );
        Ok(Facts::Note(Note {
            reference: reference.to_string(),
            user: case.user_name().to_owned(),
            title: "Too few of the SSC come to the review".into(),
            lines: std::iter::once(head).chain(all.into_iter().filter_map(who)).collect(),
            next: vec![Next {
                what: format!(
                    "Ask them, add Alternates (sscd meeting add {reference}), or move the meeting (sscd meeting move \
                     {reference})"
                ),
                on: Some(london_date(meeting.start)),
                by_five: false,
                why: "the review takes place then".into(),
            }],
            classification: case.classification,
        }))
    }
}

impl Case {
    /// The seats of the SSC of which somebody accepted the meeting at its present time, is in office on its day and has no
    /// interest in the case: of these the quorum is counted.
    #[must_use]
    pub fn n_coming(&self, meeting: &Meeting, world: &World) -> usize {
        let comes = meeting.invitees.iter().filter(|invitee| self.counts(meeting, invitee, world));
        let seat = |invitee: &Invitee| {
            let person = invitee.person.as_ref().and_then(|key| world.directory.person(key));
            let key = person.map(|person| person.alternate_for.as_ref().unwrap_or(&person.key).0.clone());
            key.unwrap_or_else(|| invitee.named.address.to_string())
        };
        comes.map(seat).collect::<BTreeSet<String>>().len()
    }

    /// Accepted, and counted in the quorum.
    #[must_use]
    pub fn counts(&self, meeting: &Meeting, invitee: &Invitee, world: &World) -> bool {
        invitee.of_quorum
            && meeting.status != Status::Cancelled
            && meeting.attendance(invitee) == Attendance::Accepted
            && self.may_come(Part::Ssc, invitee, london_date(meeting.start), world)
    }

    /// In office on that day, and of the SSC without an interest.
    fn may_come(&self, part: Part, invitee: &Invitee, on: NaiveDate, world: &World) -> bool {
        let has_interest =
            |key: &Key| interests(self, on, world).iter().any(|(person, _)| person.key == *key);
        let may = |key: &Key| is_in_office(key, on, world) && (part == Part::User || !has_interest(key));
        invitee.person.as_ref().is_none_or(may)
    }
}

fn is_in_office(key: &Key, on: NaiveDate, world: &World) -> bool {
    world.directory.person(key).is_some_and(|person| person.in_force(on))
}

/// Who has not answered this time and was not asked again for it.
fn unanswered(meeting: &Meeting) -> Vec<Address> {
    let is_late = |attendance| matches!(attendance, Attendance::NoAnswer | Attendance::AnsweredOldTime);
    let late = meeting.invitees.iter().filter(|invitee| {
        is_late(meeting.attendance(invitee)) && invitee.asked_again_at != Some(meeting.timed_at_sequence)
    });
    late.map(|invitee| invitee.named.address.clone()).collect()
}
